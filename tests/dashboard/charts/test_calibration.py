"""The reliability diagram, and accuracy by coverage."""

import numpy as np
import pytest

from core.evaluation import calibration, rejection
from core.evaluation.calibration import Confidences
from dashboard.charts.calibration import coverage_curve, reliability_diagram
from dashboard.charts.theme import LIGHT

FOUR = Confidences(
    confidence=np.array([0.95, 0.95, 0.65, 0.55]),
    is_right=np.array([True, False, True, False]),
    of_true=np.array([0.95, 0.05, 0.65, 0.45]),
)


def test_accuracies_stand_at_the_mean_confidence_with_their_numbers_below() -> None:
    found = calibration.reliability(FOUR, num_bins=10)

    diagonal, line, bars = reliability_diagram(
        found, None, name="x", palette=LIGHT
    ).data

    assert diagonal.x == diagonal.y == (0, 100)
    assert line.x == pytest.approx((55, 65, 95))
    assert line.y == pytest.approx((0, 100, 50))
    assert bars.x == pytest.approx((55, 65, 95))
    assert bars.y == (1, 1, 2)
    assert "accuracy 50.00 % of 2 images" in line.text[2]
    # Wilson's interval of 1 of 2.
    assert line.error_y.array[2] == pytest.approx(50 - 9.453, abs=1e-2)


def test_with_a_temperature_the_two_share_the_width_of_a_bin() -> None:
    found = calibration.reliability(FOUR, num_bins=10)

    figure = reliability_diagram(found, found, name="x", palette=LIGHT)

    bars = [trace for trace in figure.data if trace.type == "bar"]
    assert [trace.name for trace in bars] == ["As trained", "With temperature"]
    assert [trace.x[2] for trace in bars] == pytest.approx([92.5, 97.5])
    assert figure.layout.yaxis2.type == "log"


def test_what_is_answered_is_marked_on_the_curve() -> None:
    """Above 0.6 are three of four images, two of them right."""
    answered = rejection.answered_above(FOUR, 0.6)

    *_, line, mark = coverage_curve(
        rejection.coverage(FOUR), answered, name="x", palette=LIGHT
    ).data

    assert line.x == pytest.approx((50, 75, 100))
    assert line.y == pytest.approx((50, 200 / 3, 50))
    assert (mark.x, mark.y) == ((75,), pytest.approx((200 / 3,)))
    assert "3 of 4 (75.0 %) answered" in line.text[1]


def test_where_nothing_is_answered_nothing_is_marked() -> None:
    answered = rejection.answered_above(FOUR, 0.99)

    figure = coverage_curve(rejection.coverage(FOUR), answered, name="x", palette=LIGHT)

    assert len(figure.data) == 3
