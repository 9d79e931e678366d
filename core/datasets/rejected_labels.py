"""Test labels that a majority of people rejected, where that is known.

C. Northcutt, A. Athalye and J. Mueller, "Pervasive label errors in test sets
destabilize machine learning benchmarks" (NeurIPS 2021), showed five people each
those test images of MNIST that looked mislabelled; their answers are published in
cleanlab/label-errors. Known are the arrays, by their fingerprint: another data set
may have the name.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

SOURCE: Final = "cleanlab/label-errors (Northcutt and others 2021)"
"""Who asked the people, in short."""

MNIST_FINGERPRINT: Final = (
    "0c5b7ef8cac084d89a5ee2b1d7f32ba3c12cb8c7276330689cb068b35a6a06d3"
)
"""Of the decoded arrays of the MNIST that comes with Inklab."""


@dataclass(frozen=True)
class RejectedLabel:
    """A test label that most of the people who were asked did not agree with.

    Attributes:
        given: Index of the class that the data set says.
        seen: Index of the class that the people saw; None if none of them all.
    """

    given: int
    seen: int | None


_MNIST: Final[Mapping[int, RejectedLabel]] = {
    947: RejectedLabel(8, 9),
    1621: RejectedLabel(0, 6),
    1901: RejectedLabel(9, 4),
    2130: RejectedLabel(4, 9),
    2462: RejectedLabel(2, 0),
    2597: RejectedLabel(5, 3),
    2654: RejectedLabel(6, 1),
    3520: RejectedLabel(6, None),
    3558: RejectedLabel(5, 0),
    5937: RejectedLabel(5, 3),
    6651: RejectedLabel(0, 6),
    6783: RejectedLabel(1, 6),
    8527: RejectedLabel(4, 9),
    9679: RejectedLabel(6, None),
    9729: RejectedLabel(5, 6),
}


def of_test_images(fingerprint: str) -> Mapping[int, RejectedLabel]:
    """Return the rejected test labels of a data set.

    Args:
        fingerprint: Of the data set; empty if nobody noted it.

    Returns:
        Each by the position of its image among the test images, ascending; empty
        unless somebody asked people about this data set.
    """
    return _MNIST if fingerprint == MNIST_FINGERPRINT else {}
