"""Say in a sentence which of two runs is better, and what many tests are worth.

An image is fixed if only the second run classifies it correctly, and broken if only
the first one does.
"""

from typing import Final

from core.evaluation.comparison import SIGNIFICANCE, Comparison
from core.evaluation.paired import Difference
from core.evaluation.pairs import Pairs

MIN_P: Final = 0.001


def verdict(
    found: Comparison, first: str, second: str, *, adjusted: float, num_pairs: int
) -> str:
    """Say whether a second run is better than a first one.

    Args:
        found: Their answers compared.
        first: What the first is called.
        second: What the second is called.
        adjusted: The p-value corrected for all pairs that are tested.
        num_pairs: How many pairs are tested; the correction decides if several.
    """
    if not found.only_first and not found.only_second:
        return (
            f"No difference: of {found.total:,} test images, {first} and {second} "
            "classify exactly the same ones correctly."
        )
    counts = (
        f"{_images(found.only_second)} fixed, {found.only_first:,} broken, "
        f"{p_text(found.p_value)}"
    )
    if num_pairs > 1:
        counts += f" ({p_text(adjusted)} after Holm's correction)"
    if adjusted >= SIGNIFICANCE:
        return f"No evidence of a difference between {first} and {second}: {counts}."
    is_better = found.only_second > found.only_first
    return f"{second} is {'better' if is_better else 'worse'} than {first}: {counts}."


def difference_text(found: Difference, total: int) -> str:
    """Write a difference in percentage points, with its n and interval."""
    value, low, high = (
        f"{each * 100:+.2f}".replace("-", "\u2212")
        for each in (found.value, found.low, found.high)
    )
    return f"{value} percentage points on {total:,} test images ({low} to {high})"


def many_tests(pairs: Pairs) -> str:
    """Say how many of many pairs differ, by chance and beyond; empty for one pair."""
    if pairs.num_pairs == 1:
        return ""
    by_chance = int(pairs.num_pairs * SIGNIFICANCE)
    expected = f"about {by_chance} would" if by_chance else "one may"
    return (
        f"With {pairs.num_pairs} pairs tested, {expected} look significant by chance "
        f"even if all runs were equally good. {pairs.num_significant} "
        f"{'looks' if pairs.num_significant == 1 else 'look'} significant (p < "
        f"{SIGNIFICANCE}); after Holm's correction {pairs.num_remaining} "
        f"{'remains' if pairs.num_remaining == 1 else 'remain'}."
    )


def p_text(p_value: float) -> str:
    """Write a p-value: "p = 0.02"; what is below 0.05 is written as below it."""
    if p_value < MIN_P:
        return f"p < {MIN_P}"
    rounded = (f"{p_value:.{digits}g}" for digits in range(2, 17))
    is_below = p_value < SIGNIFICANCE
    fitting = (text for text in rounded if (float(text) < SIGNIFICANCE) == is_below)
    return f"p = {next(fitting, str(p_value))}"


def _images(number: int) -> str:
    return "1 image" if number == 1 else f"{number:,} images"
