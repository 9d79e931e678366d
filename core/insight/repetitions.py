"""Runs of one recipe with several seeds: which they are, and how far they spread.

One run says what one seed gave. The range over seeds says how much of a difference
between two recipes may be luck.
"""

import dataclasses
import math
from collections.abc import Sequence
from dataclasses import dataclass

from core.config import Recipe, TrainingConfig


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


def _without_seed(recipe: Recipe) -> Recipe:
    if isinstance(recipe, TrainingConfig):
        return dataclasses.replace(recipe, seed=0, preset="")
    return recipe
