"""Which trials of a study are the best, and how sure that is."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from core.proportion import Proportion
from core.tuning.spec import MAXIMIZED, StudySpec
from core.tuning.study import TrialRecord

Z: Final = 1.96
"""Within so many standard errors, a difference is no more than chance brings."""


@dataclass(frozen=True, kw_only=True)
class Leader:
    """The best trial by validation accuracy.

    Attributes:
        trial: It.
        accuracy: Its validation accuracy with its interval.
        num_equal: How many other trials are within chance of it.
        num_compared: How many other trials there are.
    """

    trial: TrialRecord
    accuracy: Proportion
    num_equal: int
    num_compared: int


def ranked(spec: StudySpec, trials: Sequence[TrialRecord]) -> tuple[TrialRecord, ...]:
    """Return the trials that have a score, the best by the first objective first."""
    sign = -1 if spec.objectives[0] in MAXIMIZED else 1
    scored = [each for each in trials if each.values]
    return tuple(sorted(scored, key=lambda each: (sign * each.values[0], each.number)))


def front(spec: StudySpec, trials: Sequence[TrialRecord]) -> tuple[TrialRecord, ...]:
    """Return the trials that no other one beats, the best by the first objective first.

    With one objective these are the best and its equals.
    """
    signs = [-1 if each in MAXIMIZED else 1 for each in spec.objectives]
    costs = [
        (tuple(s * v for s, v in zip(signs, each.values, strict=True)), each)
        for each in ranked(spec, trials)
    ]
    return tuple(
        trial
        for cost, trial in costs
        if not any(_beats(other, cost) for other, _ in costs)
    )


def leader(
    spec: StudySpec, trials: Sequence[TrialRecord], *, num_images: int
) -> Leader | None:
    """Compare the best trial with the others, which were scored by the same images.

    Args:
        spec: The study; its first objective has to be the validation accuracy.
        trials: Its trials.
        num_images: How many validation images there are.

    Returns:
        None if there is no scored trial, or another objective.
    """
    order = ranked(spec, trials)
    if not order or spec.objectives[0] != "val_accuracy" or num_images < 1:
        return None
    best, *others = order
    return Leader(
        trial=best,
        accuracy=Proportion(round(best.values[0] * num_images), num_images),
        num_equal=sum(
            is_chance(best.values[0], each.values[0], num_images) for each in others
        ),
        num_compared=len(others),
    )


def is_chance(best: float, other: float, num_images: int) -> bool:
    """Whether two shares of as many images differ by no more than chance brings."""
    variance = (best * (1 - best) + other * (1 - other)) / num_images
    return best - other <= Z * math.sqrt(variance)


def _beats(first: tuple[float, ...], second: tuple[float, ...]) -> bool:
    return first != second and all(
        one <= two for one, two in zip(first, second, strict=True)
    )
