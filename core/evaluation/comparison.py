"""Tell whether one model is better than another, or was lucky with the test images.

Two models that saw the same images are compared by the images on which they
disagree: those that both read right, or both wrong, say nothing about which is
better. This is far more sensitive than to look whether two intervals overlap.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy.special import bdtr

from core.evaluation import checks
from core.types import Labels

SIGNIFICANCE: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two models on the same images.

    Attributes:
        only_first: Number of images that only the first model reads right.
        only_second: Number of images that only the second model reads right.
        total: Number of all images.
    """

    only_first: int
    only_second: int
    total: int

    @property
    def p_value(self) -> float:
        """How often chance alone gives so uneven a split, or a more uneven one."""
        return mcnemar(self.only_first, self.only_second)

    @property
    def is_larger_than_chance(self) -> bool:
        """Whether chance alone would give it less than once in twenty times."""
        return self.p_value < SIGNIFICANCE


def compare(labels: Labels, first: Labels, second: Labels) -> Comparison:
    """Count the images that only one of two models reads right.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        first: What the first model answered, uint8 of shape (n,).
        second: What the second model answered, uint8 of shape (n,).

    Raises:
        ValueError: If they differ in length or are empty.
    """
    for answers in (first, second):
        checks.check_labels(
            answers, num_images=len(labels), num_classes=checks.MAX_CLASSES
        )
    first_right, second_right = first == labels, second == labels
    return Comparison(
        only_first=int(np.count_nonzero(first_right & ~second_right)),
        only_second=int(np.count_nonzero(second_right & ~first_right)),
        total=len(labels),
    )


def mcnemar(only_first: int, only_second: int) -> float:
    """Return the two-sided p-value of McNemar's exact test.

    If both models were equally good, each image on which they disagree would be
    a toss of a coin. (Q. McNemar, "Note on the sampling error of the difference
    between correlated proportions or percentages", Psychometrika 12 (1947).)

    Args:
        only_first: Number of images that only the first reads right, at least 0.
        only_second: Number of images that only the second reads right, at least 0.

    Returns:
        Above 0.0 (or 0.0, where it is too small for a float) to 1.0.

    Raises:
        ValueError: If a number is negative.
    """
    if min(only_first, only_second) < 0:
        message = (
            "Expected two numbers of images, each at least 0, got "
            f"{only_first} and {only_second}. Count again."
        )
        raise ValueError(message)
    fewer, tosses = min(only_first, only_second), only_first + only_second
    # Twice the smaller tail; in the very middle both tails have the same toss.
    return min(1.0, 2 * float(bdtr(fewer, tosses, 0.5)))
