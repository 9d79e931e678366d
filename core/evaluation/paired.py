"""How much more accurate one model is than another that saw the same images.

The images that both classify correctly, or neither does, make the two accuracies rise
and fall together. So their difference is known better than the two intervals suggest.
"""

import math
from dataclasses import dataclass

from core.proportion import Proportion


@dataclass(frozen=True)
class Difference:
    """A difference of two accuracies, with its 95 % interval; each from -1.0 to 1.0.

    Attributes:
        value: The second accuracy less the first.
        low: Lower end of the interval, at most `value`.
        high: Upper end of the interval, at least `value`.
    """

    value: float
    low: float
    high: float


def difference(
    *, both_right: int, only_first: int, only_second: int, both_wrong: int
) -> Difference:
    """Subtract the accuracy of a first model from that of a second one.

    The interval is method 10 of R. G. Newcombe, "Improved confidence intervals for the
    difference between binomial proportions based on paired data", Statistics in
    Medicine 17 (1998), 2635-2650: the Wilson intervals of the two, combined by how the
    answers are correlated.

    Args:
        both_right: Number of images that both classify correctly.
        only_first: Number of images that only the first classifies correctly.
        only_second: Number of images that only the second classifies correctly.
        both_wrong: Number of images that neither classifies correctly.

    Raises:
        ValueError: If a number is negative, or there is no image.
    """
    cells = (both_right, only_first, only_second, both_wrong)
    total = sum(cells)
    if min(cells) < 0 or not total:
        message = (
            f"Expected four numbers of images, each at least 0, got {cells}. Count the "
            "answers to at least one image."
        )
        raise ValueError(message)
    first = Proportion(both_right + only_first, total)
    second = Proportion(both_right + only_second, total)
    phi = _correlation(both_right, only_first, only_second, both_wrong)
    value = (only_second - only_first) / total
    down = _combined(second.value - second.low, first.high - first.value, phi)
    up = _combined(second.high - second.value, first.value - first.low, phi)
    return Difference(value, value - down, value + up)


def _combined(of_second: float, of_first: float, phi: float) -> float:
    # Rounding may take it below zero where the two are one model.
    square = of_second**2 - 2 * phi * of_second * of_first + of_first**2
    return math.sqrt(max(square, 0.0))


def _correlation(
    both_right: int, only_first: int, only_second: int, both_wrong: int
) -> float:
    """Return phi, with Newcombe's correction for continuity; 0.0 where undefined."""
    margins = (
        (both_right + only_first, only_second + both_wrong),
        (both_right + only_second, only_first + both_wrong),
    )
    product = math.prod(number for pair in margins for number in pair)
    if not product:
        return 0.0
    excess = both_right * both_wrong - only_first * only_second
    if excess > 0:
        total = both_right + only_first + only_second + both_wrong
        return max(excess - total / 2, 0.0) / math.sqrt(product)
    return excess / math.sqrt(product)
