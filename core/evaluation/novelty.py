"""When not to answer: an image is unlike all that a network learned from, or doubtful.

The novelty of an image is the distance of its features (the last hidden layer, scaled
to length 1) to the fifth nearest of training images: Y. Sun, Y. Ming, X. Zhu and Y. Li,
"Out-of-distribution detection with deep nearest neighbors" (ICML 2022). With letters
and scribbles before three networks of digits, it was first or near it on each, which
Mahalanobis' distance, the relative one, the largest logit and the energy were not
(`docs/drawing.md`).

An image is answered if it is neither too novel nor the answer too doubtful. Both
thresholds are the same quantile of what was measured on images set aside, so chosen
that a given share of them is answered. Test images choose nothing.
"""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

NEIGHBOUR: Final = 5
"""The distance is that to this neighbour, so that one odd training image decides
nothing; to the last one, if there are fewer."""

ANSWERED_SHARE: Final = 0.97
"""Unless somebody chooses another: so many of the images set aside are answered."""

MIN_ASIDE: Final = 100
"""Of fewer images set aside, a quantile as far out as the thresholds is chance."""

MAX_IMAGES: Final = 10_000
MAX_NUMBERS: Final = 4_000_000
"""Of features in all: of wide layers, fewer images are taken."""

_CHUNK: Final = 1_000
_ROUNDING: Final = 1e-5  # of a squared distance between features of length 1


class Verdict(StrEnum):
    """Whether an answer is given."""

    ANSWERED = "answered"
    NOT_SURE = "not sure"
    NONE_OF_THE_CLASSES = "none of the classes"


@dataclass(frozen=True, kw_only=True)
class Thresholds:
    """What an image must have to be answered.

    Attributes:
        confidence: At least this calibrated probability of the predicted class.
        novelty: At most this novelty.
        share: Of the images set aside, at least this share is answered.
        is_held_out: Whether the network never learned from these.
    """

    confidence: float
    novelty: float
    share: float
    is_held_out: bool


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """Whether one image is answered, and why not.

    Attributes:
        verdict: What is too novel is none of the classes, however confident the answer.
        novelty: From 0 to 2, the distance of opposite features.
        thresholds: That decide.
    """

    verdict: Verdict
    novelty: float
    thresholds: Thresholds


@dataclass(frozen=True, eq=False, kw_only=True)
class Reference:
    """What a network said about images, which others are compared with.

    Attributes:
        features: Of training images, float32 of shape (n, units), each of length 1, or
            0 if no unit answers.
        confidence: Calibrated probability of the predicted class of each image set
            aside, float32 of shape (m,).
        novelty: Of each of these, float32 of shape (m,).
        is_held_out: Whether the network never learned from the images set aside; if it
            did, it is more confident of them than of others.
    """

    features: NDArray[np.float32]
    confidence: NDArray[np.float32]
    novelty: NDArray[np.float32]
    is_held_out: bool

    @property
    def num_images(self) -> int:
        """Number of training images that others are compared with."""
        return len(self.features)

    @property
    def num_aside(self) -> int:
        """Number of images that the thresholds are chosen by."""
        return len(self.novelty)

    def novelty_of(self, features: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
        """Return how unlike the training images others are.

        Args:
            features: Output of the last hidden layer, of shape (n, units).

        Returns:
            float32 of shape (n,), from 0 to 2.
        """
        return _distances(features, self.features)

    def thresholds(self, share: float = ANSWERED_SHARE) -> Thresholds:
        """Choose the thresholds that answer a share of the images set aside.

        Args:
            share: Above 0, at most 1.

        Returns:
            The strictest of which both are the same quantile, and which answer at
            least that share.
        """
        novelty, doubt = np.sort(self.novelty), np.sort(-self.confidence)
        rank = np.maximum(
            np.searchsorted(novelty, self.novelty, side="right"),
            np.searchsorted(doubt, -self.confidence, side="right"),
        )
        # Rounded first: 0.07 of 100 is 7.000000000000001.
        count = max(math.ceil(round(share * len(rank), 6)), 1)
        last = int(np.sort(rank)[count - 1]) - 1
        return Thresholds(
            confidence=-float(doubt[last]),
            novelty=float(novelty[last]),
            share=share,
            is_held_out=self.is_held_out,
        )

    def judge(
        self,
        features: NDArray[np.floating[Any]],
        confidence: float,
        *,
        share: float = ANSWERED_SHARE,
    ) -> Judgement:
        """Say whether one image is answered.

        Args:
            features: Its output of the last hidden layer, of shape (units,).
            confidence: Calibrated probability of its predicted class.
            share: See `thresholds`.
        """
        novelty = float(self.novelty_of(features[np.newaxis])[0])
        limits = self.thresholds(share)
        return Judgement(
            verdict=verdict(novelty, confidence, limits),
            novelty=novelty,
            thresholds=limits,
        )


def verdict(novelty: float, confidence: float, limits: Thresholds) -> Verdict:
    """Say whether an image is answered, by its two numbers."""
    # What is not a number is neither known nor certain.
    if not novelty <= limits.novelty:
        return Verdict.NONE_OF_THE_CLASSES
    if not confidence >= limits.confidence:
        return Verdict.NOT_SURE
    return Verdict.ANSWERED


def fit(
    known: NDArray[np.floating[Any]],
    aside: NDArray[np.floating[Any]],
    confidence: NDArray[np.floating[Any]],
    *,
    is_held_out: bool = True,
) -> Reference:
    """Measure images set aside against training images.

    Args:
        known: Features of training images, of shape (n, units).
        aside: Features of other images of the same kind, of shape (m, units).
        confidence: Calibrated probability of the predicted class of each of these.
        is_held_out: Whether the network did not learn from these.

    Raises:
        ValueError: If there are no training images, too few others, or if features are
            not finite.
    """
    if not len(known) or len(aside) < MIN_ASIDE or len(aside) != len(confidence):
        message = (
            f"Expected at least one image and {MIN_ASIDE} set aside, each with its "
            f"confidence, got {len(known):,}, {len(aside):,} and {len(confidence):,}."
        )
        raise ValueError(message)
    if not all(np.isfinite(each).all() for each in (known, aside, confidence)):
        message = "Expected finite features and confidences, got others."
        raise ValueError(message)
    features = _scaled(known)
    return Reference(
        features=features,
        confidence=confidence.astype(np.float32),
        novelty=_distances(aside, features),
        is_held_out=is_held_out,
    )


def num_known(units: int) -> int:
    """Say how many training images others are compared with, for so many units."""
    return max(min(MAX_IMAGES, MAX_NUMBERS // max(units, 1)), 1)


def _scaled(features: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    single = features.astype(np.float32)
    lengths = np.linalg.norm(single, axis=1, keepdims=True)
    single /= np.where(lengths > 0, lengths, 1)
    return single


def _distances(
    features: NDArray[np.floating[Any]], known: NDArray[np.float32]
) -> NDArray[np.float32]:
    place = min(NEIGHBOUR, len(known)) - 1
    lengths = np.square(known).sum(axis=1)
    found = np.empty(len(features), np.float32)
    for start in range(0, len(features), _CHUNK):
        given = _scaled(features[start : start + _CHUNK])
        squared = np.square(given).sum(axis=1, keepdims=True) + lengths
        squared -= 2 * given @ known.T
        nearest = np.partition(squared, place, axis=1)[:, place]
        # What is left of the distance between equal features is rounding.
        nearest[nearest < _ROUNDING] = 0
        found[start : start + _CHUNK] = np.sqrt(nearest)
    return found
