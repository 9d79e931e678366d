"""Bars of probabilities and of class counts."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import pytest

from dashboard.charts.bars import class_balance, other_classes, probability_bars
from dashboard.charts.theme import LIGHT


def draw(
    values: Sequence[float],
    *,
    classes: tuple[str, ...] | None = None,
    highlight: int | None = None,
) -> go.Figure:
    return probability_bars(
        np.array(values, dtype=np.float32),
        classes=classes or tuple("0123456789ABCDEF"[: len(values)]),
        highlight=highlight,
        palette=LIGHT,
    )


def test_classes_are_ranked_and_the_first_is_in_ink() -> None:
    (bars,) = draw([0.1, 0.7, 0.2]).data

    assert bars.y == ("1", "2", "0")
    assert bars.x == pytest.approx((70, 20, 10))
    assert bars.marker.color == (LIGHT.text, LIGHT.secondary, LIGHT.secondary)


def test_most_probable_class_is_on_top() -> None:
    """Plotly puts the first bar at the bottom."""
    figure = draw([0.1, 0.9])

    assert figure.layout.yaxis.autorange == "reversed"
    assert figure.layout.yaxis.type == "category"


def test_tiny_probabilities_are_not_zero() -> None:
    (bars,) = draw([0.999_95, 0.000_05]).data

    assert bars.text == (">99.99 %", "<0.01 %")


def test_true_class_is_marked_in_words() -> None:
    """Colour alone would not say which."""
    (bars,) = draw([0.1, 0.7, 0.2], highlight=2).data

    assert bars.text == ("70.00 %", "20.00 %  true class", "10.00 %")


def test_true_class_is_shown_even_if_it_ranks_last() -> None:
    """With 47 classes the true one may be the thirtieth."""
    values = np.linspace(0.2, 0.0, 16).tolist()
    (bars,) = draw(values, highlight=15).data

    assert bars.y[9:] == ("F", "\u2026")
    assert bars.text[9] == "0.00 %  true class"


def test_classes_beyond_the_tenth_are_told_together() -> None:
    """Ten bars that do not sum to 1 leave one wondering where the rest is."""
    values = [0.9, *[0.002] * 9, *[0.082 / 52] * 52]
    (bars,) = draw(values, classes=tuple(map(str, range(62)))).data

    assert bars.text[-1] == "8.20 %"
    assert bars.hovertext[-1] == "52 other classes together 8.20 %"
    assert sum(bars.x) == pytest.approx(100)
    assert len(bars.y) == len(bars.x) == len(bars.marker.color) == 11


def test_eleventh_class_alone_is_one_class() -> None:
    probabilities = np.array([0.9, *[0.01] * 10], np.float32)

    assert other_classes(probabilities, highlight=None) == "1 other class 1.00 %"


def test_ten_classes_leave_no_others() -> None:
    (bars,) = draw([0.1] * 10).data

    assert len(bars.y) == 10
    assert other_classes(np.full(10, 0.1, np.float32), highlight=3) is None


def test_height_depends_on_the_number_of_classes_only() -> None:
    assert draw([0.1, 0.9]).layout.height == draw([0.9, 0.1]).layout.height


def balance() -> go.Figure:
    return class_balance(
        np.array([6742, 53_258]), np.array([1, 3]), classes=("0", "1"), palette=LIGHT
    )


def test_each_split_has_its_bars_and_its_own_total() -> None:
    """Test counts out of the training total would be a wrong percentage."""
    training, test = balance().data

    assert training.y == (6742, 53_258)
    assert training.y[0] == 6742
    assert training.hovertext[0] == "0, training: 6,742 of 60,000 (11.2 %)"
    assert test.hovertext[1] == "1, test: 3 of 4 (75.0 %)"
    assert training.marker.color == LIGHT.training


def test_digits_of_the_balance_are_categories() -> None:
    layout = balance().layout

    assert layout.xaxis.type == "category"
    assert layout.xaxis.title.text == "Class"
    assert layout.yaxis.title.text == "Images"


def test_empty_split_does_not_divide_by_zero() -> None:
    nothing = np.zeros(2, dtype=np.int64)
    figure = class_balance(nothing, nothing, classes=("0", "1"), palette=LIGHT)

    assert figure.data[0].hovertext[0] == "0, training: 0 of 0"
