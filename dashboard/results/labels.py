"""Which labels are likely wrong, as a run sees it."""

import streamlit as st

from core.datasets.store import Dataset
from core.evaluation.suspicious_labels import Suspects, rank_labels
from core.jobs.kinds import label_check
from core.predictions import Predictions
from core.records import Attachment, Run
from dashboard import services
from dashboard.results.evaluations import Evaluation


def test_suspects(run: Run, found: Evaluation) -> Suspects:
    """Rank the test labels of a run's data set by how doubtful they are.

    Args:
        run: The run.
        found: What it says about its own test images.
    """
    return _test_suspects(run.id, found.predictions)


def training_suspects(run: Run, made: Attachment, dataset: Dataset) -> Suspects:
    """Rank the training labels of a run's data set by how doubtful they are.

    Args:
        run: The run.
        made: What a check of them has left with it.
        dataset: Its data set.

    Raises:
        ArtifactError: If that is missing, damaged, or about other images.
    """
    return _training_suspects(made.key, dataset.fingerprint, run, made, dataset)


@st.cache_resource(max_entries=10, show_spinner=False)
def _test_suspects(
    run_id: str,  # noqa: ARG001 - the key of the cache
    _predictions: Predictions,
) -> Suspects:
    return rank_labels(_predictions.labels, _predictions.probabilities)


@st.cache_resource(max_entries=10, show_spinner=False)
def _training_suspects(
    key: str,  # noqa: ARG001 - the key of the cache
    fingerprint: str,  # noqa: ARG001 - likewise
    _run: Run,
    _made: Attachment,
    _dataset: Dataset,
) -> Suspects:
    split = _dataset.train
    said = label_check.read(services.store(), _run.id, _made, split=split)
    return rank_labels(split.labels, said)
