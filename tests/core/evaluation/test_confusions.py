"""Which classes are confused most, and groups against each other."""

import numpy as np
import pytest

from core.evaluation.confusions import (
    ConfusedPair,
    between_groups,
    by_similarity,
    most_confused,
)

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


def test_classes_that_are_confused_stand_side_by_side() -> None:
    """0 with 5 either way, 1 with 3 one way; 2 and 4 with none."""
    matrix = np.diag([90] * 6)
    matrix[0, 5] = matrix[5, 0] = 9
    matrix[1, 3] = 8

    order = by_similarity(matrix)

    assert abs(order.index(0) - order.index(5)) == 1
    assert abs(order.index(1) - order.index(3)) == 1
    assert order[4:] == (2, 4)


def test_order_does_not_depend_on_how_classes_are_numbered() -> None:
    """It is the confusions that decide; a chain of them is one line."""
    chain = np.diag([100] * 5) + np.diag([9, 8, 7, 6], 1)
    shuffle = np.array([3, 0, 4, 1, 2])

    order = by_similarity(chain[np.ix_(shuffle, shuffle)])

    assert by_similarity(chain) == (0, 1, 2, 3, 4)
    assert shuffle[list(order)].tolist() in ([0, 1, 2, 3, 4], [4, 3, 2, 1, 0])


@pytest.mark.parametrize(
    "matrix",
    [np.zeros((3, 3), np.int64), np.diag([1, 2, 3]), np.array([[0, 5], [0, 0]])],
    ids=["no image", "no mistake", "a class without images"],
)
def test_order_of_what_is_hardly_confused_has_each_class(matrix: np.ndarray) -> None:
    assert by_similarity(matrix) == tuple(range(len(matrix)))
