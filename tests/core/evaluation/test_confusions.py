"""Which classes are confused most, and groups against each other."""

import numpy as np
import pytest

from core.evaluation.confusions import ConfusedPair, between_groups, most_confused

MATRIX = np.array(
    [[90, 3, 0, 7], [0, 20, 3, 0], [1, 0, 9, 0], [7, 0, 0, 93]], dtype=np.int64
)


def test_pairs_are_ranked_by_images_then_by_share() -> None:
    """7 of 100 twice: the order of the classes; 3 of 23 is before 3 of 100."""
    assert most_confused(MATRIX, limit=4) == (
        ConfusedPair(0, 3, count=7, total=100),
        ConfusedPair(3, 0, count=7, total=100),
        ConfusedPair(1, 2, count=3, total=23),
        ConfusedPair(0, 1, count=3, total=100),
    )


@pytest.mark.parametrize(
    ("matrix", "num_pairs"),
    [(MATRIX, 5), (np.diag([3, 4]), 0), (np.zeros((2, 2), np.int64), 0)],
    ids=["mistakes", "no mistake", "no image"],
)
def test_only_what_happened_is_a_pair(matrix: np.ndarray, num_pairs: int) -> None:
    assert len(most_confused(matrix, limit=15)) == num_pairs


def test_pairs_can_be_those_of_some_classes() -> None:
    """The total stays that of the class: a share of a part would be larger."""
    (pair,) = most_confused(MATRIX, limit=9, true=(0, 1), predicted=(0, 1))

    assert pair == ConfusedPair(0, 1, count=3, total=100)


def test_groups_add_up_their_classes() -> None:
    matrix = between_groups(MATRIX, [(0, 3), (1, 2)])

    assert matrix.tolist() == [[197, 3], [1, 32]]
    assert matrix.sum() == MATRIX.sum()
