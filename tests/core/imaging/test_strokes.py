"""Strokes: written down, and drawn at any pen width."""

import numpy as np
import pytest

from core.errors import BlankDrawingError, PictureError
from core.imaging.strokes import Strokes, ink

SIZE = (280, 280)


def line(*points: tuple[float, float], pen: float = 20) -> Strokes:
    """Draw straight lines through points."""
    return Strokes((np.array(points, np.float32),), (pen,), SIZE)


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
