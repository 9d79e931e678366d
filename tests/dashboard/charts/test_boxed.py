"""Characters in boxes, on the picture that they were read in."""

import numpy as np

from core.imaging.boxes import Box
from dashboard.charts.boxed import HEIGHT, WIDTH, BoxedCharacter, boxed_figure
from dashboard.charts.theme import LIGHT

PICTURE = np.full((300, 900, 3), 255, np.uint8)
BOXED = [
    BoxedCharacter(Box(100, 200, 80, 40), "4", "Character 1: 4"),
    BoxedCharacter(Box(110, 300, 80, 50), "<b>", "Character 2: <b>"),
]


def test_each_character_has_its_box_and_its_name_above() -> None:
    """In the part of the picture that is shown: 20 pixels around all boxes."""
    figure = boxed_figure(PICTURE, BOXED, selected=1, palette=LIGHT)

    first, second = figure.layout.shapes
    assert (first.x0, first.x1) == (19.5, 59.5)
    assert (first.y0, first.y1) == (19.5, 99.5)
    assert (second.x0, second.x1) == (119.5, 169.5)
    assert second.line.color == LIGHT.accent
    above = figure.layout.annotations[0]
    assert (above.x, above.y, above.text) == (39.5, 19.5, "<b>4</b>")


def test_names_of_classes_are_no_markup() -> None:
    """Names come from outside."""
    figure = boxed_figure(PICTURE, BOXED, selected=None, palette=LIGHT)

    assert figure.layout.annotations[1].text == "<b>&lt;b></b>"
    assert "<b>" not in figure.data[1].text[1]


def test_click_tells_the_position_of_the_nearest() -> None:
    """However far beside it somebody taps."""
    figure = boxed_figure(PICTURE, BOXED, selected=None, palette=LIGHT)

    assert list(figure.data[1].customdata) == [0, 1]
    assert figure.layout.hoverdistance == -1


def test_high_and_wide_pictures_fit_on_the_page() -> None:
    for shape in ((900, 60, 3), (60, 900, 3), (1, 1, 3)):
        box = Box(0, 0, shape[0], shape[1])
        figure = boxed_figure(
            np.zeros(shape, np.uint8),
            [BoxedCharacter(box, "1", "1")],
            selected=0,
            palette=LIGHT,
        )

        fit = figure.layout.meta["fit"]
        assert fit["cell"] * fit["columns"] <= WIDTH + 1
        assert figure.layout.height <= HEIGHT + 30
