"""The runs that nothing beats, against looking at every pair."""

import numpy as np
import pytest

from core.insight.pareto import Values, pareto_front


def every_pair(x: Values, y: Values, signs: tuple[int, int]) -> set[int]:
    """Find the front by its definition."""
    points = np.stack([x * signs[0], y * signs[1]], axis=1)
    known = np.flatnonzero(np.isfinite(points).all(axis=1))
    return {
        int(one)
        for one in known
        if not any(
            (points[other] >= points[one]).all() and (points[other] > points[one]).any()
            for other in known
        )
    }


@pytest.mark.parametrize("signs", [(1, 1), (1, -1), (-1, 1), (-1, -1)])
@pytest.mark.parametrize("num_values", [4, 1000], ids=["many ties", "few ties"])
def test_front_is_what_no_other_point_dominates(
    signs: tuple[int, int], num_values: int
) -> None:
    generator = np.random.default_rng(num_values)
    for _ in range(20):
        x, y = generator.integers(0, num_values, (2, 40)).astype(float)
        x[generator.integers(0, 40, 3)] = np.nan
        y[generator.integers(0, 40, 2)] = np.inf

        front = pareto_front(x, y, is_high_better=(signs[0] > 0, signs[1] > 0))

        assert len(set(front.tolist())) == len(front)
        assert set(front.tolist()) == every_pair(x, y, signs)


def test_front_runs_from_the_best_x_to_the_best_y() -> None:
    """A line through it, as it comes, is the front as one draws it."""
    seconds = np.array([3.0, 1.0, 2.0, 2.0, 9.0])
    accuracy = np.array([0.99, 0.90, 0.95, 0.93, 0.98])

    front = pareto_front(seconds, accuracy, is_high_better=(False, True))

    assert front.tolist() == [1, 2, 0]


def test_equal_points_are_all_on_the_front() -> None:
    ones = np.ones(3)

    assert pareto_front(ones, ones, is_high_better=(True, True)).tolist() == [0, 1, 2]


def test_no_points_have_no_front() -> None:
    nothing = np.empty(0)

    assert not len(pareto_front(nothing, nothing, is_high_better=(True, False)))
