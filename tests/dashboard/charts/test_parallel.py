"""Parallel coordinates: what is drawn, what is held, and which runs pass."""

import numpy as np
import pytest

from core.insight.run_columns import Column
from dashboard.charts.parallel import (
    Brush,
    held_values,
    parallel_coordinates,
    passing,
)
from dashboard.charts.theme import LIGHT

RATE = Column(
    key="learning_rate",
    title="Learning rate",
    numbers=np.array([0.0001, 0.001, 0.01]),
    is_log=True,
)
EPOCHS = Column(key="epochs", title="Epochs", numbers=np.array([10.0, 2.0, 5.0]))
KIND = Column(
    key="kind",
    title="<i>",
    numbers=np.array([0.0, 1.0, 1.0]),
    categories=("convolutional networks", "dense"),
)


def draw(brush: Brush | None = None) -> dict:
    """Return the one trace as it is sent."""
    figure = parallel_coordinates(
        (RATE, EPOCHS, KIND), colour_by=EPOCHS, brush=brush or {}, palette=LIGHT
    )
    (trace,) = figure.to_dict()["data"]
    return trace


def test_logarithmic_axis_is_drawn_by_powers_and_read_in_plain_numbers() -> None:
    rate = draw()["dimensions"][0]

    assert rate["values"] == pytest.approx([-4.0, -3.0, -2.0])
    ticks = dict(zip(rate["ticktext"], rate["tickvals"], strict=True))
    assert ticks["0.001"] == pytest.approx(-3.0)


def test_what_is_held_is_drawn_and_read_back_in_the_unit_of_the_column() -> None:
    held = ((0.0005, 0.02),)

    drawn = draw({"learning_rate": held})["dimensions"][0]["constraintrange"]

    assert drawn == pytest.approx([-3.301, -1.699], abs=0.001)
    assert held_values(RATE, (tuple(drawn),)) == pytest.approx(np.array(held))


def test_several_parts_of_an_axis_can_be_held() -> None:
    held = draw({"epochs": ((1.0, 3.0), (9.0, 11.0))})["dimensions"][1]

    assert held["constraintrange"] == [[1.0, 3.0], [9.0, 11.0]]


def test_axis_of_words_has_them_cut_and_as_data() -> None:
    kind = draw()["dimensions"][2]

    assert kind["label"] == "&lt;i>"
    assert kind["ticktext"] == ["convolutional\u2026", "dense"]
    assert kind["range"] == [0, 1]


def test_lines_are_coloured_by_rank() -> None:
    """One run that failed would leave all others in one colour."""
    assert draw()["line"]["color"] == [3, 1, 2]


@pytest.mark.parametrize(
    ("brush", "expected"),
    [
        ({}, [True, True, True]),
        ({"epochs": ((2.0, 5.0),)}, [False, True, True]),
        ({"epochs": ((1.0, 3.0), (9.0, 11.0))}, [True, True, False]),
        (
            {"epochs": ((2.0, 5.0),), "learning_rate": ((0.005, 1.0),)},
            [False, False, True],
        ),
        ({"gone": ((0.0, 1.0),)}, [True, True, True]),
        ({"kind": ((0.5, 1.5),)}, [False, True, True]),
    ],
    ids=["nothing", "ends count", "either", "both", "no such axis", "words"],
)
def test_runs_pass_where_all_that_is_held_takes_them(
    brush: Brush, expected: list[bool]
) -> None:
    assert passing((RATE, EPOCHS, KIND), brush).tolist() == expected


def test_another_brush_is_another_view() -> None:
    """Or plotly.js would keep what somebody had drawn, though the page let it go."""
    views = {
        parallel_coordinates(
            (EPOCHS, RATE), colour_by=EPOCHS, brush=brush, palette=LIGHT
        ).layout.uirevision
        for brush in ({}, {"epochs": ((1.0, 2.0),)}, {"epochs": ((1.0, 3.0),)})
    }

    assert len(views) == 3
