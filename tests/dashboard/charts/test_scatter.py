"""Points by class."""

import numpy as np
import plotly.graph_objects as go

from dashboard.charts.scatter import class_scatter
from dashboard.charts.theme import LIGHT

POINTS = np.array([[0, 1], [2, 3], [4, 5], [6, 7]], dtype=np.float32)
INDICES = np.array([10, 20, 30, 40], dtype=np.int64)


def draw(labels: list[int], classes: tuple[str, ...]) -> go.Figure:
    return class_scatter(
        POINTS,
        np.array(labels, dtype=np.uint8),
        classes=classes,
        indices=INDICES,
        axis_titles=("First component", "Second component"),
        palette=LIGHT,
    )


def test_each_class_is_a_trace_of_its_colour() -> None:
    zeros, ones = draw([1, 0, 1, 1], ("0", "1")).data

    assert isinstance(zeros, go.Scattergl)
    assert (zeros.name, ones.name) == ("0", "1")
    assert zeros.marker.color == LIGHT.classes[0]
    assert list(ones.x) == [0, 4, 6]
    assert list(ones.y) == [1, 5, 7]


def test_points_carry_the_numbers_of_their_images() -> None:
    """A lasso over the second trace must not return the images of the first."""
    _, ones = draw([1, 0, 1, 1], ("0", "1")).data

    assert list(ones.customdata) == [10, 30, 40]


def test_many_classes_are_coloured_by_group() -> None:
    """Sixty-two colours are no colours; which class it is, hovering tells."""
    classes = (*"0123456789", "C/c", "B", "b", "d")
    digits, upper, lower = draw([3, 10, 12, 4], classes).data

    assert (digits.name, upper.name, lower.name) == (
        *("Digits", "Upper case", "Lower case"),
    )
    assert list(digits.text) == ["3", "4"]
    assert list(digits.customdata) == [10, 40]


def test_many_names_that_are_no_characters_share_a_colour() -> None:
    """A class called "Shirt" is no upper-case letter."""
    (only,) = draw([0, 5, 8, 10], tuple(f"Shirt {at}" for at in range(11))).data

    assert only.name == "Other classes"


def test_class_without_points_is_no_trace() -> None:
    (only,) = draw([1, 1, 1, 1], ("0", "1")).data

    assert only.name == "1"


def test_names_are_data() -> None:
    (only,) = draw([0, 0, 0, 0], ("<b>&",)).data

    assert only.name == only.text[0] == "&lt;b>&amp;"


def test_dragging_draws_a_lasso() -> None:
    layout = draw([0, 0, 0, 0], ("0",)).layout

    assert layout.dragmode == "lasso"
    assert layout.xaxis.title.text == "First component"
