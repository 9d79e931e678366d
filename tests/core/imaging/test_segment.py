"""What was written in one go, cut as far as the ink tells."""

from itertools import pairwise

import numpy as np
import pytest

from core.errors import BlankDrawingError, PictureError
from core.imaging import segment, units
from core.imaging.segment import Line
from tests.core.imaging.made_ink import Path, bar, dash, dot, drawn, ring, written


def lefts(line: Line) -> list[int]:
    """Return where the units begin, rounded to tens."""
    return [round(each.box.left, -1) for each in line.units]


def test_two_digits_apart_are_two_units() -> None:
    """And where they are is told in pixels of the picture."""
    (line,) = segment.lines_of_ink(written(bar(100), bar(200)))

    boxes = [each.box for each in line.units]
    assert [(box.left, box.right) for box in boxes] == [(95, 106), (195, 206)]
    assert [(box.top, box.bottom) for box in boxes] == [(45, 156), (45, 156)]
    (between,) = line.boundaries
    assert not between.touches
    assert between.gap == pytest.approx(89 / 111, abs=0.02)


def test_touching_digits_can_be_cut_where_little_ink_is_crossed() -> None:
    """The ring ends where the bar begins; a cut there crosses least."""
    (line,) = segment.lines_of_ink(written(ring(100), bar(144)))

    places = [left.box.right for left in line.units[:-1]]
    assert any(abs(place - 139) <= 8 for place in places), places
    assert all(each.touches for each in line.boundaries)
    assert all(each.crossed <= 5 for each in line.boundaries)


def test_all_ink_is_in_exactly_one_unit() -> None:
    """A cut takes nothing away, or the pieces would be other characters."""
    ink = written(ring(100), bar(144), ring(200), dash(200, 100, width=100))

    (line,) = segment.lines_of_ink(ink)

    whole = units.merged(line.units)
    np.testing.assert_allclose(whole.ink, ink[whole.box.slices], atol=0.05)
    total = sum(float(each.ink.sum()) for each in line.units)
    assert total == pytest.approx(float(ink.sum()), rel=0.01)


@pytest.mark.parametrize(
    ("parts", "alone"),
    [
        pytest.param([bar(100, top=80), dot(100, 55)], 100, id="i"),
        pytest.param([bar(100, top=80), dot(112, 50)], 100, id="slanted i"),
        pytest.param([dash(100, 90), dash(100, 120)], 80, id="equals"),
        pytest.param([dot(100, 90), dot(100, 140)], 100, id="colon"),
        pytest.param([bar(100, top=80), dot(85, 50), dot(115, 50)], 80, id="umlaut"),
        pytest.param([ring(100, y=120, radius=30), dash(110, 80)], 80, id="5 and bar"),
    ],
)
def test_parts_of_one_character_stay_together(parts: list[Path], alone: int) -> None:
    """A dot beside its i would be read as a character of its own."""
    (line,) = segment.lines_of_ink(written(bar(30), *parts, bar(200)))

    outer = [each for each in line.units if not 60 <= each.box.left <= 150]
    assert len(outer) == 2
    assert len(line.units) - len(outer) == 1 or any(
        each.touches for each in line.boundaries
    )
    assert min(abs(left - alone) for left in lefts(line)) <= 20


def test_two_lines_are_read_from_the_upper_one_on() -> None:
    """In each line from left to right, however the pen went."""
    lower = [bar(x, top=220, bottom=300) for x in (300, 100)]
    upper = [bar(x, top=40, bottom=120) for x in (200, 120, 320)]

    found = segment.lines_of_ink(written(*lower, *upper, size=(400, 600)))

    assert [len(line.units) for line in found] == [3, 2]
    assert lefts(found[1]) == [100, 300] or lefts(found[1]) == [90, 290]
    assert all(a.box.left < b.box.left for a, b in pairwise(found[0].units))


def test_line_that_climbs_is_one_line() -> None:
    """Nobody writes straight on blank paper."""
    climbing = [
        bar(100 + 80 * n, top=120 - 18 * n, bottom=190 - 18 * n) for n in (range(6))
    ]

    (line,) = segment.lines_of_ink(written(*climbing))

    assert len(line.units) == 6


def test_strokes_that_touch_are_units_of_their_own() -> None:
    """A stroke belongs wholly to one character: no pixel has to be cut."""
    (line,) = segment.lines_of_strokes(drawn(ring(100), bar(138)))

    assert [each.numbers for each in line.units] == [(0,), (1,)]
    assert line.boundaries[0].touches
    assert line.boundaries[0].crossed == 0


def test_one_joined_stroke_can_be_cut() -> None:
    """Somebody writes without lifting the pen."""
    joined = [*ring(100), *bar(137), *ring(260)]

    (line,) = segment.lines_of_strokes(drawn(joined))

    assert len(line.units) > 1
    assert not any(each.numbers for each in line.units)


def test_dust_is_not_written() -> None:
    """Two hundred specks beside a number change nothing."""
    ink = written(ring(100), bar(220))
    rng = np.random.default_rng(1)
    for row, column in zip(
        rng.integers(0, 40, 200), rng.integers(0, 600, 200), strict=True
    ):
        ink[row, column] = 1.0

    (line,) = segment.lines_of_ink(ink)

    (clean,) = segment.lines_of_ink(written(ring(100), bar(220)))
    assert [each.box for each in line.units] == [each.box for each in clean.units]


def test_far_too_many_marks_are_refused() -> None:
    """Each would be a character; somebody photographed a carpet."""
    ink = np.zeros((400, 400), np.float32)
    for row in range(10, 390, 20):
        for column in range(10, 390, 20):
            ink[row : row + 12, column : column + 12] = 1.0

    with pytest.raises(PictureError, match="Expected at most 200 marks"):
        segment.lines_of_ink(ink)


def test_table_at_the_edge_is_not_written() -> None:
    ink = written(bar(200), bar(300))
    ink[:, :25] = 1.0

    (line,) = segment.lines_of_ink(ink)

    assert lefts(line) in ([200, 300], [190, 290], [200, 290])


def test_blank_paper_asks_for_writing() -> None:
    with pytest.raises(BlankDrawingError, match="blank"):
        segment.lines_of_ink(np.zeros((50, 80), np.float32))


def test_blank_canvas_asks_for_writing() -> None:
    with pytest.raises(BlankDrawingError, match="blank"):
        segment.lines_of_strokes(drawn())
