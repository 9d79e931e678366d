"""What came of fine-tunings."""

import streamlit as st

from core.handwriting import fine_tuned as records
from core.handwriting.fine_tuned import FineTuned
from core.records import Run
from dashboard import services


def fine_tuned(run: Run) -> FineTuned | None:
    """Return what came of the fine-tuning that made a run; None of any other run.

    Raises:
        ArtifactError: If its record is missing or damaged.
    """
    return _read(run.id, run) if run.has_model else None


@st.cache_resource(max_entries=200, show_spinner=False)
def _read(run_id: str, _run: Run) -> FineTuned | None:  # noqa: ARG001 - the key
    return records.read(services.store(), _run)
