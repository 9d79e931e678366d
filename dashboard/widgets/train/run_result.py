"""What came of a run: its result or its reason, and more epochs."""

from typing import Final

import streamlit as st

from core.config import MAX_EPOCHS
from core.records import ENSEMBLE, History, Run, RunStatus
from dashboard import services, state, words
from dashboard.widgets.common import page_frame, run_curves, run_picker

EPOCHS_MORE: Final = 5


def show(run: Run, history: History) -> None:
    """Say what became of a run, or what it waits for.

    Args:
        run: Any run.
        history: Its curves.
    """
    match run.status:
        case RunStatus.FINISHED:
            _result(run)
        case RunStatus.STOPPED if run.is_saving:
            st.info("Stopped. What it learned is being tested and saved.")
        case RunStatus.STOPPED if run.has_model:
            best = run_curves.best(run, history)[0]
            kept = f"the weights of epoch {best}" if best else "the latest weights"
            st.info(f"Stopped on request; {kept} were kept.")
            _result(run)
        case RunStatus.STOPPED:
            st.info(f"Stopped on request; it has no model to use.{state_kept(run)}")
        case RunStatus.FAILED:
            what = "Combining the networks" if run.kind == ENSEMBLE else "The training"
            st.error(f"{run.reason}{state_kept(run)}", title=f"{what} failed")
            st.page_link(
                page_frame.RUNS,
                label="Read its log",
                icon=":material/notes:",
                query_params={state.RUNS: run.id},
            )
        case _ if run.kind == ENSEMBLE:
            st.caption("The test images are looked at once, when it is combined.")
        case _:
            st.caption("The test images are looked at once, when the training is over.")


def state_kept(run: Run) -> str:
    """Say from where a run without a model can go on; empty if it cannot.

    Args:
        run: Any run.

    Returns:
        A sentence to follow others, with a space before it.
    """
    finished = None if run.has_model else services.epochs_kept(run)
    if finished is None:
        return ""
    return (
        f" Where it stood in epoch {finished + 1} of {run.training.epochs} was kept: "
        "Continue, on Train, goes on from there."
    )


def _result(run: Run) -> None:
    if run.scores.accuracy is None:
        return
    seconds = words.duration(run.scores.train_seconds or 0.0)
    is_ensemble = run.kind == ENSEMBLE
    how = f"combined of {len(run.members)}" if is_ensemble else f"trained in {seconds}"
    st.success(
        f"{words.accuracy(run.scores.accuracy)}, {how}.",
        icon=":material/check:",
    )
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
            "where its state was kept last if it broke off. "
            "The learning rate goes on as if all epochs had been planned together.",
        )
        st.button(
            "Continue",
            icon=":material/resume:",
            key="continue",
            on_click=_go_on,
            args=(run.id,),
        )


def _go_on(run_id: str) -> None:
    more = st.session_state[f"more_{run_id}"]
    with page_frame.plain_errors():
        state.remember(state.WATCHED_RUN, services.continue_run(run_id, epochs=more))
