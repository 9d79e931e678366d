"""What a second run changes in a confusion matrix."""

import numpy as np
import pytest

from dashboard.charts.confusion_difference import confusion_difference
from dashboard.charts.theme import DARK, LIGHT, Palette, contrast, diverging_at

FIRST = np.array([[90, 10, 0], [0, 100, 0], [0, 16, 84]], dtype=np.int64)
SECOND = np.array([[99, 1, 0], [4, 96, 0], [0, 0, 100]], dtype=np.int64)
CLASSES = ("0", "1", "2")


def draw(palette: Palette = LIGHT, **options: object):  # noqa: ANN201 - a figure
    options = {"classes": CLASSES, "selected": None} | options
    return confusion_difference(FIRST, SECOND, palette=palette, **options)


def test_more_is_better_on_the_diagonal_and_worse_beside_it() -> None:
    """Positive is blue. 16 is the strongest; 4 has half of its strength."""
    heat = draw().data[0]

    assert heat.z[2][1] == 1.0
    assert heat.z[2][2] == 1.0
    assert heat.z[1][0] == heat.z[1][1] == -0.5
    assert heat.z[0][2] == 0.0
    assert heat.colorscale[0][1] == LIGHT.validation
    assert heat.colorscale[-1][1] == LIGHT.training


def test_numbers_are_of_the_second_less_the_first() -> None:
    """Row 0: ten zeros were taken for a 1 by the first run, one by the second."""
    numbers = draw().data[1]
    written = dict(
        zip(zip(numbers.y, numbers.x, strict=True), numbers.text, strict=True)
    )

    assert written[0, 0] == "+9"
    assert written[0, 1] == "\u22129"
    assert (0, 2) not in written


@pytest.mark.parametrize("palette", [LIGHT, DARK], ids=["light", "dark"])
def test_numbers_can_be_read_on_their_cells(palette: Palette) -> None:
    heat, numbers = draw(palette).data

    for row, column, ink in zip(
        numbers.y, numbers.x, numbers.textfont.color, strict=True
    ):
        background = diverging_at(heat.z[row][column], palette)
        assert contrast(ink, background) >= 4.5


def test_hovering_tells_both_counts() -> None:
    captions = draw().layout.meta["cells"]["captions"]

    assert captions[1] == "0 predicted as 1: 10 images, then 1"
    assert len(captions) == 9


def test_chosen_cell_is_outlined() -> None:
    (shape,) = draw(selected=(2, 1)).layout.shapes

    assert (shape.x0, shape.y0) == (0.5, 1.5)


def test_equal_matrices_are_paper() -> None:
    figure = confusion_difference(
        FIRST, FIRST, classes=CLASSES, selected=None, palette=LIGHT
    )

    assert not np.any(figure.data[0].z)
    assert not figure.data[1].text


def test_many_classes_have_no_numbers() -> None:
    counts = np.eye(62, dtype=np.int64)
    names = tuple(map(chr, range(65, 127)))

    figure = confusion_difference(
        counts, 2 * counts, classes=names, selected=None, palette=LIGHT
    )

    assert len(figure.data) == 1
    assert figure.layout.xaxis.type == "category"
