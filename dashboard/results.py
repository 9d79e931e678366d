"""What data sets and finished runs come to, worked out once for all sessions.

Caches are keyed by the id of a run or the fingerprint of a data set, never by an
array.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.exploring import storage
from core.datasets.exploring.summary import DatasetSummary
from core.datasets.store import Dataset
from core.errors import ArtifactError
from core.evaluation import confusions, metrics, mistakes, selection
from core.evaluation.changes import Changes, find_changes
from core.evaluation.metrics import ClassScores
from core.evaluation.mistakes import Mistakes
from core.evaluation.pairs import Pairs, compare_all, mean_probabilities
from core.evaluation.selection import Judged
from core.evaluation.unusual import feature_distances
from core.files import reading_arrays
from core.inference import Predictor
from core.jobs.kinds import evaluate
from core.predictions import PREDICTIONS, Predictions
from core.proportion import Proportion
from core.records import ARRAYS, Attachment, Run
from core.runs import answers as run_answers
from core.runs import unpacked
from core.runs.answers import Answers
from core.types import Counts, Indices, Labels
from dashboard import services


@dataclass(frozen=True, kw_only=True)
class Evaluation:
    """How good a finished run is on the test images.

    Attributes:
        predictions: What the model said, without features; mapped from disk.
        predicted: Its most probable class of each image, uint8 of shape (n,).
        accuracy: Share of images classified correctly, with its interval.
        log_loss: Mean cross-entropy in nats.
        matrix: Confusion matrix, int64 of shape (true, predicted).
        classes: Scores of each class.
        mistakes: All misclassified images, the most confident first.
        remarks: What has to be known to read them, in sentences.
    """

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


@st.cache_resource(max_entries=10, show_spinner=False)
def summary(folder: Path) -> DatasetSummary:
    """Return the summary of a data set, of which the large arrays are mapped.

    Raises:
        DatasetFileError: If it is damaged.
    """
    return storage.load(folder)


@st.cache_resource(max_entries=10, show_spinner=False)
def image_map(folder: Path) -> tuple[NDArray[np.float32], Indices]:
    """Return the map of some images of a data set.

    Returns:
        Points, float32 of shape (n, 2), and the positions of their images in the
        split, int64 of shape (n,).

    Raises:
        ArtifactError: If it is damaged.
    """
    damage = f"Expected the map of a data set in {folder}. Delete that folder."
    with reading_arrays(folder / ARRAYS, damage=damage) as arrays:
        return arrays["points"], arrays["indices"]


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
    key: str,  # noqa: ARG001 - the key of the cache
    num_classes: int,
    _run: Run,
    _made: Attachment,
) -> Evaluation:
    path = services.store().artifact(_run.id, _made.path_of(PREDICTIONS))
    found = evaluate.read(services.store(), _run.id, _made)
    return replace(
        _checked(unpacked.load(path), num_classes, run_id=_run.id),
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
    key: str,  # noqa: ARG001 - the key of the cache
    run_id: str,
    num_classes: int,
    _made: Attachment,
    _labels: Labels,
) -> Evaluation:
    (probabilities,) = _training_arrays(run_id, _made, "probabilities")
    nothing = np.empty((len(_labels), 0), np.float32)
    said = Predictions(labels=_labels, probabilities=probabilities, features=nothing)
    return _checked(said, num_classes, run_id=run_id)


def unusualness(run: Run, evaluation: Evaluation) -> NDArray[np.float32] | None:
    """Return how far each of a run's own test images is from its class.

    Returns:
        float32 of shape (n,), see `core.evaluation.unusual`; None if the run kept no
        features of these images.

    Raises:
        ArtifactError: If its predictions are missing or damaged.
    """
    return _unusualness(run.id, "", evaluation.predictions.labels, None)


def training_unusualness(
    run: Run, made: Attachment, evaluation: Evaluation
) -> NDArray[np.float32] | None:
    """Return how far each training image is from its class; see `unusualness`."""
    return _unusualness(run.id, made.key, evaluation.predictions.labels, made)


@st.cache_resource(max_entries=20, show_spinner=False)
def _unusualness(
    run_id: str,
    key: str,  # noqa: ARG001 - the key of the cache
    _labels: Labels,
    _made: Attachment | None,
) -> NDArray[np.float32] | None:
    if _made is None:
        path = _predictions_path(run_id)
        damage = f"Expected the features of a run in {path}. Train it again."
        (features,) = unpacked.arrays(path, ("features",), damage=damage)
    else:
        (features,) = _training_arrays(run_id, _made, "features")
    if features.ndim != 2 or len(features) != len(_labels) or not features.size:  # noqa: PLR2004 - images and units
        return None
    return feature_distances(features, _labels, int(_labels.max()) + 1)


def _training_arrays(
    run_id: str, made: Attachment, *names: str
) -> tuple[NDArray[np.float32], ...]:
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
    return run_answers.read(_predictions_path(_run.id), _run)


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
    found = [run_answers.predictions(_predictions_path(run.id), run) for run in _runs]
    return metrics.predicted_classes(
        mean_probabilities([each.probabilities for each in found])
    )


@st.cache_resource(max_entries=500, show_spinner=False)
def _predictions_path(run_id: str) -> Path:
    # Where a file is takes longer to find out than what is in it.
    return services.store().artifact(run_id, PREDICTIONS)


@st.cache_resource(max_entries=20, show_spinner="Loading the predictions")
def _evaluation(run_id: str, num_classes: int, _dataset: Dataset | None) -> Evaluation:
    predictions = unpacked.load(_predictions_path(run_id))
    if _dataset is not None and not np.array_equal(
        predictions.labels, _dataset.test.labels
    ):
        message = (
            f"Expected predictions for the {len(_dataset.test.labels):,} test images "
            f"of {_dataset.spec.title}, but run {run_id} was tested on others. "
            "Train it again."
        )
        raise ArtifactError(message)
    return _checked(predictions, num_classes, run_id=run_id)


def _checked(predictions: Predictions, num_classes: int, *, run_id: str) -> Evaluation:
    try:
        return _evaluated(predictions, num_classes)
    except ValueError as error:
        message = (
            f"Expected predictions of {num_classes} probabilities for each image, but "
            f"those of run {run_id} are damaged: {error} Train it again."
        )
        raise ArtifactError(message) from error


def _evaluated(predictions: Predictions, num_classes: int) -> Evaluation:
    labels, probabilities = predictions.labels, predictions.probabilities
    predicted = metrics.predicted_classes(probabilities)
    matrix = metrics.confusion_matrix(labels, predicted, num_classes)
    return Evaluation(
        predictions=predictions,
        predicted=predicted,
        accuracy=metrics.accuracy(labels, probabilities),
        log_loss=metrics.log_loss(labels, probabilities),
        matrix=matrix,
        classes=metrics.per_class_scores(matrix),
        mistakes=mistakes.find_mistakes(labels, probabilities),
    )
