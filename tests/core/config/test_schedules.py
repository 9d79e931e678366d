"""The learning rate of every step."""

from typing import get_args

import numpy as np
import pytest

from core.config import Schedule, TrainingConfig
from core.config.schedules import learning_rates

ONE_CYCLE = TrainingConfig(schedule="one-cycle", learning_rate=0.01)


def test_a_constant_rate_is_constant() -> None:
    """The classic recipe has no schedule."""
    rates = learning_rates(TrainingConfig(learning_rate=0.01), num_steps=7)

    np.testing.assert_array_equal(rates, np.full(7, 0.01, np.float32))
    assert rates.dtype == np.float32


def test_one_cycle_goes_up_to_the_rate_and_down_to_almost_nothing() -> None:
    """A tenth at the start, the rate after a fifth, a thousandth at the end."""
    rates = learning_rates(ONE_CYCLE, num_steps=1000)

    assert rates[0] == pytest.approx(0.001)
    assert rates.argmax() == 200
    assert rates[200] == pytest.approx(0.01)
    assert rates[-1] == pytest.approx(0.00001)
    assert rates.dtype == np.float32


def test_one_cycle_rises_straight_and_falls_as_a_cosine() -> None:
    """Half-way up is 0.55 of the rate, half-way down 0.5005 of it."""
    rates = learning_rates(ONE_CYCLE, num_steps=1001)

    assert rates[100] == pytest.approx(0.0055)
    assert rates[600] == pytest.approx(0.005005)
    assert (np.diff(rates[:201]) > 0).all()
    assert (np.diff(rates[200:]) < 0).all()


def test_cosine_rises_in_a_twentieth_and_then_falls() -> None:
    rates = learning_rates(
        TrainingConfig(schedule="cosine", learning_rate=0.01), num_steps=1000
    )

    assert rates.argmax() == 50
    assert rates[50] == pytest.approx(0.01)
    assert rates[525] == pytest.approx(0.005005, rel=0.01)
    assert rates[-1] == pytest.approx(0.00001)


def test_steps_fall_to_a_tenth_after_half_and_three_quarters() -> None:
    rates = learning_rates(
        TrainingConfig(schedule="step", learning_rate=0.01), num_steps=8
    )

    np.testing.assert_allclose(rates, [0.01] * 4 + [0.001] * 2 + [0.0001] * 2)


@pytest.mark.parametrize("num_steps", [1, 5], ids=["one step", "one to warm up"])
@pytest.mark.parametrize("schedule", get_args(Schedule))
def test_every_step_has_a_rate_above_zero(schedule: str, num_steps: int) -> None:
    """Even a training of one step learns something."""
    config = TrainingConfig(schedule=schedule, learning_rate=0.01)

    rates = learning_rates(config, num_steps=num_steps)

    assert rates.shape == (num_steps,)
    assert (rates > 0).all()
    assert rates.max() == pytest.approx(0.01)
