"""95 % intervals of numbers that are no shares: the percentile bootstrap.

B. Efron, "Bootstrap methods: another look at the jackknife", Annals of Statistics 7
(1979): the images are drawn again with replacement, as many as there are, many times;
2.5 % of the numbers that come of it lie below the interval, and 2.5 % above.

What is drawn is counted, not listed: images that count the same (one cell of a
confusion matrix, nearly the same loss) are one group, and how often each group is
drawn follows a multinomial distribution. Of more than 1,000 images, each group is drawn
independently of the others instead, which is several times as fast: as often as a
Poisson distribution says (J. A. Hanley and B. MacGibbon, "Creating non-parametric
bootstrap samples using Poisson frequencies", Computer Methods and Programs in
Biomedicine 83 (2006)), or the normal distribution that it comes close to. How many
are drawn in all varies then, which does not matter to a ratio.

The bootstrap knows only these images: where none is wrong, the interval has no width.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Counts

MAX_RESAMPLES: Final = 1_000
MIN_RESAMPLES: Final = 400

# More draws than this take longer than somebody wants to wait for a page.
_MAX_DRAWS: Final = 600_000

_MAX_EXACT: Final = 1_000
_MAX_POISSON: Final = 25
_MAX_GROUPS: Final = 200
_CHUNK: Final = 4_000_000
_SEED: Final = 0
_TAILS: Final = (2.5, 97.5)

Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Interval:
    """Where a number may lie; both ends NaN if it is not defined.

    Attributes:
        low: Lower end.
        high: Upper end.
    """

    low: float
    high: float


def of_mean(values: Numbers) -> Interval:
    """Return the interval of the mean of a number that each image has.

    Up to 200 images are drawn one by one. More are put into 200 groups of nearly the
    same value. What is drawn from a group then has the group's mean and, by the
    central limit theorem, its spread.

    Args:
        values: float64 of shape (n,), n at least 1, all finite.
    """
    counts, means, variances = _grouped(values)
    generator = np.random.default_rng(_SEED)
    parts = []
    for drawn in resampled(counts):
        noise = generator.standard_normal(len(drawn))
        total = drawn.sum(axis=1)
        parts.append((drawn @ means + noise * np.sqrt(drawn @ variances)) / total)
    return joined(parts)


def resampled(counts: Counts) -> Iterator[Numbers]:
    """Draw images again with replacement, in chunks.

    Args:
        counts: Number of images of each group, int64 of shape (groups,), each at least
            1.

    Yields:
        How often each group was drawn, float64 of shape (resamples, groups): 400 to
        1,000 in all, fewer the more groups there are. The same every time.
    """
    generator = np.random.default_rng(_SEED)
    left = int(np.clip(_MAX_DRAWS // len(counts), MIN_RESAMPLES, MAX_RESAMPLES))
    while left > 0:
        size = min(left, max(1, _CHUNK // len(counts)))
        yield _drawn(generator, counts, size)
        left -= size


def joined(parts: Iterable[Numbers]) -> Interval:
    """Return what 95 % of the numbers lie between, without those that are NaN."""
    resamples = np.concatenate(list(parts))
    defined = resamples[~np.isnan(resamples)]
    if not len(defined):
        return Interval(np.nan, np.nan)
    low, high = np.percentile(defined, _TAILS)
    return Interval(float(low), float(high))


def _drawn(
    generator: np.random.Generator, counts: Counts, size: int
) -> NDArray[np.float64]:
    """Draw each group `size` times; shape (size, groups)."""
    total = int(counts.sum())
    if total <= _MAX_EXACT:
        return generator.multinomial(total, counts / total, size).astype(np.float64)
    drawn = np.empty((size, len(counts)))
    is_large = counts > _MAX_POISSON
    few, many = counts[~is_large], counts[is_large].astype(np.float64)
    drawn[:, ~is_large] = generator.poisson(few, (size, len(few)))
    noise = generator.standard_normal((size, len(many)))
    drawn[:, is_large] = np.maximum(many + np.sqrt(many) * noise, 0.0)
    return drawn


def _grouped(values: Numbers) -> tuple[Counts, Numbers, Numbers]:
    """Return number, mean and variance of each group of nearly equal values."""
    if len(values) <= _MAX_GROUPS:
        return np.ones(len(values), np.int64), values, np.zeros_like(values)
    lowest, highest = values.min(), values.max()
    width = (highest - lowest) / _MAX_GROUPS or 1.0
    group = np.minimum((values - lowest) / width, _MAX_GROUPS - 1).astype(np.int64)
    counts = np.bincount(group)
    is_some = counts > 0
    # About the lowest value: squares of large values would lose their difference.
    above = values - lowest
    sums = np.bincount(group, above)[is_some]
    squares = np.bincount(group, above**2)[is_some]
    counts = counts[is_some]
    means = sums / counts
    return counts, means + lowest, np.maximum(squares / counts - means**2, 0.0)
