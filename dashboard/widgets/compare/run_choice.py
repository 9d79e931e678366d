"""Choose the runs that are compared; the address has their ids."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.records import Run
from core.runs.answers import MAX_RUNS, MIN_RUNS
from dashboard import page_paths, services, state, words
from dashboard.widgets.common import clock

NUM_ID_DIGITS: Final = 8
_PICKER: Final = "compared_runs"


def pick_view() -> str:
    """Let the viewer choose between some runs and all of them."""
    chosen: str = st.segmented_control(
        "Show",
        (state.SELECTED, state.ALL_RUNS),
        default=state.SELECTED,
        required=True,
        key=state.SHOW,
        label_visibility="collapsed",
        **state.LINKED,
    )
    return chosen


def choose(everything: Sequence[Run]) -> tuple[Run, ...]:
    """Let the viewer choose runs, in the order in which they are compared.

    Args:
        everything: All runs.

    Returns:
        Those that are chosen and exist, at most `MAX_RUNS`.
    """
    runs = {run.id: run for run in everything}
    wanted = state.selected_runs()
    found = [run_id for run_id in wanted if run_id in runs]
    kept = found[:MAX_RUNS]
    _say_what_is_missing(len(wanted) - len(found), len(found) - len(kept))
    st.session_state[_PICKER] = kept
    st.multiselect(
        "Runs",
        list(runs),
        format_func=_labels(everything).__getitem__,
        key=_PICKER,
        on_change=_choose,
        max_selections=MAX_RUNS,
        placeholder=f"Choose {MIN_RUNS} to {MAX_RUNS} runs",
    )
    return tuple(runs[run_id] for run_id in kept)


def offer(everything: Sequence[Run], chosen: Sequence[Run]) -> None:
    """Say what to do while too few runs are chosen, and offer the newest ones.

    Args:
        everything: All runs.
        chosen: Those that are chosen, fewer than `MIN_RUNS`.
    """
    if len(everything) < MIN_RUNS:
        st.info(
            "There is one run. Train another one to compare the two.",
            icon=":material/info:",
        )
        st.page_link(page_paths.TRAIN, label="Train", icon=":material/model_training:")
        return
    st.info(
        "Choose another run to compare it with."
        if chosen
        else f"Choose {MIN_RUNS} to {MAX_RUNS} runs above, select them on Runs, "
        "or look at all runs.",
        icon=":material/info:",
    )
    finished = services.finished_runs(everything)
    newest = finished if len(finished) >= MIN_RUNS else everything
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Compare the two newest runs",
            icon=":material/compare_arrows:",
            key="compare_newest",
            on_click=state.select_runs,
            args=([run.id for run in newest[:MIN_RUNS]],),
        )
        st.button(
            "All runs",
            icon=":material/scatter_plot:",
            key="show_all_runs",
            on_click=_show_all,
        )
        st.page_link(page_paths.RUNS, label="Runs", icon=":material/table_rows:")


def _show_all() -> None:
    st.session_state[state.SHOW] = state.ALL_RUNS


def _labels(everything: Sequence[Run]) -> dict[str, str]:
    """Name each run; a control tells its options apart by what they are called."""
    now = clock.now()
    labels = {run.id: words.run_title(run, now=now) for run in everything}
    times = Counter(labels.values())
    return {
        run_id: label if times[label] == 1 else f"{label}, {run_id[:NUM_ID_DIGITS]}"
        for run_id, label in labels.items()
    }


def _choose() -> None:
    state.select_runs(st.session_state[_PICKER])


def _say_what_is_missing(num_gone: int, num_left_out: int) -> None:
    if num_gone:
        gone = words.count(num_gone, "run")
        st.warning(
            f"{gone} of this link cannot be shown: deleted, or of a data set that is "
            "not known here."
        )
    if num_left_out:
        st.warning(
            f"At most {MAX_RUNS} runs are compared: these are the first of "
            f"{MAX_RUNS + num_left_out}."
        )
