"""Answering only where a model is confident enough: what is left, and what is wrong.

Images are taken by falling confidence. Coverage is the share that is answered. The area
under the curve of risk (the share of wrong answers) over coverage is that of
Y. Geifman and R. El-Yaniv, "Selective classification for deep neural networks" (2017):
the mean risk over all coverages.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from core.evaluation.calibration import Confidences
from core.evaluation.metrics import Numbers
from core.proportion import Proportion
from core.types import Indices

MAX_POINTS: Final = 200


@dataclass(frozen=True)
class Answered:
    """What is left if a model answers only above a confidence.

    Attributes:
        above: That confidence, 0.0 to 1.0.
        rejected: Positions of the images without an answer, int64, the least confident
            first.
        right: How many of the others are classified correctly; None if there are none.
        wrong: Positions of the others that are not, int64, the most confident first.
    """

    above: float
    rejected: Indices
    right: Proportion | None
    wrong: Indices

    @property
    def total(self) -> int:
        """Number of all images."""
        return len(self.rejected) + (self.right.total if self.right else 0)


@dataclass(frozen=True, kw_only=True)
class Coverage:
    """Accuracy of the answers at falling confidence.

    Attributes:
        points: From few answers to all of them.
        mean_risk: Area under the curve of risk over coverage, 0.0 to 1.0.
        n: Number of images.
    """

    points: tuple["Point", ...]
    mean_risk: float
    n: int


@dataclass(frozen=True)
class Point:
    """Accuracy if the model answers at some confidence or more.

    Attributes:
        confidence: The lowest that is answered.
        right: How many of the answered images are classified correctly.
    """

    confidence: float
    right: Proportion


def answered_above(found: Confidences, above: float) -> Answered:
    """Return what is left if a model answers only above a confidence.

    Args:
        found: Of at least one image.
        above: 0.0 to 1.0. At 0.0 all images are answered.
    """
    is_answered = found.confidence > above
    total = int(np.count_nonzero(is_answered))
    rejected = np.flatnonzero(~is_answered)
    wrong = np.flatnonzero(is_answered & ~found.is_right)
    return Answered(
        above=above,
        rejected=rejected[np.argsort(found.confidence[rejected], kind="stable")],
        right=Proportion(total - len(wrong), total) if total else None,
        wrong=wrong[np.argsort(-found.confidence[wrong], kind="stable")],
    )


def coverage(found: Confidences) -> Coverage:
    """Return accuracy by coverage.

    Args:
        found: Of at least one image.

    Returns:
        At most 200 points. Images of equal confidence are answered together.
    """
    order = np.argsort(-found.confidence, kind="stable")
    confidence, is_right = found.confidence[order], found.is_right[order]
    # Where each group of equal confidences ends, as the number of images up to there.
    ends = 1 + np.flatnonzero(np.append(np.diff(confidence) != 0, True))
    hits = np.cumsum(is_right)[ends - 1]
    shown = np.unique(np.linspace(0, len(ends) - 1, MAX_POINTS).round().astype(int))
    return Coverage(
        points=tuple(
            Point(
                float(confidence[ends[at] - 1]),
                Proportion(int(hits[at]), int(ends[at])),
            )
            for at in shown
        ),
        mean_risk=_mean_risk(ends.astype(np.float64), hits.astype(np.float64)),
        n=len(found),
    )


def _mean_risk(ends: Numbers, hits: Numbers) -> float:
    """Average the risk over coverages of 1 to n images; equals in any order alike."""
    covered = np.arange(1, ends[-1] + 1)
    right = np.interp(covered, np.append(0.0, ends), np.append(0.0, hits))
    return float(np.mean(1 - right / covered))
