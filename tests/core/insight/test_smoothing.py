"""Smoothing against numbers worked out by hand."""

import math

import pytest

from core.insight.smoothing import exponential_moving_average


def test_average_is_that_of_tensorboard() -> None:
    """0.25 * 4 / 0.25, then (0.75 * 1 + 0.25 * 8) / 0.4375, and so on."""
    smoothed = exponential_moving_average((4.0, 8.0, 0.0), weight=0.75)

    assert smoothed == pytest.approx((4.0, 2.75 / 0.4375, 2.0625 / 0.578125))


def test_start_is_not_drawn_towards_zero() -> None:
    smoothed = exponential_moving_average((5.0,) * 50, weight=0.99)

    assert smoothed == pytest.approx((5.0,) * 50)


def test_weight_of_zero_changes_nothing() -> None:
    assert exponential_moving_average((3.0, 1.0, 2.0), weight=0) == (3.0, 1.0, 2.0)


def test_gap_stays_a_gap_and_counts_for_nothing() -> None:
    """A run that diverged for an epoch."""
    smoothed = exponential_moving_average((4.0, math.nan, 8.0), weight=0.5)

    assert smoothed[::2] == pytest.approx((4.0, 5.0 / 0.75))
    assert math.isnan(smoothed[1])


@pytest.mark.parametrize("weight", [-0.1, 1.0, math.nan])
def test_weight_that_is_none_is_refused(weight: float) -> None:
    with pytest.raises(ValueError, match="from 0 up to but without 1"):
        exponential_moving_average((1.0,), weight=weight)
