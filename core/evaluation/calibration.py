"""Is a model right as often as it says? Reliability, temperature scaling, rejection.

Of the images that a calibrated model is 90 % confident about, it classifies 90 %
correctly. Confidence is the probability of the predicted class. The expected
calibration error and temperature scaling are those of C. Guo, G. Pleiss, Y. Sun and
K. Q. Weinberger, "On calibration of modern neural networks" (ICML 2017).
"""

from dataclasses import dataclass
from typing import Any, Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.evaluation import bootstrap, checks, metrics
from core.evaluation import temperature as temperatures
from core.evaluation.bootstrap import Interval
from core.evaluation.metrics import Numbers
from core.proportion import Proportion
from core.types import Counts, Labels, Probabilities

Binning = Literal["equal width", "equal mass"]

NUM_BINS: Final = 15

# For the bootstrap, images of a bin are alike if their confidences differ by less.
_ALIKE: Final = 1 / 200

_CHUNK: Final = 10_000


@dataclass(frozen=True, eq=False)
class Confidences:
    """How confident a model is of its answer to each image, and whether it is right.

    Attributes:
        confidence: Probability of the predicted class, floating point of shape (n,).
        is_right: Whether that class is the true one, bool of shape (n,).
        of_true: Probability of the true class, floating point of shape (n,).
    """

    confidence: NDArray[np.floating[Any]]
    is_right: NDArray[np.bool_]
    of_true: NDArray[np.floating[Any]]

    def __len__(self) -> int:
        return len(self.confidence)

    @property
    def log_losses(self) -> Numbers:
        """The log loss of each image, float64 of shape (n,)."""
        return metrics.losses_of(self.of_true)


@dataclass(frozen=True)
class Bin:
    """Images about which a model is about equally confident.

    Attributes:
        low: Their confidence is above this.
        high: Their confidence is at most this.
        confidence: Their mean confidence.
        right: How many of them are classified correctly.
    """

    low: float
    high: float
    confidence: float
    right: Proportion

    @property
    def gap(self) -> float:
        """Accuracy less confidence: below 0 where it is too confident."""
        return self.right.value - self.confidence


@dataclass(frozen=True, kw_only=True)
class Reliability:
    """How far confidence and accuracy differ.

    Attributes:
        bins: Those with images, by rising confidence.
        error: Expected calibration error: the mean of the gaps of the bins without
            their sign, weighted by their numbers of images.
        interval: Its 95 % interval, by bootstrap. Images drawn again deviate a little
            more, so it reaches farther up than down.
        by_chance: What the error of a perfectly calibrated model with these
            confidences is at most, in 95 of 100 cases.
        largest: Maximum calibration error: the largest gap without its sign.
        n: Number of images.
    """

    bins: tuple[Bin, ...]
    error: float
    interval: Interval
    by_chance: float
    largest: float
    n: int


@dataclass(frozen=True, kw_only=True)
class Summary:
    """How well probabilities fit.

    Attributes:
        reliability: How far confidence and accuracy differ.
        log_loss: Mean log loss, in nats.
        log_loss_interval: Its 95 % interval, by bootstrap.
    """

    reliability: Reliability
    log_loss: float
    log_loss_interval: Interval


def summary(found: Confidences, *, binning: Binning = "equal width") -> Summary:
    """Return calibration error and log loss with their intervals; see `reliability`."""
    losses = found.log_losses
    return Summary(
        reliability=reliability(found, binning=binning),
        log_loss=float(losses.mean()),
        log_loss_interval=bootstrap.of_mean(losses),
    )


def confidences(
    labels: Labels,
    probabilities: Probabilities,
    *,
    temperature: float = temperatures.NONE,
) -> Confidences:
    """Return what matters to calibration.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes).
        temperature: Scales the probabilities; see `core.evaluation.temperature`.

    Raises:
        ValueError: If labels and probabilities do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    confidence, of_true = [], []
    for start in range(0, len(labels), _CHUNK):
        part = slice(start, start + _CHUNK)
        scaled = temperatures.scaled(probabilities[part], temperature)
        confidence.append(scaled.max(axis=1))
        of_true.append(scaled[np.arange(len(scaled)), labels[part]])
    return Confidences(
        confidence=np.concatenate(confidence),
        # Scaled and rounded, the two most probable classes might be equally so.
        is_right=metrics.predicted_classes(probabilities) == labels,
        of_true=np.concatenate(of_true),
    )


def reliability(
    found: Confidences, *, binning: Binning = "equal width", num_bins: int = NUM_BINS
) -> Reliability:
    """Compare confidence and accuracy in bins of confidence.

    Args:
        found: Of at least one image.
        binning: Bins of equal width, from 0 to 1, or of about as many images each;
            images of one confidence are always in one bin.
        num_bins: How many bins; those without images are left out.
    """
    confidence = np.clip(found.confidence.astype(np.float64), 0.0, 1.0)
    edges = _edges(confidence, binning, num_bins)
    position = np.searchsorted(edges[1:-1], confidence, side="left")
    counts = np.bincount(position, minlength=len(edges) - 1)
    hits = np.bincount(position, found.is_right, minlength=len(edges) - 1)
    sums = np.bincount(position, confidence, minlength=len(edges) - 1)
    bins = tuple(
        Bin(
            low=float(edges[at]),
            high=float(edges[at + 1]),
            confidence=float(sums[at] / counts[at]),
            right=Proportion(int(hits[at]), int(counts[at])),
        )
        for at in np.flatnonzero(counts)
    )
    error = float(np.abs(hits - sums).sum() / len(found))
    return Reliability(
        bins=bins,
        error=error,
        interval=_error_interval(confidence, found.is_right, position, error),
        by_chance=_error_by_chance(bins),
        largest=max(abs(each.gap) for each in bins),
        n=len(found),
    )


def _edges(confidence: Numbers, binning: Binning, num_bins: int) -> Numbers:
    """Return the ends of the bins, ascending, at least two."""
    ends = np.linspace(0.0, 1.0, num_bins + 1)
    if binning == "equal width":
        return ends
    inner = np.quantile(confidence, ends[1:-1], method="inverted_cdf")
    highest = confidence.max()
    return np.array([0.0, *np.unique(inner[inner < highest]), highest])


def _error_interval(
    confidence: Numbers, is_right: NDArray[np.bool_], position: Counts, error: float
) -> Interval:
    """Draw images again: those of one bin with nearly the same confidence are alike."""
    step = (confidence / _ALIKE).astype(np.int64)
    keys = (position * (step.max() + 1) + step) * 2 + is_right
    groups, group_of = np.unique(keys, return_inverse=True)
    counts = np.bincount(group_of)
    gaps = np.bincount(group_of, is_right - confidence) / counts
    bin_of = groups // 2 // (step.max() + 1)
    in_bin = (bin_of[:, np.newaxis] == np.unique(bin_of)) * gaps[:, np.newaxis]
    drawn = bootstrap.joined(
        np.abs(each @ in_bin).sum(axis=1) / each.sum(axis=1)
        for each in bootstrap.resampled(counts)
    )
    return Interval(min(drawn.low, error), max(drawn.high, error))


def _error_by_chance(bins: tuple[Bin, ...]) -> float:
    """Let each bin be right as often as it says, many times.

    J. Bröcker and L. A. Smith, "Increasing the reliability of reliability diagrams",
    Weather and Forecasting 22 (2007).
    """
    counts = np.array([each.right.total for each in bins])
    confidence = np.array([each.confidence for each in bins])
    generator = np.random.default_rng(0)
    size = (bootstrap.MAX_RESAMPLES, len(bins))
    hits = generator.binomial(counts, confidence, size)
    errors = np.abs(hits - counts * confidence).sum(axis=1) / counts.sum()
    return float(np.quantile(errors, 0.95))
