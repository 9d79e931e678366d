"""Scores by value, and the curves of each value."""

import math

import pytest

from dashboard.charts.score_axis import ScoreAxis
from dashboard.charts.theme import LIGHT
from dashboard.charts.value_curves import Curve, common_limits, value_curves
from dashboard.charts.value_scores import Scored, value_scores

PERCENT = ScoreAxis(title="Validation accuracy", suffix=" %")
SCORED = (
    Scored(value="0.001", score=97.0, low=96.5, high=97.4, told="0.001: 97 %"),
    Scored(value="0.01", score=None),
    Scored(value="0.1 <i>", score=98.0, low=97.6, high=98.3, told="0.1: 98 %"),
)


def test_each_value_stands_in_its_place_also_before_it_has_a_score() -> None:
    figure = value_scores("Rate", SCORED, axis=PERCENT, best=2, palette=LIGHT)

    (points,) = figure.data
    assert points.x == points.customdata == (0, 2)
    assert points.y == (97.0, 98.0)
    assert points.error_y.array == pytest.approx((0.4, 0.3))
    assert points.error_y.arrayminus == pytest.approx((0.5, 0.4))
    assert figure.layout.xaxis.ticktext == ("0.001", "0.01", "0.1 &lt;i>")
    assert points.marker.symbol == ("circle-open", "circle")


def test_the_interval_of_the_best_is_shaded() -> None:
    """What lies in it may be as good."""
    figure = value_scores("Rate", SCORED, axis=PERCENT, best=2, palette=LIGHT)

    (band,) = figure.layout.shapes
    assert (band.y0, band.y1) == (97.6, 98.3)


def test_without_a_score_there_are_only_the_values() -> None:
    scored = [Scored(value="1", score=None)]

    figure = value_scores("Rate", scored, axis=PERCENT, best=None, palette=LIGHT)

    assert figure.data[0].x == ()
    assert figure.layout.shapes == ()


def test_a_value_keeps_its_colour_where_others_have_not_begun() -> None:
    """Beside each other, the same colour means the same value."""
    curves = [Curve(value="a", scores=()), Curve(value="b", scores=(90.0, math.nan))]

    figure = value_curves(
        curves, axis=PERCENT, epochs=2, limits=(80, 100), name="x", palette=LIGHT
    )

    assert [line.name for line in figure.data] == ["a", "b"]
    assert figure.data[1].line.color == LIGHT.classes[1]
    assert figure.data[1].y == (90.0, None)
    assert figure.layout.yaxis.range == (80, 100)


def test_limits_show_where_curves_end_and_not_what_diverged() -> None:
    good = [Curve(value=str(each), scores=(90.0, 97.0 + each)) for each in (0, 0.5, 1)]
    diverged = Curve(value="x", scores=(10.0, 9.8))

    low, high = common_limits([*good, diverged], is_low_good=False) or (0, 0)

    assert 90 < low < 97
    assert 98 < high < 99


def test_limits_of_losses_end_at_the_lowest() -> None:
    curves = [Curve(value="a", scores=(0.9, 0.3)), Curve(value="b", scores=(9.0, 0.2))]

    low, high = common_limits(curves, is_low_good=True) or (0, 0)

    assert 0.1 < low < 0.2
    assert 0.3 < high < 1


def test_no_scores_have_no_limits() -> None:
    assert common_limits([Curve(value="a", scores=())], is_low_good=False) is None
