"""The learning rate over a training."""

import numpy as np
import plotly.graph_objects as go
import pytest

from core.config import Schedule, TrainingConfig
from core.config.schedules import learning_rates
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


def draw(schedule: Schedule, *, num_steps: int = STEPS, epochs: int = 10) -> go.Figure:
    rates = rates_of(schedule, num_steps=num_steps)
    return learning_rate_curve(rates, epochs=epochs, palette=LIGHT)


def points(figure: go.Figure) -> np.ndarray:
    (line,) = figure.data
    return np.array([line.x, line.y]).T


def test_the_curve_is_by_epoch_from_the_start_to_the_end() -> None:
    epochs, rates = points(draw("one-cycle")).T

    assert (epochs[0], epochs[-1]) == (0, 10)
    assert (np.diff(epochs) >= 0).all()
    assert (rates[0], rates.max(), rates[-1]) == (0.0006, 0.006, 6e-6)
    assert epochs[rates.argmax()] == pytest.approx(2.0, abs=0.05)


def test_a_falling_curve_is_drawn_straight_from_zero() -> None:
    """As in the papers: the area under it is how far training can go."""
    axis = draw("one-cycle").layout.yaxis

    assert (axis.type, axis.rangemode) == (None, "tozero")
    assert axis.title.text == "Learning rate"


def test_steps_are_drawn_on_a_logarithmic_axis_of_whole_powers() -> None:
    """A hundredth of the rate would look like nothing on a straight one."""
    axis = draw("step").layout.yaxis

    assert (axis.type, axis.range) == ("log", (-5, -2))


def test_a_step_stays_upright() -> None:
    """Both ends of each jump are drawn, however many steps lie between points."""
    epochs, rates = points(draw("step")).T
    jumps = np.flatnonzero(np.diff(rates))

    assert len(jumps) == 2
    np.testing.assert_allclose(epochs[jumps], [5.0, 7.5], atol=0.01)
    np.testing.assert_allclose(epochs[jumps + 1], [5.0, 7.5], atol=0.01)


def test_long_trainings_are_drawn_with_few_points() -> None:
    figure = draw("cosine", num_steps=100_000)

    assert len(points(figure)) <= MAX_POINTS + 2


@pytest.mark.parametrize("schedule", ["constant", "one-cycle", "step"])
def test_a_training_of_one_step_can_be_drawn(schedule: Schedule) -> None:
    figure = draw(schedule, num_steps=1, epochs=1)

    assert points(figure)[-1].tolist() == [1, 0.006]
    assert figure.layout.xaxis.range == (0, 1)


def test_rates_are_told_in_three_digits() -> None:
    """0.006 as 32 bits is 0.006000000052154064."""
    assert points(draw("constant"))[0].tolist() == [0, 0.006]


@pytest.mark.parametrize(
    ("schedule", "words"),
    [
        ("constant", "constant at 0.006"),
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
