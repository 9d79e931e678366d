"""Strokes drawn anew: the pen of the drawing must not matter."""

import numpy as np
import pytest

from core.errors import BlankDrawingError
from core.imaging.glyphs import steps_of_strokes
from core.imaging.redraw import redrawn
from core.imaging.strokes import Strokes
from core.types import GrayImage, InkStyle

SIZE = (280, 280)
SHARE = 0.12


def seven(
    pen: float = 20, *, scale: float = 1, top: float = 60, left: float = 90
) -> Strokes:
    """Draw a seven of 100 x 160 pixels."""
    points = np.array([(0, 0), (100, 0), (30, 160)], np.float32) * scale
    return Strokes((points + np.float32([left, top]),), (pen,), SIZE)


def glyph(drawn: Strokes, style: InkStyle = "mnist") -> GrayImage:
    """Return the model input."""
    return steps_of_strokes(drawn, style, (28, 28)).glyph


@pytest.mark.parametrize("style", ["mnist", "emnist"])
@pytest.mark.parametrize(
    "drawn",
    [
        seven(8),
        seven(40),
        seven(20, top=10, left=5),
        seven(8, scale=0.4),
        seven(30, scale=1.3),
    ],
    ids=["hairline", "marker", "in a corner", "tiny", "large"],
)
def test_pen_place_and_size_do_not_matter(drawn: Strokes, style: InkStyle) -> None:
    """All are the same seven; within 2 grey levels of 255 on average."""
    difference = np.abs(glyph(drawn, style) - glyph(seven(), style))

    assert difference.mean() * 255 < 2


def test_pen_has_its_share_of_the_longer_side() -> None:
    """By hand: of a line 200 pixels long all in all, 12 % are 24 pixels."""
    line = Strokes((np.array([(140, 60), (140, 220)], np.float32),), (8.0,), SIZE)

    ink = redrawn(line, SHARE)

    assert ink.shape == (200, 24)
    assert ink[100].sum() == pytest.approx(24, abs=1)
    assert ink[:, 12].sum() == pytest.approx(200, abs=1)


def test_horizontal_line_lies() -> None:
    line = Strokes((np.array([(60, 140), (220, 140)], np.float32),), (8.0,), SIZE)

    assert redrawn(line, SHARE).shape == (24, 200)


def test_dot_of_an_i_is_a_disc_of_the_new_pen() -> None:
    """A path of one point has no length to go by."""
    stem = np.array([(140, 100), (140, 220)], np.float32)
    dot = np.array([(140, 60)], np.float32)

    ink = redrawn(Strokes((stem, dot), (20.0, 20.0), SIZE), SHARE)

    assert ink[:26].sum() == pytest.approx(np.pi * 12**2, rel=0.05)


@pytest.mark.parametrize("length", [0, 3, 15])
def test_drawing_smaller_than_its_pen_is_drawn_as_it_was(length: int) -> None:
    """A click is a dot: a trembling hand must not make it a line."""
    path = np.array([(140, 140), (140, 140 + length)], np.float32)
    click = Strokes((path,), (20.0,), SIZE)

    ink = redrawn(click, SHARE)

    assert ink.sum() == pytest.approx(np.pi * 10**2 + 20 * length, rel=0.05)


def test_what_left_the_canvas_is_left_out() -> None:
    """Nobody saw it, so the line is as long as the part on the canvas."""
    away = Strokes(
        (np.array([(140, 100), (140, 900), (200, 900), (200, 180)], np.float32),),
        (20.0,),
        SIZE,
    )
    seen = Strokes(
        (
            np.array([(140, 100), (140, 280)], np.float32),
            np.array([(200, 280), (200, 180)], np.float32),
        ),
        (20.0, 20.0),
        SIZE,
    )

    assert np.abs(glyph(away) - glyph(seen)).mean() * 255 < 2


def test_drawing_beside_the_canvas_is_blank() -> None:
    with pytest.raises(BlankDrawingError, match="Draw a character"):
        redrawn(seven(top=900), SHARE)


def test_plain_images_keep_the_pen() -> None:
    """Nobody knows what pens the writers of such images had."""
    assert glyph(seven(40), "plain").sum() > 2 * glyph(seven(8), "plain").sum()
