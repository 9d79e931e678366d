"""Rank the labels of images by how doubtful they are, by confident learning.

The probabilities have to be out of sample: a network that has learned an image with
its wrong label repeats that label.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.evaluation import checks
from core.types import Indices, Labels, Probabilities

MIN_LISTED: Final = 50
LISTED_SHARE: Final = 0.015
"""So many labels are worth a look, even if none is confidently wrong."""

_CHUNK: Final = 50_000
"""So many images are looked at at once: some data sets have 700,000 and 62 classes."""


@dataclass(frozen=True, eq=False)
class Suspects:
    """All images of a split, the most doubtful label first; all arrays read-only.

    Attributes:
        indices: Where they are in the split, int64 of shape (n,).
        given: Their labels, uint8 of shape (n,).
        suggested: The class that each likely is if its label is wrong, uint8 of shape
            (n,).
        scores: Self-confidence, the probability of the label, float32 of shape (n,),
            in [0, 1], never falling.
        is_confident: Whether it is confidently of the suggested class, bool of shape
            (n,).
    """

    indices: Indices
    given: Labels
    suggested: Labels
    scores: NDArray[np.float32]
    is_confident: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.indices)

    @property
    def num_confident(self) -> int:
        """How many labels are confidently wrong."""
        return int(self.is_confident.sum())

    @property
    def listed(self) -> Indices:
        """Places, from 0, of the labels that are worth a look.

        They are the first 1.5 %, at least 50, and all that are confidently wrong: one
        may be so although its label is nearly as probable as the other class.
        """
        num = min(max(MIN_LISTED, round(LISTED_SHARE * len(self))), len(self))
        places: Indices = np.union1d(np.arange(num), np.flatnonzero(self.is_confident))
        return places

    def places_of(self, indices: Iterable[int]) -> Indices:
        """Return where images stand in the ranking, from 0, the most doubtful first."""
        wanted = np.fromiter(indices, np.int64)
        places: Indices = np.flatnonzero(np.isin(self.indices, wanted))
        return places


def rank_labels(labels: Labels, probabilities: Probabilities) -> Suspects:
    """Rank images by how doubtful their label is.

    Confident learning (Northcutt, Jiang and Chuang, "Confident Learning: Estimating
    Uncertainty in Dataset Labels", JAIR 70, 2021). With p(j, x) the probability of
    class j for image x, and X(i) the images that are labelled i, class j has the
    threshold

        t(j) = mean of p(j, x) over x in X(j),

    its mean self-confidence. An image x counts as a j if j is the most probable of the
    classes with p(j, x) >= t(j); its label goes before others that are as probable.
    One that is labelled i and counts as another j is off the diagonal of the confident
    joint: its label is confidently wrong, and j is suggested. For any other image, its
    most probable class but i is suggested.

    All are ranked by self-confidence, p(i, x), the lowest first. The normalised
    margin, (p(i, x) - max over j other than i of p(j, x) + 1) / 2, finds fewer of the
    labels that were changed on purpose (benchmarks/suspicious_labels.py has both).

    Args:
        labels: Given class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes), out of sample.

    Returns:
        All images; among equals, by index.

    Raises:
        ValueError: If the two do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    own = _self_confidence(labels, probabilities)
    thresholds = _thresholds(labels, own, num_classes=probabilities.shape[1])
    suggested = np.empty(len(labels), np.uint8)
    is_confident = np.empty(len(labels), np.bool_)
    for start in range(0, len(labels), _CHUNK):
        part = slice(start, start + _CHUNK)
        suggested[part], is_confident[part] = _suggestions(
            labels[part], probabilities[part], thresholds
        )
    order = np.argsort(own, kind="stable")
    made = Suspects(
        order,
        labels[order].astype(np.uint8),
        suggested[order],
        own[order].astype(np.float32),
        is_confident[order],
    )
    for array in vars(made).values():
        array.setflags(write=False)
    return made


def _self_confidence(
    labels: Labels, probabilities: Probabilities
) -> NDArray[np.floating]:
    rows = np.arange(len(labels))
    own: NDArray[np.floating] = probabilities[rows, labels]
    return own


def _thresholds(
    labels: Labels, own: NDArray[np.floating], *, num_classes: int
) -> NDArray[np.float64]:
    """Return the mean self-confidence of each class, float64 of shape (classes,)."""
    sums = np.bincount(labels, weights=own, minlength=num_classes)
    counts = np.bincount(labels, minlength=num_classes)
    # Nothing is confidently of a class of which there is no image to compare with.
    thresholds = np.full(num_classes, np.inf)
    np.divide(sums, counts, out=thresholds, where=counts > 0)
    return thresholds


def _suggestions(
    labels: Labels, probabilities: Probabilities, thresholds: NDArray[np.float64]
) -> tuple[Indices, NDArray[np.bool_]]:
    """Return what each image is if its label is wrong, and whether confidently so."""
    rows = np.arange(len(labels))
    confident = np.where(probabilities >= thresholds, probabilities, -1.0)
    classes = confident.argmax(axis=1)
    is_confident = confident[rows, classes] > confident[rows, labels]
    others = np.array(probabilities)
    others[rows, labels] = -1.0
    return np.where(is_confident, classes, others.argmax(axis=1)), is_confident
