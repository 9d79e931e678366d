"""Scores of a set of predictions, each as it is usually defined.

A share of n images is itself uncertain, so it comes with its 95 % interval: 99.1 %
of 10,000 images is 98.9 to 99.3, and two models within that are hardly different.
"""

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.evaluation import checks
from core.proportion import Proportion
from core.types import Counts, Labels, Probabilities

Numbers = NDArray[np.float64]
"""A number for each image, or for each of several confusion matrices."""


@dataclass(frozen=True)
class ClassScores:
    """How well one class is recognised.

    Attributes:
        precision: Of the images called this class, the share that are, 0.0 to 1.0;
            NaN if none were called so.
        recall: Of the images of this class, the share called so, 0.0 to 1.0; NaN if
            there are none.
        f1: Harmonic mean of the two, 0.0 if no answer is right; NaN if there is
            neither an image of this class nor one called so.
        support: Number of images of this class.
    """

    precision: float
    recall: float
    f1: float
    support: int


def predicted_classes(probabilities: Probabilities) -> Labels:
    """Pick the most probable class of each image.

    Args:
        probabilities: Floating point of shape (n, classes), at most 256 classes.

    Returns:
        Class indices, uint8 of shape (n,); among equals the lowest.

    Raises:
        ValueError: If these are not probabilities of such a shape.
    """
    checks.check_probabilities(probabilities)
    classes: Labels = probabilities.argmax(axis=1).astype(np.uint8)
    return classes


def accuracy(labels: Labels, probabilities: Probabilities) -> Proportion:
    """Count the images whose most probable class is the right one.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes).

    Raises:
        ValueError: If the two do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    hits = predicted_classes(probabilities) == labels
    return Proportion(int(np.count_nonzero(hits)), len(labels))


def confusion_matrix(labels: Labels, predicted: Labels, num_classes: int) -> Counts:
    """Count the images for each pair of right and predicted class.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        predicted: Predicted class of each image, uint8 of shape (n,).
        num_classes: Number of classes.

    Returns:
        Number of images, int64 of shape (num_classes, num_classes): a row for
        each right class, a column for each predicted one.

    Raises:
        ValueError: If the two differ in length, are empty or exceed the classes.
    """
    for classes in (labels, predicted):
        checks.check_labels(classes, num_images=len(labels), num_classes=num_classes)
    pairs = labels.astype(np.int64) * num_classes + predicted
    counts = np.bincount(pairs, minlength=num_classes**2)
    return counts.astype(np.int64).reshape(num_classes, num_classes)


def per_class_scores(matrix: Counts) -> tuple[ClassScores, ...]:
    """Score every class of a confusion matrix.

    Args:
        matrix: Number of images, int64 of shape (classes, classes), rows are right.

    Returns:
        Scores in order of the classes. What is undefined is NaN, as in scikit-learn
        with `zero_division=np.nan`.

    Raises:
        ValueError: If the matrix is not square or has a negative count.
    """
    _check_matrix(matrix)
    hits, support, called = matrix.diagonal(), matrix.sum(axis=1), matrix.sum(axis=0)
    columns = (
        ratio(hits, called),
        ratio(hits, support),
        ratio(2 * hits, called + support),
        support,
    )
    return tuple(
        ClassScores(float(precision), float(recall), float(f1), int(number))
        for precision, recall, f1, number in zip(*columns, strict=True)
    )


def ranks(labels: Labels, probabilities: Probabilities) -> Counts:
    """Count the classes that are held for more probable than the right one.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes).

    Returns:
        int64 of shape (n,): 0 where the right class is the predicted one. Among equals
        the lowest class comes first, as in `predicted_classes`; scikit-learn's
        `top_k_accuracy_score` lets the highest come first.

    Raises:
        ValueError: If the two do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    right = probabilities[np.arange(len(labels)), labels][:, np.newaxis]
    is_before = np.arange(probabilities.shape[1]) < labels[:, np.newaxis]
    ahead = (probabilities > right) | ((probabilities == right) & is_before)
    return np.asarray(np.count_nonzero(ahead, axis=1), np.int64)


def log_loss(labels: Labels, probabilities: Probabilities) -> float:
    """Average the natural logarithm of the improbability of what was right.

    See `log_losses`; 0 is perfect, log(classes) is guessing.
    """
    return float(log_losses(labels, probabilities).mean())


def log_losses(labels: Labels, probabilities: Probabilities) -> Numbers:
    """Return the natural logarithm of the improbability of what was right.

    Probabilities are clipped by the resolution of their type, as scikit-learn does,
    so that a sure mistake costs much (15.9 in float32, 6.9 in float16), not infinity.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes), each row sums to 1.

    Returns:
        -log(probability of the right class) of each image, at least 0.0, float64 of
        shape (n,).

    Raises:
        ValueError: If the two do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    right = probabilities[np.arange(len(labels)), labels]
    return losses_of(right)


def losses_of(right: NDArray[np.floating[Any]]) -> Numbers:
    """Return the loss of each image from the probability of its right class."""
    resolution = float(np.finfo(right.dtype).eps)
    losses: Numbers = -np.log(
        np.clip(right.astype(np.float64), resolution, 1 - resolution)
    )
    return losses


def brier_scores(labels: Labels, probabilities: Probabilities) -> Numbers:
    """Return the squared distance between what was said and what was right.

    G. W. Brier, "Verification of forecasts expressed in terms of probability",
    Monthly Weather Review 78 (1950): summed over all classes, so 0 is perfect and 2 a
    sure mistake, for two classes too.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes), each row sums to 1.

    Returns:
        float64 of shape (n,), 0.0 to 2.0; their mean is the Brier score.

    Raises:
        ValueError: If the two do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    right = probabilities[np.arange(len(labels)), labels].astype(np.float64)
    squares = np.einsum("ij,ij->i", probabilities, probabilities, dtype=np.float64)
    scores: Numbers = np.maximum(squares - 2 * right + 1, 0.0)
    return scores


def ratio(numerators: Numbers | Counts, denominators: Numbers | Counts) -> Numbers:
    """Divide, with NaN for a denominator of 0."""
    return np.where(denominators > 0, numerators / np.maximum(denominators, 1), np.nan)


def _check_matrix(matrix: Counts) -> None:
    if matrix.shape != (len(matrix), len(matrix)) or (matrix < 0).any():
        message = (
            "Expected counts of shape (classes, classes), all at least 0, got shape "
            f"{matrix.shape}. Give the result of confusion_matrix."
        )
        raise ValueError(message)
