"""Runs of one recipe with several seeds: which they are, and how far they spread.

One run says what one seed gave. The range over seeds says how much of a difference
between two recipes may be luck.
"""

import dataclasses
import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.config import Recipe, TrainingConfig
from core.records import Run, RunStatus

MIN_SEEDS: Final = 2


@dataclass(frozen=True)
class Spread:
    """Several curves as one; each tuple has a value per point of the longest.

    Attributes:
        mean: Mean of the curves that reach the point.
        low: Lowest of them.
        high: Highest of them.
        count: How many they are; where it is 0, the others are NaN.
    """

    mean: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    count: tuple[int, ...]


@dataclass(frozen=True, kw_only=True)
class SeedSpread:
    """Test accuracy of runs that differ only in their seed.

    Attributes:
        mean: Their mean, 0.0 to 1.0.
        deviation: Their standard deviation (of a sample: divided by n - 1).
        low: The lowest.
        high: The highest.
        n: How many seeds, at least 2.
    """

    mean: float
    deviation: float
    low: float
    high: float
    n: int


def over_seeds(run: Run, others: Sequence[Run]) -> SeedSpread | None:
    """Tell how far the test accuracy spreads over the seeds of a recipe.

    Args:
        run: A run that was trained to its end.
        others: Runs to look among; it may be one of them.

    Returns:
        None if none of the others differs from it only in its seed. Of two with one
        seed the first counts, and of those with its seed it does itself.
    """
    if not _is_comparable(run):
        return None
    recipe = _without_seed(run.training)
    by_seed = {run.training.seed: run.scores.test_accuracy}
    for other in others:
        # A recipe without its seed is checked anew, so what is quick comes first.
        if (
            _is_comparable(other)
            and other.fingerprint == run.fingerprint
            and other.training.epochs == run.training.epochs
            and other.training.network == run.training.network
            and _without_seed(other.training) == recipe
        ):
            by_seed.setdefault(other.training.seed, other.scores.test_accuracy)
    found = [each for each in by_seed.values() if each is not None]
    if len(found) < MIN_SEEDS:
        return None
    return SeedSpread(
        mean=statistics.fmean(found),
        deviation=statistics.stdev(found),
        low=min(found),
        high=max(found),
        n=len(found),
    )


def groups_by_recipe(
    recipes: Sequence[Recipe], fingerprints: Sequence[str]
) -> tuple[tuple[int, ...], ...]:
    """Group what differs by the seed only, or by the preset that it began as.

    Args:
        recipes: Of some runs.
        fingerprints: Of the data set of each: two may have had one name.

    Returns:
        Their positions by group, groups and members in the order of the recipes.
    """
    groups: dict[tuple[Recipe, str], list[int]] = {}
    pairs = zip(map(_without_seed, recipes), fingerprints, strict=True)
    for position, pair in enumerate(pairs):
        groups.setdefault(pair, []).append(position)
    return tuple(tuple(members) for members in groups.values())


def spread(curves: Sequence[Sequence[float]]) -> Spread:
    """Return mean and range of some curves at each point, without what is NaN."""
    length = max(map(len, curves), default=0)
    points = [
        [curve[at] for curve in curves if at < len(curve) and math.isfinite(curve[at])]
        for at in range(length)
    ]
    return Spread(
        mean=tuple(
            math.fsum(each) / len(each) if each else math.nan for each in points
        ),
        low=tuple(min(each, default=math.nan) for each in points),
        high=tuple(max(each, default=math.nan) for each in points),
        count=tuple(map(len, points)),
    )


def _is_comparable(run: Run) -> bool:
    return (
        run.status is RunStatus.FINISHED
        and run.has_model
        and isinstance(run.config, TrainingConfig)
    )


def _without_seed(recipe: Recipe) -> Recipe:
    if isinstance(recipe, TrainingConfig):
        return dataclasses.replace(recipe, seed=0, preset="")
    return recipe
