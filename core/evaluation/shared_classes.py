"""Score a model on images of another data set, whose classes may be cut otherwise.

Any member of a merged class counts: an image of c is right if it is called C/c. And an
image of C/c is right if it is called either C or c by a model that tells them apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.datasets.classes import members
from core.errors import DatasetError
from core.evaluation import checks, metrics
from core.proportion import Proportion
from core.types import Counts, Labels, Probabilities

_MOST_NAMED = 10

Covering = tuple[tuple[int, ...], ...]
"""For each class of a data set, the classes of a model that are right for it."""


@dataclass(frozen=True, eq=False)
class Scores:
    """How well a model does on images of another data set.

    Attributes:
        accuracy: Share of the images that are called what they are.
        log_loss: Mean of -log(probability of what is right), at least 0.0.
        confusion: Number of images, int64 of shape (classes, classes), by classes of
            the model: a row for each right class, a column for each predicted one.
    """

    accuracy: Proportion
    log_loss: float
    confusion: Counts


def covering(classes: Sequence[str], others: Sequence[str]) -> Covering:
    """Find the classes of a model that are right for those of a data set.

    Args:
        classes: Names of the classes of the model.
        others: Names of the classes of the data set.

    Returns:
        For each of the others at least one index of a class of the model.

    Raises:
        DatasetError: If the model does not know one of the others.
    """
    found = tuple(_covering(classes, name) for name in others)
    unknown = [name for name, each in zip(others, found, strict=True) if not each]
    if unknown:
        more = ", ..." if len(unknown) > _MOST_NAMED else ""
        message = (
            "Expected a data set whose classes the run knows, but it does not know "
            f"{len(unknown):,} of {len(others):,}: "
            f"{', '.join(unknown[:_MOST_NAMED])}{more}. Choose another data set, or a "
            "run that learned these."
        )
        raise DatasetError(message)
    return found


def right_labels(
    labels: Labels, probabilities: Probabilities, right: Covering
) -> Labels:
    """Return the right class of each image among those of the model.

    Args:
        labels: Class of each image in its data set, uint8 of shape (n,).
        probabilities: What the model says, floating point of shape (n, classes).
        right: See `covering`.

    Returns:
        uint8 of shape (n,): if several classes of the model are right, the one that it
        holds to be the likeliest.
    """
    checks.check_probabilities(probabilities)
    found = np.zeros(len(labels), np.uint8)
    for label, allowed in enumerate(right):
        rows = np.flatnonzero(labels == label)
        likeliest = probabilities[rows][:, allowed].argmax(axis=1)
        found[rows] = np.array(allowed, np.uint8)[likeliest]
    return found


def score(labels: Labels, probabilities: Probabilities, right: Covering) -> Scores:
    """Score what a model says about images of another data set.

    Args:
        labels: Class of each image in its data set, uint8 of shape (n,).
        probabilities: What the model says, floating point of shape (n, classes).
        right: See `covering`.

    Raises:
        ValueError: If these do not belong together.
    """
    found = right_labels(labels, probabilities, right)
    predicted = metrics.predicted_classes(probabilities)
    num_classes = probabilities.shape[1]
    return Scores(
        accuracy=metrics.accuracy(found, probabilities),
        log_loss=_log_loss(labels, probabilities, right),
        confusion=metrics.confusion_matrix(found, predicted, num_classes),
    )


def _log_loss(labels: Labels, probabilities: Probabilities, right: Covering) -> float:
    """Average over images; classes that are all right have their sum."""
    is_right = np.zeros((len(right), probabilities.shape[1]), probabilities.dtype)
    for label, allowed in enumerate(right):
        is_right[label, list(allowed)] = 1
    summed = np.clip((probabilities * is_right[labels]).sum(axis=1), 0, 1)
    either = np.stack([1 - summed, summed], axis=1)
    return metrics.log_loss(np.ones(len(labels), np.uint8), either)


def _covering(classes: Sequence[str], name: str) -> tuple[int, ...]:
    if name in classes:
        return (classes.index(name),)
    found: list[int] = []
    for member in members(name):
        fitting = [i for i, each in enumerate(classes) if member in members(each)]
        if not fitting:
            return ()
        found += fitting
    return tuple(dict.fromkeys(found))
