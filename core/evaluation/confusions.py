"""What a confusion matrix of many classes says, in a few lines."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.cluster import hierarchy
from scipy.spatial.distance import squareform

from core.types import Counts


@dataclass(frozen=True)
class ConfusedPair:
    """A class that is taken for another one.

    Attributes:
        true: Index of the true class.
        predicted: Index of the predicted class, another one.
        count: Number of images, at least 1.
        total: Number of images of the true class.
    """

    true: int
    predicted: int
    count: int
    total: int


def most_confused(
    matrix: Counts,
    *,
    limit: int,
    true: Sequence[int] | None = None,
    predicted: Sequence[int] | None = None,
) -> tuple[ConfusedPair, ...]:
    """Rank the pairs of classes that are confused.

    Args:
        matrix: Number of images, int64 of shape (classes, classes), rows are true.
        limit: How many pairs to return at most.
        true: The true classes to look at; all unless given.
        predicted: The predicted classes to look at; all unless given.

    Returns:
        The pair with the most images first; among equals that with the larger share
        of the true class.
    """
    totals = matrix.sum(axis=1)
    mistakes = np.zeros_like(matrix)
    every = range(len(matrix))
    block = np.ix_(
        every if true is None else true, every if predicted is None else predicted
    )
    mistakes[block] = matrix[block]
    np.fill_diagonal(mistakes, 0)
    rows, columns = np.nonzero(mistakes)
    counts = mistakes[rows, columns]
    order = np.lexsort((-counts / totals[rows], -counts))[:limit]
    return tuple(
        ConfusedPair(
            int(rows[at]), int(columns[at]), int(counts[at]), int(totals[rows[at]])
        )
        for at in order
    )


def between_groups(matrix: Counts, groups: Sequence[Sequence[int]]) -> Counts:
    """Add up the classes of each group.

    Args:
        matrix: Number of images, int64 of shape (classes, classes), rows are true.
        groups: Indices of the classes of each group.

    Returns:
        Number of images, int64 of shape (groups, groups).
    """
    is_member = np.zeros((len(groups), len(matrix)), dtype=np.int64)
    for at, members in enumerate(groups):
        is_member[at, list(members)] = 1
    summed: Counts = is_member @ matrix @ is_member.T
    return summed


def by_similarity(matrix: Counts) -> tuple[int, ...]:
    """Order classes so that those that are confused with each other stand together.

    How alike two classes are is the mean of the two shares that are taken for the
    other. Classes are joined by average linkage, and of all orders that fit the tree
    that one is taken in which neighbours are most alike (Bar-Joseph et al., 2001).

    Args:
        matrix: Number of images, int64 of shape (classes, classes), rows are true.

    Returns:
        Indices of all classes: those that are confused with no other one last, in
        their own order. Of a cluster the end with the lower class comes first.
    """
    totals = matrix.sum(axis=1, keepdims=True)
    shares = matrix / np.maximum(totals, 1)
    likeness = (shares + shares.T) / 2
    np.fill_diagonal(likeness, 0.0)
    is_confused = likeness.any(axis=1)
    confused, others = np.flatnonzero(is_confused), np.flatnonzero(~is_confused)
    if len(confused) == 0:
        return tuple(others.tolist())
    distances = squareform(1.0 - likeness[np.ix_(confused, confused)], checks=False)
    tree = hierarchy.linkage(distances, "average", optimal_ordering=True)
    order = confused[hierarchy.leaves_list(tree)]
    if order[0] > order[-1]:
        order = order[::-1]
    return (*order.tolist(), *others.tolist())
