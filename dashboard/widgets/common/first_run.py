"""Before there is a first model: what is about to come, until it is there."""

from typing import Final

import streamlit as st

from core.jobs import first_model
from core.records import Run
from dashboard import run_snapshots, services
from dashboard.widgets.common import page_frame, run_status

LOOK_SECONDS: Final = 0.8


def watch() -> bool:
    """Show how far the first model is, if one is coming; then the page shows it.

    Returns:
        Whether one is coming; if not, somebody has to ask for it.
    """
    if not _is_coming(_under_way()):
        return False
    st.fragment(_progress, run_every=LOOK_SECONDS * run_snapshots.pace())()
    return True


def _is_coming(run: Run | None) -> bool:
    return run is not None or services.awaits_first_model()


def _under_way() -> Run | None:
    """Return the run that will be the first with a model; None if none is at work."""
    everything = services.runs()
    if services.finished_runs(everything):
        return None
    own = services.without_trials(everything)
    return next(iter(filter(services.is_under_way, own)), None)


def _progress() -> None:
    with page_frame.plain_errors():
        run = _under_way()
        if not _is_coming(run):
            # The rest of the page shows what came of it.
            st.rerun()
        st.info(_what(run), icon=":material/model_training:")
        if run is None:
            st.progress(0.0, text="Getting ready")
        else:
            done = (run.scores.epochs_done or 0.0) / run_status.num_epochs(run)
            st.progress(min(done, 1.0), text=run_status.sentence(run))


def _what(run: Run | None) -> str:
    if run is not None and run.name != first_model.NAME:
        return (
            "A first network is being trained. Its results appear here by themselves."
        )
    begins = "will be trained in a moment" if run is None else "is being trained"
    return (
        f"A first model {begins}, so that there is something to look at. It takes some "
        "seconds, and appears here by itself."
    )
