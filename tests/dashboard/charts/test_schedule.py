"""The learning rate over a training."""

import json

import numpy as np
import pytest

from core.config import Schedule, TrainingConfig
from core.config.schedules import learning_rates
from dashboard.charts.curves import Option
from dashboard.charts.schedule import (
    MAX_POINTS,
    learning_rate_curve,
    schedule_alt,
)
from dashboard.charts.theme import LIGHT

STEPS = 4210


def rates_of(schedule: Schedule, *, num_steps: int = STEPS) -> np.ndarray:
    config = TrainingConfig(schedule=schedule, learning_rate=0.006)
    return learning_rates(config, num_steps=num_steps)


def draw(schedule: Schedule, *, num_steps: int = STEPS, epochs: int = 10) -> Option:
    rates = rates_of(schedule, num_steps=num_steps)
    return learning_rate_curve(rates, epochs=epochs, palette=LIGHT)


def points(option: Option) -> np.ndarray:
    return np.array(option["series"][0]["data"])


def test_the_curve_is_by_epoch_from_the_start_to_the_end() -> None:
    epochs, rates = points(draw("one-cycle")).T

    assert (epochs[0], epochs[-1]) == (0, 10)
    assert (np.diff(epochs) >= 0).all()
    assert (rates[0], rates.max(), rates[-1]) == (0.0006, 0.006, 6e-6)
    assert epochs[rates.argmax()] == pytest.approx(2.0, abs=0.05)


def test_a_falling_curve_is_drawn_straight_from_zero() -> None:
    """As in the papers: the area under it is how far training can go."""
    axis = draw("one-cycle")["yAxis"]

    assert (axis["type"], axis["min"], axis["name"]) == ("value", 0, "Learning rate")


def test_steps_are_drawn_on_a_logarithmic_axis_of_whole_powers() -> None:
    """A hundredth of the rate would look like nothing on a straight one."""
    axis = draw("step")["yAxis"]

    assert (axis["type"], axis["min"], axis["max"]) == ("log", 1e-5, 0.01)


def test_a_step_stays_upright() -> None:
    """Both ends of each jump are drawn, however many steps lie between points."""
    epochs, rates = points(draw("step")).T
    jumps = np.flatnonzero(np.diff(rates))

    assert len(jumps) == 2
    np.testing.assert_allclose(epochs[jumps], [5.0, 7.5], atol=0.01)
    np.testing.assert_allclose(epochs[jumps + 1], [5.0, 7.5], atol=0.01)


def test_long_trainings_are_drawn_with_few_points() -> None:
    option = draw("cosine", num_steps=100_000)

    assert len(points(option)) <= MAX_POINTS + 2
    json.dumps(option, allow_nan=False)


@pytest.mark.parametrize("schedule", ["constant", "one-cycle", "step"])
def test_a_training_of_one_step_can_be_drawn(schedule: Schedule) -> None:
    option = draw(schedule, num_steps=1, epochs=1)

    assert points(option)[-1].tolist() == [1, 0.006]
    assert option["xAxis"]["max"] == 1


def test_rates_are_told_in_three_digits() -> None:
    """0.006 as 32 bits is 0.006000000052154064."""
    assert draw("constant")["series"][0]["data"][0] == [0, 0.006]
    assert draw("constant")["tooltip"]["valueFormatter"] == "%.3g"


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("constant", "always 0.006"),
        ("step", "from 0.006 down to 6e-05"),
        ("one-cycle", "from 0.0006 up to 0.006 after 2 epochs, then down to 6e-06"),
        ("cosine", "from 0.0006 up to 0.006 after 0.5 epochs, then down to 6e-06"),
    ],
)
def test_the_curve_is_told_in_words(schedule: Schedule, words: str) -> None:
    alt = schedule_alt(rates_of(schedule), epochs=10)

    assert alt == f"Learning rate over 10 epochs: {words}"


def test_one_epoch_is_told_as_one() -> None:
    assert "over 1 epoch:" in schedule_alt(rates_of("constant"), epochs=1)
