"""How a measure is distributed within each class."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Counts, Labels

_TAILS: Final = (0.5, 99.5)
"""Percentiles at which the outer bins begin, so a single blot does not squeeze all
others into one bin."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Distribution:
    """Histograms of one measure, by class.

    Attributes:
        edges: Edges of the bins, rising, float64 of shape (bins + 1,). The first and
            the last bin also count what is beyond.
        counts: Images by class and bin, int64 of shape (classes, bins).
        medians: Median by class, float64 of shape (classes,); NaN for a class
            without values.
        num_missing: Images without a value, such as blank ones.
    """

    edges: NDArray[np.float64]
    counts: Counts
    medians: NDArray[np.float64]
    num_missing: int


def distribution(
    values: NDArray[np.float32], labels: Labels, num_classes: int, num_bins: int = 40
) -> Distribution:
    """Count the images of each class by bins of a measure.

    Args:
        values: The measure of each image, float32 of shape (n,); NaN is left out.
        labels: Class of each image, uint8 of shape (n,), below `num_classes`.
        num_classes: Number of classes.
        num_bins: Number of bins, at least 1.
    """
    known = np.flatnonzero(~np.isnan(values))
    present, classes = values[known], labels[known].astype(np.int64)
    edges = _edges(present, num_bins)
    width = edges[1] - edges[0]
    bins = np.clip((present - edges[0]) / width, 0, num_bins - 1).astype(np.int64)
    counts = np.bincount(
        classes * num_bins + bins, minlength=num_classes * num_bins
    ).reshape(num_classes, num_bins)
    return Distribution(
        edges=edges,
        counts=counts.astype(np.int64),
        medians=_medians(present, classes, num_classes),
        num_missing=len(values) - len(known),
    )


def _edges(values: NDArray[np.float32], num_bins: int) -> NDArray[np.float64]:
    if len(values) == 0:
        return np.linspace(0, 1, num_bins + 1)
    low, high = np.percentile(values, _TAILS)
    if high <= low:
        low, high = low - 0.5, high + 0.5
    return np.linspace(low, high, num_bins + 1)


def _medians(
    values: NDArray[np.float32], classes: NDArray[np.int64], num_classes: int
) -> NDArray[np.float64]:
    medians = np.full(num_classes, np.nan)
    by_class = values[np.argsort(classes.astype(np.uint8), kind="stable")]
    parts = np.split(by_class, np.cumsum(np.bincount(classes, minlength=num_classes)))
    for label, part in enumerate(parts[:num_classes]):
        if len(part) > 0:
            medians[label] = np.median(part)
    return medians
