"""What a run learned when."""

import streamlit as st

from core.errors import ArtifactError
from core.evaluation.learning import Learning, follow
from dashboard.results.evaluations import validation


@st.cache_resource(max_entries=20, show_spinner=False)
def learning(run_id: str) -> Learning:
    """Return how the classification of each validation image of a run went.

    Raises:
        ArtifactError: If it has kept no predictions by epoch, or they are damaged.
    """
    said = validation(run_id)
    try:
        if said is not None:
            return follow(said.labels, said.by_epoch)
    except ValueError as error:
        message = (
            f"Expected the predictions of run {run_id} after each epoch, but they are "
            f"damaged: {error}"
        )
        raise ArtifactError(message) from error
    message = f"Expected predictions of run {run_id} after each epoch, got none."
    raise ArtifactError(message)
