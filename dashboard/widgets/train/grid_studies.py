"""Grids that were started here, and how studies go whose trials run.

The storage of studies takes a moment to import: it is when there is a study.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.errors import UnknownStudyError
from core.records import TRIAL, Run
from core.tuning import space
from core.tuning.spec import MAX_NAME, StudySpec
from dashboard import page_paths, run_snapshots, services, state, words
from dashboard.widgets.common import clock, page_frame

if TYPE_CHECKING:
    from core.tuning.study import Study, TrialRecord

REFRESH_SECONDS: Final = 3.0
MAX_SHOWN: Final = 3


def start(spec: StudySpec) -> None:
    """Make a grid study and begin with it.

    Raises:
        StudyError: If it cannot be made so.
        DatasetError: If its data set cannot be used.
    """
    from core.jobs import studies  # noqa: PLC0415 - see above
    from core.tuning import storage  # noqa: PLC0415

    taken = {study.name for study in storage.load_all()}
    study = studies.start(services.store(), _name(spec, taken), spec)
    st.session_state[state.TRIED] = study.name
    st.session_state[state.TAB] = state.LIVE
    state.remember(state.WATCHED_RUN, None)


def _name(spec: StudySpec, taken: set[str]) -> str:
    """Name a study after what it varies and when, like no other one."""
    titles = " x ".join(space.title_of(key).lower() for key in spec.space.varied)
    now = clock.now()
    when = f"{now.day} {now:%b %H:%M}"
    name = f"{titles[: MAX_NAME - 20]}, {when}"
    number = 1
    while (unique := name if number == 1 else f"{name} ({number})") in taken:
        number += 1
    return unique


def show(everything: Sequence[Run]) -> None:
    """Show how each study goes whose trials run, and the one that was started here.

    Args:
        everything: All runs.
    """
    running = [
        run.study for run in everything if run.kind == TRIAL and not run.status.is_over
    ]
    tried = st.session_state.get(state.TRIED)
    names = list(dict.fromkeys([*running, *([tried] if tried else [])]))
    if not names:
        return
    pace = REFRESH_SECONDS * run_snapshots.pace() if running else None
    st.fragment(_refresh, run_every=pace)(names[:MAX_SHOWN], were_running=bool(running))


def _refresh(names: Sequence[str], *, were_running: bool) -> None:
    from core.jobs import studies  # noqa: PLC0415 - see above
    from core.tuning import storage  # noqa: PLC0415

    with page_frame.plain_errors():
        are_running = False
        for name in names:
            try:
                study = storage.load(name)
            except UnknownStudyError:
                if st.session_state.get(state.TRIED) == name:
                    del st.session_state[state.TRIED]
                continue
            trials = study.trials()
            is_running = studies.is_running(study, trials)
            are_running |= is_running
            _one(study, trials, is_running=is_running)
        if were_running and not are_running:
            # The rest of the page shows what became of the trials.
            st.rerun()


def _one(study: "Study", trials: "Sequence[TrialRecord]", *, is_running: bool) -> None:
    from dashboard.widgets.tune import grid_view  # noqa: PLC0415 - see above

    counted = [each for each in trials if not each.is_lost]
    num_over = sum(each.ended is not None for each in counted)
    total = len(counted)
    if study.spec.sampler != "grid":
        total = max(study.spec.num_trials or total, total)
    name = words.literal(study.name)
    with st.container(border=True):
        stands = "" if is_running else ", done" if num_over == total else ", stopped"
        text = f"{name}: {num_over:,} of {words.count(total, 'training')}{stands}"
        st.progress(min(num_over / max(total, 1), 1.0), text=text)
        if study.problem:
            page_frame.show_error(study.problem, title="The study does not go on")
        if found := grid_view.sentence(study, trials):
            st.markdown(found)
        if Path(page_paths.TUNE).is_file():
            st.page_link(
                page_paths.TUNE,
                label="Show the result" if num_over else "Open on Tune",
                icon=":material/view_week:",
                query_params={state.STUDY: study.name},
            )
