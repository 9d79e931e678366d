"""How good runs are on some images."""

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.store import Dataset
from core.errors import ArtifactError
from core.evaluation import (
    confusions,
    metrics,
    mistakes,
    selection,
)
from core.evaluation.metrics import ClassScores
from core.evaluation.mistakes import Mistakes
from core.evaluation.scores import Score, all_scores
from core.evaluation.selection import Judged
from core.inference import Predictor
from core.insight import repetitions
from core.insight.repetitions import SeedSpread
from core.jobs.kinds import evaluate
from core.predictions import PREDICTIONS, Predictions, Validation
from core.proportion import Proportion
from core.records import ARRAYS, Attachment, Run
from core.runs import unpacked
from core.types import Counts, Labels
from dashboard import services

SPREAD_SECONDS: Final = 20.0


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How good a finished run is on the test images.

    Attributes:
        key: Differs from that of any other evaluation.
        predictions: What the model said, without features; mapped from disk.
        predicted: Its most probable class of each image, uint8 of shape (n,).
        accuracy: Share of images classified correctly, with its interval.
        log_loss: Mean cross-entropy in nats.
        matrix: Confusion matrix, int64 of shape (true, predicted).
        classes: Scores of each class.
        mistakes: All misclassified images, the most confident first.
        remarks: What has to be known to read them, in sentences.
    """

    key: str
    predictions: Predictions
    predicted: Labels
    accuracy: Proportion
    log_loss: float
    matrix: Counts
    classes: tuple[ClassScores, ...]
    mistakes: Mistakes
    remarks: tuple[str, ...] = ()

    @cached_property
    def judged(self) -> Judged:
        """What the run says of each image, in a number or two."""
        labels, probabilities = self.predictions.labels, self.predictions.probabilities
        return selection.judge(labels, probabilities)

    @cached_property
    def similar_order(self) -> tuple[int, ...]:
        """All classes, those that are confused with each other side by side."""
        return confusions.by_similarity(self.matrix)


def evaluation(run: Run) -> Evaluation:
    """Return how good a finished run is.

    Raises:
        ArtifactError: If its predictions are missing, damaged, or were made
            for other test images.
    """
    num_classes = len(services.spec_of(run).classes)
    return _evaluation(run.id, num_classes, services.images_of(run))


def evaluation_elsewhere(run: Run, made: Attachment) -> Evaluation:
    """Return how good a run is on the test images of another data set.

    Args:
        run: A run with a model.
        made: What evaluating it there has left.

    Raises:
        ArtifactError: If its predictions are missing or damaged.
    """
    return _evaluation_elsewhere(
        made.key, len(services.spec_of(run).classes), run, made
    )


@st.cache_resource(max_entries=20, show_spinner=False)
def _evaluation_elsewhere(
    key: str,
    num_classes: int,
    _run: Run,
    _made: Attachment,
) -> Evaluation:
    path = services.store().artifact(_run.id, _made.path_of(PREDICTIONS))
    found = evaluate.read(services.store(), _run.id, _made)
    return replace(
        _checked(unpacked.load(path), num_classes, run_id=_run.id, key=key),
        log_loss=found.scores.log_loss,
        remarks=found.remarks,
    )


def training_evaluation(run: Run, made: Attachment, labels: Labels) -> Evaluation:
    """Return what a run says about the images that it learned from.

    Args:
        run: The run.
        made: What `PredictTraining` has left.
        labels: True class of each training image, uint8 of shape (n,).

    Raises:
        ArtifactError: If it is missing or damaged, or about other images.
    """
    num_classes = len(services.spec_of(run).classes)
    return _training_evaluation(made.key, run.id, num_classes, made, labels)


@st.cache_resource(max_entries=10, show_spinner="Loading the predictions")
def _training_evaluation(
    key: str,
    run_id: str,
    num_classes: int,
    _made: Attachment,
    _labels: Labels,
) -> Evaluation:
    (probabilities,) = training_arrays(run_id, _made, "probabilities")
    nothing = np.empty((len(_labels), 0), np.float32)
    said = Predictions(labels=_labels, probabilities=probabilities, features=nothing)
    return _checked(said, num_classes, run_id=run_id, key=f"training images {key}")


def training_arrays(
    run_id: str, made: Attachment, *names: str
) -> tuple[NDArray[Any], ...]:
    """Return what a run has left about the training images, mapped.

    Args:
        run_id: The run.
        made: What its task has left.
        names: Of the arrays, in the order in which they are returned.

    Raises:
        ArtifactError: If they are missing or damaged.
    """
    damage = (
        f"Expected the predictions of run {run_id} for its training images, but their "
        "file is missing or damaged. Compute them again."
    )
    path = services.store().artifact(run_id, made.path_of(ARRAYS))
    return unpacked.arrays(path, names, damage=damage)


@st.cache_resource(max_entries=20, show_spinner=False)
def validation_positions(run_id: str) -> frozenset[int]:
    """Return which training images a run was validated with; none if nobody knows.

    Raises:
        ArtifactError: If they are damaged.
    """
    found = services.store().validation(run_id)
    return frozenset() if found is None else frozenset(found.indices.tolist())


@st.cache_resource(max_entries=20, show_spinner=False)
def predictor(run_id: str) -> Predictor:
    """Return the exported model of a finished run, ready to answer."""
    return Predictor(services.store().artifact(run_id, "model.tflite"))


@st.cache_resource(max_entries=20, show_spinner=False)
def validation(run_id: str) -> Validation | None:
    """Return what a finished run says about its validation images, if it knows.

    Raises:
        ArtifactError: If it is damaged.
    """
    return services.store().validation(run_id)


def scores(evaluation: Evaluation) -> tuple[Score, ...]:
    """Return all scores of an evaluation."""
    return _scores(evaluation.key, evaluation)


def spread_over_seeds(run: Run) -> SeedSpread | None:
    """Return how far the test accuracy of a recipe spreads; see `repetitions`."""
    return _spread_over_seeds(run.id, run)


@st.cache_resource(max_entries=50, show_spinner=False)
def _scores(
    key: str,  # noqa: ARG001 - the key of the cache
    _evaluation: Evaluation,
) -> tuple[Score, ...]:
    said = _evaluation.predictions
    return all_scores(said.labels, said.probabilities, _evaluation.matrix)


# A page asks for all runs once. This is a second time, which may be late.
@st.cache_data(ttl=SPREAD_SECONDS, max_entries=200, show_spinner=False)
def _spread_over_seeds(
    run_id: str,  # noqa: ARG001 - the key of the cache
    _run: Run,
) -> SeedSpread | None:
    return repetitions.over_seeds(_run, services.runs())


@st.cache_resource(max_entries=500, show_spinner=False)
def predictions_path(run_id: str) -> Path:
    """Return the file of what a run says about its test images."""
    # Where a file is takes longer to find out than what is in it.
    return services.store().artifact(run_id, PREDICTIONS)


@st.cache_resource(max_entries=20, show_spinner="Loading the predictions")
def _evaluation(run_id: str, num_classes: int, _dataset: Dataset | None) -> Evaluation:
    predictions = unpacked.load(predictions_path(run_id))
    if _dataset is not None and not np.array_equal(
        predictions.labels, _dataset.test.labels
    ):
        message = (
            f"Expected predictions for the {len(_dataset.test.labels):,} test images "
            f"of {_dataset.spec.title}, but run {run_id} was tested on others. "
            "Train it again."
        )
        raise ArtifactError(message)
    return _checked(predictions, num_classes, run_id=run_id, key=run_id)


def _checked(
    predictions: Predictions, num_classes: int, *, run_id: str, key: str
) -> Evaluation:
    try:
        return _evaluated(predictions, num_classes, key=key)
    except ValueError as error:
        message = (
            f"Expected predictions of {num_classes} probabilities for each image, but "
            f"those of run {run_id} are damaged: {error} Train it again."
        )
        raise ArtifactError(message) from error


def _evaluated(predictions: Predictions, num_classes: int, *, key: str) -> Evaluation:
    labels, probabilities = predictions.labels, predictions.probabilities
    predicted = metrics.predicted_classes(probabilities)
    matrix = metrics.confusion_matrix(labels, predicted, num_classes)
    return Evaluation(
        key=key,
        predictions=predictions,
        predicted=predicted,
        accuracy=metrics.accuracy(labels, probabilities),
        log_loss=metrics.log_loss(labels, probabilities),
        matrix=matrix,
        classes=metrics.per_class_scores(matrix),
        mistakes=mistakes.find_mistakes(labels, probabilities),
    )
