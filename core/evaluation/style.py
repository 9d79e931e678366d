"""Where a model is weak: its accuracy by how an image is written.

Images are sorted by a measure of the handwriting and cut into bins of about as many
each. Whether the weakest bin is weaker by more than chance is asked once for all bins
that were looked at: the more there are, the lower the lowest is by chance alone.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import stats

from core.datasets.exploring import chunks, measures
from core.proportion import Proportion
from core.types import ByteImages, Indices

MAX_BINS: Final = 10
MIN_IMAGES: Final = 20
"""A bin has about so many at least: fewer say nothing."""

ALPHA: Final = 0.05


@dataclass(frozen=True, kw_only=True, eq=False)
class Bin:
    """Images that are written alike in one respect.

    Attributes:
        measure: In which respect.
        low: Smallest value of the measure.
        high: Largest one.
        median: Half of the images are below it.
        accuracy: Of these images.
        others: Of all other images with a value; None if there are none.
        members: Their positions, int64 of shape (n,), rising.
    """

    measure: str
    low: float
    high: float
    median: float
    accuracy: Proportion
    others: Proportion | None
    members: Indices


@dataclass(frozen=True, kw_only=True)
class Weakest:
    """The bin that is hardest to explain by chance among those below the others.

    Attributes:
        bin: The bin.
        p_value: How often chance alone would make one of all bins as weak: Fisher's
            exact test, one-sided, times the number of bins (Bonferroni); at most 1.
        num_bins: How many bins were looked at.
    """

    bin: Bin
    p_value: float
    num_bins: int

    @property
    def is_more_than_chance(self) -> bool:
        """Whether it is unlikely that chance alone made it so weak."""
        return self.p_value < ALPHA


def measure(images: ByteImages) -> Mapping[str, NDArray[np.float64]]:
    """Measure the handwriting of each image.

    Args:
        images: uint8 of shape (n, height, width), 0 for paper and 255 for full ink.

    Returns:
        float64 of shape (n,) by name, NaN for images that have none: `thickness` in
        pixels, `slant` in degrees (right is above 0), `size` in pixels, and `ink`, the
        sum of all ink in pixels of full ink.
    """
    found = {
        name: np.full(len(images), np.nan)
        for name in ("thickness", "slant", "size", "ink")
    }
    size = int(np.prod(images.shape[1:]))
    for piece in chunks.slices(len(images), num_values=size):
        ink = np.asarray(images[piece], dtype=np.float32) / np.float32(255)
        peak = ink.max(axis=(1, 2), keepdims=True)
        relative = np.divide(ink, peak, out=np.zeros_like(ink), where=peak > 0)
        blank = peak[:, 0, 0] == 0
        values = {
            "thickness": measures.thicknesses(relative),
            "slant": measures.slants(relative),
            "size": measures.box_sizes(relative),
            "ink": ink.sum(axis=(1, 2), dtype=np.float64),
        }
        for name, value in values.items():
            found[name][piece] = np.where(blank, np.nan, value)
    return found


def bins(
    name: str, values: NDArray[np.float64], is_right: NDArray[np.bool_]
) -> tuple[Bin, ...]:
    """Cut images into bins of about as many each, by a measure.

    Args:
        name: Of the measure.
        values: float64 of shape (n,); NaN is left out.
        is_right: bool of shape (n,): which images are classified correctly.

    Returns:
        From the smallest value to the largest; equal values share a bin, so there may
        be fewer than ten, and none if there is no value.
    """
    known = np.flatnonzero(np.isfinite(values))
    if not len(known):
        return ()
    count = min(max(len(known) // MIN_IMAGES, 1), MAX_BINS)
    edges = np.unique(np.quantile(values[known], np.arange(1, count) / count))
    which = np.searchsorted(edges, values[known], side="right")
    right, total = is_right[known], len(known)
    found = []
    for number in np.unique(which):
        members = known[which == number]
        hits = int(is_right[members].sum())
        rest = total - len(members)
        found.append(
            Bin(
                measure=name,
                low=float(values[members].min()),
                high=float(values[members].max()),
                median=float(np.median(values[members])),
                accuracy=Proportion(hits, len(members)),
                others=Proportion(int(right.sum()) - hits, rest) if rest else None,
                members=members,
            )
        )
    return tuple(found)


def weakest(found: Sequence[Bin]) -> Weakest | None:
    """Find the bin that is weakest against the other images.

    Args:
        found: All bins that are looked at, of any measures.

    Returns:
        None if no bin is below the images outside of it.
    """
    below = [
        (_chance(each.accuracy, each.others), each.accuracy.value, number)
        for number, each in enumerate(found)
        if each.others is not None and each.accuracy.value < each.others.value
    ]
    if not below:
        return None
    chance, _, number = min(below)
    return Weakest(
        bin=found[number],
        p_value=min(chance * len(found), 1.0),
        num_bins=len(found),
    )


def _chance(share: Proportion, others: Proportion) -> float:
    table = [[each.successes, each.total - each.successes] for each in (share, others)]
    return float(stats.fisher_exact(table, alternative="less").pvalue)
