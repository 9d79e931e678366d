"""How a run ended: its result or its failure, and how to continue it."""

from typing import Final

import streamlit as st

from core.config import MAX_EPOCHS
from core.records import ENSEMBLE, TRIAL, Run, RunStatus
from dashboard import page_paths, services, state, words
from dashboard.widgets.common import (
    fine_tuned,
    page_frame,
    read_only,
    run_picker,
    run_status,
)
from dashboard.widgets.draw import pin

EPOCHS_MORE: Final = 5


def show(run: Run) -> None:
    """Say how a run ended, or when it will be tested.

    Args:
        run: Any run.
    """
    run_status.show_end(run)
    if run.has_model:
        _result(run)
    elif run.status is RunStatus.FAILED:
        st.page_link(
            page_paths.RUNS,
            label="Show the log",
            icon=":material/notes:",
            query_params={state.RUNS: run.id},
        )
    elif run.kind == TRIAL:
        st.caption("A trial is scored by the validation split, not by the test images.")
    elif not run.status.is_over:
        end = "ensemble is made" if run.kind == ENSEMBLE else "training is over"
        st.caption(f"The test images are used once, when the {end}.")


def _result(run: Run) -> None:
    if run.scores.accuracy is None:
        return
    seconds = words.duration(run.scores.train_seconds or 0.0)
    is_ensemble = run.kind == ENSEMBLE
    how = f"ensemble of {len(run.members)}" if is_ensemble else f"trained in {seconds}"
    st.success(
        f"{words.accuracy(run.scores.accuracy)}, {how}.",
        icon=":material/check:",
    )
    fine_tuned.show(run)
    run_picker.links(run)


def continuation(run: Run) -> None:
    """Offer more epochs for a run that is over, if where it stood was kept.

    Args:
        run: Any run.
    """
    finished = services.epochs_kept(run)
    if finished is None:
        return
    most = MAX_EPOCHS - finished
    if most < 1:
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.number_input(
            "More epochs",
            min_value=1,
            max_value=most,
            value=min(run.training.epochs - finished or EPOCHS_MORE, most),
            key=f"more_{run.id}",
            width=140,
            help="They are trained as a new run, which starts where this one ended, or "
            "from its last autosave if it was cut off. The learning rate schedule is "
            "spread over all epochs together.",
        )
        st.button(
            "Continue",
            icon=":material/resume:",
            key="continue",
            **read_only.guard(),
            on_click=_go_on,
            args=(run.id,),
        )


def _go_on(run_id: str) -> None:
    more = st.session_state[f"more_{run_id}"]
    with page_frame.plain_errors():
        child_id = services.continue_run(run_id, epochs=more)
        pin.pin_to(child_id)
        state.remember(state.WATCHED_RUN, child_id)
