"""Glyphs with their labels below."""

import numpy as np

from dashboard.charts.label_mosaic import Tag, label_mosaic
from dashboard.charts.mosaic import Grid
from dashboard.charts.theme import DARK, LIGHT


def test_each_glyph_has_its_tag_in_its_tile() -> None:
    """What is long is cut, what a class is called is no markup, what is done is dim."""
    tags = [Tag("5 → 6"), Tag("a<b", is_marked=True), Tag("tremendous", is_done=True)]

    figure = label_mosaic(
        np.full((3, 28, 28), 255, np.uint8),
        tags,
        captions=["one", "two", "three"],
        grid=Grid(columns=2, tile=50),
        selected=1,
        palette=LIGHT,
    )

    _, texts = figure.data
    assert texts.text == ("5 → 6", "a&lt;b", "tremendo…")
    assert texts.textfont.color == (DARK.text, DARK.accent, DARK.secondary)
    assert texts.x == (0, 1, 0)
    assert [round(each) for each in texts.y] == [0, 0, 1]
