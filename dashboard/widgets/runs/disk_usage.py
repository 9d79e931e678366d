"""How much room runs take, and how to free what deleted ones take."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

import pandas as pd
import streamlit as st

from core.handover.tables import text_cell
from core.records import Run
from core.runs import disk, freed_elsewhere, purge, trials
from core.runs.disk import Usage
from core.runs.purge import Freeable
from dashboard import services, state, words
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.runs import run_deletion

MAX_DAYS: Final = 3650
MAX_ROWS: Final = 10
ROW_PIXELS: Final = 35


def show(everything: Sequence[Run], taken: Mapping[str, int]) -> None:
    """Say how much room runs take, and show more when somebody opens it.

    Args:
        everything: All runs.
        taken: How many bytes the files of each run take, by its id; none of a store
            that is a server's.
    """
    free = words.size(disk.num_free())
    used = words.size(sum(taken.get(run.id, 0) for run in everything))
    label = f"Disk: runs take {used}; {free} are free" if taken else "Disk"
    asked = st.expander(
        label, icon=":material/hard_drive:", key="disk", on_change="rerun"
    )
    if asked.open:
        with asked, page_frame.plain_errors():
            _usage(everything, taken)
            _trials(everything, taken)
            _free()


def files(run: Run) -> None:
    """Show the files of a run, read when somebody opens it."""
    asked = st.expander(
        "Files", icon=":material/folder:", key=f"files_{run.id}", on_change="rerun"
    )
    if not asked.open:
        return
    with asked:
        found = disk.files_of(services.store(), run.id)
        if found:
            _table(found, alt=f"Files of {run.name}", name="File")
        else:
            st.info("There are no files of this run on this machine.")


def _usage(everything: Sequence[Run], taken: Mapping[str, int]) -> None:
    store = services.store()
    known = {run.id for run in everything}
    deleted = {
        run.id for run in disk.stored_runs(store) if run.deleted is not None
    } - known
    parts = {
        "Runs": known,
        "Deleted runs, which can still be restored": deleted,
        "Other work, such as analyses and imports": taken.keys() - known - deleted,
    }
    found = [
        Usage(name, sum(taken.get(run_id, 0) for run_id in ids))
        for name, ids in parts.items()
    ]
    used = [each for each in found if each.num_bytes]
    rows = (*used, *disk.other_usage(store))
    _table(
        sorted(rows, key=lambda each: -each.num_bytes),
        alt="What takes room in the home of this Inklab",
        name="What",
    )
    remark = freed_elsewhere.remark(store, older_than=purge.USUAL_AGE)
    if remark:
        st.info(words.message(remark), icon=":material/dns:")


def _trials(everything: Sequence[Run], taken: Mapping[str, int]) -> None:
    """Offer to delete what studies tried and nobody kept."""
    found = [trial.id for trial in trials.not_kept(everything)]
    if not found:
        return
    number = words.count(len(found), "trial")
    size = words.size(sum(taken.get(run_id, 0) for run_id in found))
    label = "Delete the trials that were not kept"
    st.markdown(f"Trials that nobody kept: {len(found):,}, {size}.")
    if read_only.is_on():
        st.button(label, key="delete_trials", **read_only.guard())
        return
    with st.popover(label, icon=":material/delete:"):
        st.markdown(
            f"Delete {number}? The best of each study, tested trials and those with a "
            "star or notes stay. This can be undone until they are freed."
        )
        st.button(
            "Delete",
            type="primary",
            key="delete_trials",
            on_click=run_deletion.delete_now,
            args=(found,),
        )


def _free() -> None:
    days = st.number_input(
        "Free what was deleted more than this many days ago",
        0,
        MAX_DAYS,
        purge.USUAL_AGE.days,
        key=state.FREE_AFTER,
        width=420,
        help="Until then, a deleted run can be restored. Exports and caches in the "
        "home that were not used for so long are freed too. 0 frees all of it.",
    )
    found = purge.find(services.store(), older_than=timedelta(days=days))
    st.markdown(_said(found, days=days))
    if not found:
        return
    size = words.size(found.num_bytes)
    if read_only.is_on():
        st.button(f"Free {size}", key="free", **read_only.guard())
        return
    with st.popover(f"Free {size}", icon=":material/delete_sweep:"):
        st.markdown(f"Free {size}? {_what(found)} will be gone for good.")
        st.button(
            "Free", type="primary", key="free", on_click=_free_now, args=(int(days),)
        )


def _said(found: Freeable, *, days: int) -> str:
    sentences = []
    if found:
        sentences.append(f"{_what(found)} can be freed: {words.size(found.num_bytes)}.")
    else:
        sentences.append("There is nothing to free.")
    if found.num_later:
        later = words.count(found.num_later, "deleted run")
        sentences.append(
            f"{later} can still be restored, for {words.count(days, 'day')} after the "
            "deletion."
        )
    if found.num_elsewhere:
        left = words.count(found.num_elsewhere, "deleted run")
        sentences.append(
            f"{left} stay as they are, because their files are outside this home."
        )
    return " ".join(sentences)


def _what(found: Freeable) -> str:
    parts = [
        words.count(len(found.runs), "deleted run") if found.runs else "",
        words.count(len(found.files), "export or cache") if found.files else "",
    ]
    return " and ".join(filter(None, parts))


def _free_now(days: int) -> None:
    with page_frame.plain_errors():
        freed = purge.free(services.store(), older_than=timedelta(days=days))
        runs = words.count(len(freed.run_ids), "run")
        st.success(
            f"{words.size(freed.num_bytes)} freed: {runs} and "
            f"{words.count(freed.num_files, 'other file')}.",
            icon=":material/check:",
        )


def _table(found: Sequence[Usage], *, alt: str, name: str) -> None:
    st.dataframe(
        pd.DataFrame(
            {
                name: [text_cell(each.name) for each in found],
                "Size": [each.num_bytes / 1e6 for each in found],
            }
        ),
        hide_index=True,
        width=560,
        height=(min(len(found), MAX_ROWS) + 1) * ROW_PIXELS + 3,
        column_config={"Size": st.column_config.NumberColumn(format="%.2f MB")},
        alt=alt,
    )
