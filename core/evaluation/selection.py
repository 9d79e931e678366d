"""Choose images of a split by what a run says of them, and put them in an order.

The margin is the probability of the true class minus that of the likeliest other one:
near 1 the run is right and sure, near 0 it could not decide, near -1 it is wrong and
sure.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.evaluation import checks, metrics
from core.types import Indices, Labels, Probabilities

_CHUNK: Final = 50_000


class Which(StrEnum):
    """Which images are looked at."""

    MISTAKES = "mistakes"
    CORRECT = "correct"
    ALL = "all"


class Measure(StrEnum):
    """By what images can be ordered."""

    CONFIDENCE = "confidence"
    MARGIN = "margin"
    LOSS = "loss"
    UNUSUALNESS = "unusualness"


@dataclass(frozen=True, eq=False, kw_only=True)
class Judged:
    """What a run says of each image of a split, in a number or two.

    Attributes:
        labels: True classes, uint8 of shape (n,).
        predicted: Its most probable classes, uint8 of shape (n,).
        confidence: Probabilities of these, float32 of shape (n,), 0 to 1.
        margin: Probability of the true class minus that of the likeliest other one,
            float32 of shape (n,), -1 to 1; negative only where the run is wrong.
        loss: -log(probability of the true class) in nats, float32 of shape (n,), at
            least 0.
    """

    labels: Labels
    predicted: Labels
    confidence: NDArray[np.float32]
    margin: NDArray[np.float32]
    loss: NDArray[np.float32]

    def select(
        self,
        which: Which,
        *,
        true: int | None = None,
        predicted: int | None = None,
        among: Indices | None = None,
    ) -> Indices:
        """Return the positions of images in the split, int64, ascending.

        Args:
            which: Mistakes, correct ones, or all.
            true: The true class; None for any.
            predicted: The predicted class; None for any.
            among: Positions of the images to choose from; None for all.
        """
        keep = np.ones(len(self.labels), dtype=np.bool_)
        if which is not Which.ALL:
            keep = (self.predicted == self.labels) == (which is Which.CORRECT)
        if true is not None:
            keep &= self.labels == true
        if predicted is not None:
            keep &= self.predicted == predicted
        if among is not None:
            chosen = np.zeros(len(keep), dtype=np.bool_)
            chosen[among] = True
            keep &= chosen
        return np.flatnonzero(keep)


def judge(labels: Labels, probabilities: Probabilities) -> Judged:
    """Work out what a run says of each image.

    Args:
        labels: True class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes).

    Raises:
        ValueError: If the two do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    predicted = metrics.predicted_classes(probabilities)
    everything = np.arange(len(labels))
    confidence = probabilities[everything, predicted].astype(np.float32)
    right = probabilities[everything, labels].astype(np.float32)
    # As for the log loss: a sure mistake costs much, not infinity.
    resolution = float(np.finfo(probabilities.dtype).eps)
    return Judged(
        labels=labels,
        predicted=predicted,
        confidence=confidence,
        margin=right - _likeliest_other(labels, probabilities),
        loss=-np.log(np.clip(right, resolution, 1 - resolution)),
    )


def ordered(
    indices: Indices, values: NDArray[np.float32], *, descending: bool
) -> Indices:
    """Put images in the order of a number.

    Args:
        indices: Positions in the split, int64, ascending.
        values: The number of each image of the split, float32 of shape (n,).
        descending: Whether the largest come first.

    Returns:
        The same positions; equal ones ascending, those without a number (NaN) last.
    """
    keys = values[indices].astype(np.float64)
    if descending:
        keys = -keys
    return indices[np.argsort(keys, kind="stable")]


def _likeliest_other(
    labels: Labels, probabilities: Probabilities
) -> NDArray[np.float32]:
    """Return the highest probability of a class that is not the true one."""
    found = np.empty(len(labels), np.float32)
    # The probabilities of 700,000 images may be mapped from a file: no copy of all.
    for start in range(0, len(labels), _CHUNK):
        part = np.array(probabilities[start : start + _CHUNK])
        part[np.arange(len(part)), labels[start : start + _CHUNK]] = 0.0
        found[start : start + _CHUNK] = part.max(axis=1)
    return found
