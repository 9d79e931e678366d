"""Strokes: read from the canvas, written down, and drawn at any pen width."""

from typing import Any

import numpy as np
import pytest

from core.errors import BlankDrawingError, PictureError
from core.imaging.strokes import Strokes, ink, of_canvas

SIZE = (280, 280)


def line(*points: tuple[float, float], pen: float = 20) -> Strokes:
    """Draw straight lines through points."""
    return Strokes((np.array(points, np.float32),), (pen,), SIZE)


def path_object(**changes: object) -> dict[str, Any]:
    """Return a stroke from (50, 60) to (150, 160) as the canvas describes it."""
    return {
        "type": "Path",
        "originX": "center",
        "originY": "center",
        "left": 100,
        "top": 110,
        "strokeWidth": 20,
        "scaleX": 1,
        "scaleY": 1,
        "angle": 0,
        "path": [["M", 50, 60], ["Q", 75, 85, 100, 110], ["L", 150, 160]],
    } | changes


def test_a_line_is_as_wide_as_its_pen_and_round_at_its_ends() -> None:
    """By hand: 20 pixels wide, and half a pen beyond the first and last point."""
    drawn = ink(line((140, 60), (140, 220)))

    assert drawn[140].sum() == pytest.approx(20, abs=1)
    assert drawn[:, 140].sum() == pytest.approx(180, abs=1)


def test_a_dot_is_a_disc() -> None:
    """An i needs its dot: a click without a move is a path of almost no length."""
    drawn = ink(line((140, 140)))

    assert drawn.sum() == pytest.approx(np.pi * 100, rel=0.03)


def test_another_pen_draws_the_same_path() -> None:
    thin = ink(line((140, 60), (140, 220)).at(8))

    assert thin[140].sum() == pytest.approx(8, abs=1)
    assert thin[140, 140] == 1


def test_strokes_come_from_the_canvas_where_they_lie() -> None:
    found = of_canvas([path_object(), {"type": "Rect"}], size=SIZE)

    assert len(found.paths) == 1
    np.testing.assert_allclose(found.paths[0][[0, -1]], [(50, 60), (150, 160)])
    assert found.pens == (20,)


@pytest.mark.parametrize(
    ("changes", "ends", "pen"),
    [
        ({"left": 110, "top": 100}, [(60, 50), (160, 150)], 20),
        ({"scaleX": 2, "scaleY": 2}, [(0, 10), (200, 210)], 40),
        ({"angle": 90}, [(150, 60), (50, 160)], 20),
    ],
    ids=["moved", "scaled", "turned"],
)
def test_strokes_that_were_edited_are_where_the_screen_shows_them(
    changes: dict[str, object], ends: list[tuple[int, int]], pen: float
) -> None:
    """The canvas keeps the first path and says what was done with it since."""
    found = of_canvas([path_object(**changes)], size=SIZE)

    np.testing.assert_allclose(found.paths[0][[0, -1]], ends, atol=1e-3)
    assert found.pens == pytest.approx((pen,))


def test_what_is_written_down_is_read_again() -> None:
    drawn = line((140, 60), (140.25, 220))

    read = Strokes.from_document(drawn.document())

    np.testing.assert_allclose(read.paths[0], drawn.paths[0])
    assert (read.pens, read.size) == (drawn.pens, drawn.size)


@pytest.mark.parametrize(
    "text", ["", "[]", '{"paths": 3}', '{"paths": [[1]], "pens": [1], "size": [9, 9]}']
)
def test_damaged_strokes_are_refused(text: str) -> None:
    with pytest.raises(PictureError, match="Draw the character again"):
        Strokes.from_document(text)


def test_no_stroke_is_a_blank_drawing() -> None:
    with pytest.raises(BlankDrawingError, match="Draw a character"):
        ink(Strokes((), (), SIZE))
