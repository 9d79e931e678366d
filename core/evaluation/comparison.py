"""Tell whether one model is better than another, or was lucky with the test images.

Two models that saw the same images are compared by the images on which they
disagree: those that both read right, or both wrong, say nothing about which is
better. This is far more sensitive than to look whether two intervals overlap.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.special import bdtr

from core.evaluation import checks, paired
from core.evaluation.paired import Difference
from core.types import Counts, Labels

SIGNIFICANCE: Final = 0.05


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Two models on the same images.

    Attributes:
        only_first: Number of images that only the first model reads right.
        only_second: Number of images that only the second model reads right.
        both_wrong: Number of images that neither reads right.
        total: Number of all images.
    """

    only_first: int
    only_second: int
    both_wrong: int
    total: int

    @property
    def difference(self) -> Difference:
        """The accuracy of the second less that of the first, with its interval."""
        some_wrong = self.only_first + self.only_second + self.both_wrong
        return paired.difference(
            both_right=self.total - some_wrong,
            only_first=self.only_first,
            only_second=self.only_second,
            both_wrong=self.both_wrong,
        )

    @property
    def p_value(self) -> float:
        """How often chance alone gives so uneven a split, or a more uneven one."""
        return mcnemar(self.only_first, self.only_second)


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
        both_wrong=int(np.count_nonzero(~first_right & ~second_right)),
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
    return float(p_values(np.array(only_first), np.array(only_second)))


def p_values(only_first: Counts, only_second: Counts) -> NDArray[np.float64]:
    """Return what `mcnemar` does for many pairs at once.

    Args:
        only_first: int64 of any shape, at least 0.
        only_second: The same for the second models, of the same shape.

    Returns:
        float64 of that shape.
    """
    fewer = np.minimum(only_first, only_second)
    # Twice the smaller tail; in the very middle both tails have the same toss.
    found: NDArray[np.float64] = np.minimum(
        1.0, 2 * bdtr(fewer, only_first + only_second, 0.5)
    )
    return found
