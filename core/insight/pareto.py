"""Which of many runs nothing beats: no other is better in one and worse in neither."""

import numpy as np
from numpy.typing import NDArray

from core.types import Indices

Values = NDArray[np.float64]


def pareto_front(x: Values, y: Values, *, is_high_better: tuple[bool, bool]) -> Indices:
    """Find the points that no other point dominates.

    A point dominates another one that is better in neither value, if it is better
    in at least one. Equal points do not dominate each other.

    Args:
        x: float64 of shape (n,); what is no finite number is left out, in any of both.
        y: float64 of shape (n,).
        is_high_better: Whether more is better, of x and of y.

    Returns:
        int64 of shape (m,): their positions, from the best x to the best y.
    """
    costs = np.stack([x, y], axis=1) * np.where(is_high_better, -1.0, 1.0)
    known = np.flatnonzero(np.isfinite(costs).all(axis=1))
    # By x, and of equal x by y: whatever could dominate a point stands before it.
    order = known[np.lexsort((costs[known, 1], costs[known, 0]))]
    distinct, group = np.unique(costs[order], axis=0, return_inverse=True)
    lowest_before = np.minimum.accumulate(np.concatenate([[np.inf], distinct[:, 1]]))[
        :-1
    ]
    is_front = distinct[:, 1] < lowest_before
    return order[is_front[group.reshape(-1)]]
