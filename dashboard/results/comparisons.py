"""Several runs on the same images."""

from collections.abc import Sequence

import streamlit as st

from core.evaluation import (
    metrics,
)
from core.evaluation.changes import Changes, find_changes
from core.evaluation.pairs import Pairs, compare_all, mean_probabilities
from core.records import Run
from core.runs import answers as run_answers
from core.runs.answers import Answers
from core.types import Labels
from dashboard.results.evaluations import evaluation, predictions_path


def answers(run: Run) -> Answers:
    """Return what a run answered to its test images.

    Raises:
        ArtifactError: If its predictions are missing or damaged.
    """
    return _answers(run.id, run)


def pairs(runs: Sequence[Run]) -> Pairs:
    """Compare each of some runs with each other one.

    Args:
        runs: Two or more with a model, tested on the same images.

    Raises:
        ArtifactError: If predictions are missing or damaged.
        ComparisonError: If they were tested on different images.
    """
    return _pairs(_ids(runs), runs)


def changes(first: Run, second: Run) -> Changes:
    """Return the images that a second run fixes or breaks; see `pairs`."""
    return _changes(first.id, second.id, first, second)


def ensemble(runs: Sequence[Run]) -> Labels:
    """Return what the mean of some runs predicts, uint8 of shape (n,); see `pairs`."""
    return _ensemble(_ids(runs), runs)


def _ids(runs: Sequence[Run]) -> tuple[str, ...]:
    return tuple(run.id for run in runs)


@st.cache_resource(max_entries=200, show_spinner="Loading the predictions")
def _answers(
    run_id: str,  # noqa: ARG001 - the key of the cache
    _run: Run,
) -> Answers:
    return run_answers.read(predictions_path(_run.id), _run)


@st.cache_resource(max_entries=50, show_spinner=False)
def _pairs(
    run_ids: tuple[str, ...],  # noqa: ARG001 - the key of the cache
    _runs: Sequence[Run],
) -> Pairs:
    found = [answers(run) for run in _runs]
    return compare_all(
        found[0].labels,
        run_answers.stacked(_runs, found),
        num_classes=found[0].num_classes,
    )


@st.cache_resource(max_entries=50, show_spinner=False)
def _changes(
    first_id: str,  # noqa: ARG001 - the key of the cache
    second_id: str,  # noqa: ARG001 - the key of the cache
    _first: Run,
    _second: Run,
) -> Changes:
    one, other = evaluation(_first).predictions, evaluation(_second).predictions
    return find_changes(one.labels, one.probabilities, other.probabilities)


@st.cache_resource(max_entries=50, show_spinner=False)
def _ensemble(
    run_ids: tuple[str, ...],  # noqa: ARG001 - the key of the cache
    _runs: Sequence[Run],
) -> Labels:
    found = [run_answers.predictions(predictions_path(run.id), run) for run in _runs]
    return metrics.predicted_classes(
        mean_probabilities([each.probabilities for each in found])
    )
