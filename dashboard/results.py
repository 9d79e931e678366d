"""What data sets and finished runs come to, worked out once for all sessions.

Caches are keyed by the id of a run or the fingerprint of a data set, never by an
array.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Final

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from core.datasets.exploring import orders, storage
from core.datasets.exploring.summary import DatasetSummary
from core.datasets.store import Dataset
from core.errors import ArtifactError
from core.evaluation import (
    calibration,
    confusions,
    metrics,
    mistakes,
    rejection,
    selection,
)
from core.evaluation import style as writing
from core.evaluation.calibration import Binning, Confidences, Summary
from core.evaluation.changes import Changes, find_changes
from core.evaluation.learning import Learning, follow
from core.evaluation.metrics import ClassScores
from core.evaluation.mistakes import Mistakes
from core.evaluation.pairs import Pairs, compare_all, mean_probabilities
from core.evaluation.projection import PrincipalPlane, principal_plane
from core.evaluation.rejection import Coverage
from core.evaluation.robustness import Robustness, example, strengths_of
from core.evaluation.scores import Score, all_scores
from core.evaluation.selection import Judged
from core.evaluation.style import Bin, Weakest
from core.evaluation.suspicious_labels import Suspects, rank_labels
from core.evaluation.unusual import feature_distances
from core.files import reading_arrays
from core.inference import Predictor
from core.insight import repetitions
from core.insight.repetitions import SeedSpread
from core.jobs.kinds import evaluate, label_check
from core.jobs.kinds import robustness as robustness_kind
from core.predictions import PREDICTIONS, Predictions, Validation
from core.proportion import Proportion
from core.records import ARRAYS, Attachment, Run
from core.runs import answers as run_answers
from core.runs import temperatures, unpacked
from core.runs.answers import Answers
from core.runs.temperatures import RunTemperature
from core.types import ByteImages, Counts, Indices, Labels
from dashboard import services

MAX_MEASURED: Final = 10_000
NUM_SAMPLES: Final = 30
SAMPLES_AT_STRENGTH: Final = 6
SPREAD_SECONDS: Final = 20.0
MAX_FITTED: Final = 10_000
"""The plane of a feature map is found from so many images; all are placed on it."""


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


@dataclass(frozen=True, kw_only=True)
class FeaturePoints:
    """Where a run's own test images lie by the features of its last hidden layer.

    Attributes:
        points: float32 of shape (n, 2), one for each test image in order.
        plane: The plane that they lie on, which places other features too.
    """

    points: NDArray[np.float32]
    plane: PrincipalPlane

    @property
    def explained(self) -> NDArray[np.float32]:
        """Share of the variance on each axis, float32 of shape (2,), 0 to 1."""
        return self.plane.explained


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
    (probabilities,) = _training_arrays(run_id, _made, "probabilities")
    nothing = np.empty((len(_labels), 0), np.float32)
    said = Predictions(labels=_labels, probabilities=probabilities, features=nothing)
    return _checked(said, num_classes, run_id=run_id, key=f"training images {key}")


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


@st.cache_resource(max_entries=20, show_spinner=False)
def validation(run_id: str) -> Validation | None:
    """Return what a finished run says about its validation images, if it knows.

    Raises:
        ArtifactError: If it is damaged.
    """
    return services.store().validation(run_id)


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


def features(run: Run) -> NDArray[np.float32]:
    """Return what the last hidden layer of a run gives for its own test images.

    Returns:
        float32 of shape (n, units), mapped from disk.

    Raises:
        ArtifactError: If its predictions are missing or damaged.
    """
    return _features(run.id)


def feature_points(run: Run) -> FeaturePoints:
    """Return where a run's own test images lie by its features (PCA); see `features`.

    Raises:
        ArtifactError: If its predictions are missing or damaged, or features are no
            numbers.
    """
    return _feature_points(run.id)


def evenly(total: int, *, limit: int) -> Indices:
    """Choose which of many points are drawn: all, or some that are evenly spread.

    Args:
        total: How many there are.
        limit: How many are drawn at most.

    Returns:
        Their positions, int64 of shape (drawn,), ascending.
    """
    num = min(total, limit)
    # In whole numbers: which are drawn must not depend on rounding.
    return np.arange(num, dtype=np.int64) * total // max(num, 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Samples:
    """A few test images under some changes, and what a run reads in them.

    Attributes:
        images: As they are given to the model, uint8 of shape (n, height, width).
        indices: int64 of shape (n,): which test images they were made of.
        labels: True classes, uint8 of shape (n,).
        predicted: uint8 of shape (n,).
        confidences: Of the predicted classes, float32 of shape (n,).
    """

    images: ByteImages
    indices: Indices
    labels: Labels
    predicted: Labels
    confidences: NDArray[np.float32]

    @property
    def is_right(self) -> NDArray[np.bool_]:
        """Which are predicted as what they are."""
        return np.equal(self.labels, self.predicted)


def robustness(run: Run, made: Attachment) -> Robustness:
    """Return what a robustness sweep of a run has measured.

    Raises:
        ArtifactError: If it is missing or damaged.
    """
    return _robustness(run.id, made.key, made)


def changed_samples(run: Run, dataset: Dataset, key: str, *, is_sweep: bool) -> Samples:
    """Change a few test images, and let a run read them.

    Args:
        run: A run with a model.
        dataset: Whose test images.
        key: Of a corruption, or of a sweep: then at each of its strengths.
        is_sweep: Whether it is a sweep.

    Raises:
        ArtifactError: If the model is missing or damaged.
    """
    return _changed_samples(run.id, dataset.fingerprint, key, is_sweep, dataset)


def scores(evaluation: Evaluation) -> tuple[Score, ...]:
    """Return all scores of an evaluation."""
    return _scores(evaluation.key, evaluation)


def spread_over_seeds(run: Run) -> SeedSpread | None:
    """Return how far the test accuracy of a recipe spreads; see `repetitions`."""
    return _spread_over_seeds(run.id, run)


def temperature(run: Run) -> RunTemperature:
    """Return the temperature of a run with a model, or why it has none."""
    return _temperature(run.id, run)


def confidences(evaluation: Evaluation, temperature: float) -> Confidences:
    """Return how confident a run is about each test image, at a temperature."""
    return _confidences(evaluation.key, temperature, evaluation)


def calibration_of(
    evaluation: Evaluation, temperature: float, binning: Binning
) -> Summary:
    """Return how well the probabilities of an evaluation fit, at a temperature."""
    return _calibration_of(evaluation.key, temperature, binning, evaluation)


def coverage(evaluation: Evaluation, temperature: float) -> Coverage:
    """Return the accuracy of an evaluation by coverage, at a temperature."""
    return _coverage(evaluation.key, temperature, evaluation)


@dataclass(frozen=True, kw_only=True, eq=False)
class Style:
    """The accuracy of a run by how the images are written.

    Attributes:
        indices: Which test images were measured, int64 of shape (n,), rising.
        bins: Of each measure; members are positions in `indices`.
        weakest: The weakest of all; None if none is weaker than the others.
    """

    indices: Indices
    bins: Mapping[str, tuple[Bin, ...]]
    weakest: Weakest | None


def style(run: Run, dataset: Dataset, evaluation: Evaluation) -> Style:
    """Return the accuracy of a run by how test images are written.

    Args:
        run: The run.
        dataset: Whose test images.
        evaluation: What the run says about them.
    """
    return _style(run.id, dataset.fingerprint, dataset, evaluation)


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


@st.cache_resource(max_entries=20, show_spinner="Loading the features")
def _features(run_id: str) -> NDArray[np.float32]:
    path = _predictions_path(run_id)
    damage = (
        f"Expected the features of the test images in {path}, but the file is missing "
        "or damaged. Train the run again."
    )
    (found,) = unpacked.arrays(path, ("features",), damage=damage)
    return found


@st.cache_resource(max_entries=20, show_spinner="Projecting the features")
def _feature_points(run_id: str) -> FeaturePoints:
    known = _features(run_id)
    sample = np.asarray(known[evenly(len(known), limit=MAX_FITTED)], np.float32)
    if not np.isfinite(sample).all():
        message = (
            f"Expected numbers as features of the test images of run {run_id}, but "
            "some are infinite or none. Its training has diverged: train it again "
            "with a smaller learning rate."
        )
        raise ArtifactError(message)
    plane = principal_plane(sample)
    return FeaturePoints(points=plane.place(known), plane=plane)


@st.cache_resource(max_entries=50, show_spinner=False)
def _robustness(
    run_id: str,
    key: str,  # noqa: ARG001 - the key of the cache
    _made: Attachment,
) -> Robustness:
    return robustness_kind.read(services.store(), run_id, _made)


@st.cache_resource(max_entries=100, show_spinner=False)
def _changed_samples(
    run_id: str,
    fingerprint: str,  # noqa: ARG001 - the key of the cache
    key: str,
    is_sweep: bool,  # noqa: FBT001 - the cache takes it by place
    _dataset: Dataset,
) -> Samples:
    test = _dataset.test
    strengths = strengths_of(key) if is_sweep else (None,)
    num = SAMPLES_AT_STRENGTH if is_sweep else NUM_SAMPLES
    shown = orders.stratified_sample(test.labels, count=num, seed=0)
    images = np.concatenate(
        [
            example(test.images[shown], key, seed=0, strength=strength)
            for strength in strengths
        ]
    )
    said = predictor(run_id).predict(np.divide(images, 255, dtype=np.float32))
    indices = np.tile(shown, len(strengths))
    return Samples(
        images=images,
        indices=indices,
        labels=test.labels[indices],
        predicted=metrics.predicted_classes(said),
        confidences=said.max(axis=1),
    )


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


@st.cache_resource(max_entries=200, show_spinner=False)
def _temperature(
    run_id: str,  # noqa: ARG001 - the key of the cache
    _run: Run,
) -> RunTemperature:
    return temperatures.of_run(services.store(), _run)


@st.cache_resource(max_entries=20, show_spinner=False)
def _confidences(
    key: str,  # noqa: ARG001 - the key of the cache
    temperature: float,
    _evaluation: Evaluation,
) -> Confidences:
    said = _evaluation.predictions
    return calibration.confidences(
        said.labels, said.probabilities, temperature=temperature
    )


@st.cache_resource(max_entries=50, show_spinner=False)
def _calibration_of(
    key: str,  # noqa: ARG001 - the key of the cache
    temperature: float,
    binning: Binning,
    _evaluation: Evaluation,
) -> Summary:
    return calibration.summary(confidences(_evaluation, temperature), binning=binning)


@st.cache_resource(max_entries=50, show_spinner=False)
def _coverage(
    key: str,  # noqa: ARG001 - the key of the cache
    temperature: float,
    _evaluation: Evaluation,
) -> Coverage:
    return rejection.coverage(confidences(_evaluation, temperature))


@st.cache_resource(max_entries=20, show_spinner="Measuring the handwriting")
def _handwriting(
    fingerprint: str,  # noqa: ARG001 - the key of the cache
    _images: ByteImages,
    _labels: Labels,
) -> tuple[Indices, Mapping[str, NDArray[np.float64]]]:
    indices = orders.stratified_sample(_labels, count=MAX_MEASURED, seed=0)
    return indices, writing.measure(_images[indices])


@st.cache_resource(max_entries=50, show_spinner=False)
def _style(
    run_id: str,  # noqa: ARG001 - the key of the cache
    fingerprint: str,
    _dataset: Dataset,
    _evaluation: Evaluation,
) -> Style:
    test = _dataset.test
    indices, values = _handwriting(fingerprint, test.images, test.labels)
    is_right = (_evaluation.predicted == _evaluation.predictions.labels)[indices]
    found = {name: writing.bins(name, each, is_right) for name, each in values.items()}
    everything = [each for parts in found.values() for each in parts]
    return Style(indices=indices, bins=found, weakest=writing.weakest(everything))


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
