"""Tell a box that is printed around what somebody wrote from a character.

A frame is thin and has four straight sides, or three where the picture cuts it off, and
something is written in it. The sides of an O are round, and a D has nothing in it. What
touches its frame is of another pen, or else it is a character such as an 8 of straight
strokes.
"""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.types import GrayImage

_INKED = 0.15  # ink of a frame; less is the blur around it
_LEAST_SIDE = 0.08  # of the picture's longer side
_FEWEST = 20  # pixels a side: a smaller one says nothing of straight and thin
_THICKEST = 0.06  # of the frame's longer side
_STEEPEST = 0.25  # how far a side may lean, of its length
_CORNER = 0.12  # of a side, at both ends, that belongs to other sides
_STRAIGHT = 0.012  # of the longer side, and a pixel and a half: how far a side may bend
_LEAST_SEEN = 0.8  # of a side
_SIDES = 3  # at least, if the picture cuts the others off
_LEAST_WITHIN = 0.2  # of the shorter side: what is written in it is at least as long
_DIVIDER = 0.85  # of a side: what is thin and as long divides boxes in a row
_THIN = 0.6  # of the pen: a frame this much thinner was not drawn with it
_GROWN = 2  # pixels of blur around a frame

_Mask = NDArray[np.bool_]


class _Frame(NamedTuple):
    """The lines of a frame, and whether it may have been drawn with the same pen."""

    lines: _Mask
    is_drawn: bool


def without_frames(ink: GrayImage) -> tuple[GrayImage, int, bool]:
    """Remove printed boxes around what is written.

    Args:
        ink: Ink strength, float32 of shape (height, width) in [0, 1].

    Returns:
        The ink without them, how many there were, and whether one of them may have
        been drawn with the same pen as what is in it.
    """
    numbers, _ = ndimage.label(ink > _INKED, np.ones((3, 3)))
    cleaned, count, is_drawn = ink, 0, False
    for number, box in enumerate(ndimage.find_objects(numbers), start=1):
        if min(_lengths(box)) < max(_FEWEST, _LEAST_SIDE * max(ink.shape)):
            continue
        frame = _frame(numbers[box], number, _cut_off(box, ink.shape))
        if frame is None:
            continue
        grown = tuple(
            slice(max(0, side.start - _GROWN), side.stop + _GROWN) for side in box
        )
        near = np.zeros(ink.shape, dtype=bool)
        near[box] = frame.lines
        blurred = ndimage.binary_dilation(near[grown], iterations=_GROWN)
        own = near[grown] | (blurred & (numbers[grown] == 0))
        cleaned = cleaned.copy()
        cleaned[grown][own] = 0
        count, is_drawn = count + 1, is_drawn or frame.is_drawn
    return cleaned, count, is_drawn


def _lengths(box: tuple[slice, slice]) -> tuple[int, int]:
    rows, columns = box
    return rows.stop - rows.start, columns.stop - columns.start


def _cut_off(box: tuple[slice, slice], shape: tuple[int, ...]) -> tuple[bool, ...]:
    """Say which sides of a box are at the picture's edge: top, bottom, left, right."""
    rows, columns = box
    height, width = shape
    return (
        rows.start <= 1,
        rows.stop >= height - 1,
        columns.start <= 1,
        columns.stop >= width - 1,
    )


def _frame(
    numbers: NDArray[np.integer], number: int, cut: tuple[bool, ...]
) -> _Frame | None:
    """Return the lines of a mark if it is a frame."""
    mark = numbers == number
    views = (mark, mark[::-1], mark.T, mark.T[::-1])
    sides = [_side(view) for view in views]
    if any(side is None and not off for side, off in zip(sides, cut, strict=True)):
        return None
    seen = [side for side in sides if side is not None]
    if len(seen) < _SIDES:
        return None
    lines = np.zeros_like(mark)
    for view, side in zip(
        (lines, lines[::-1], lines.T, lines.T[::-1]), sides, strict=True
    ):
        if side is not None:
            view[side] = True
    lines &= mark
    thickness = _pen(lines)
    attached = _without_dividers(mark & ~lines, thickness)
    lines = mark & ~attached
    others = (numbers > 0) & ~mark
    least = _LEAST_WITHIN * min(mark.shape)
    within = others | attached
    if _longest(within) < least:
        return None
    is_thin = thickness <= _THIN * _pen(within)
    if _longest(others) < least and not is_thin:
        return None
    return _Frame(lines=lines, is_drawn=not is_thin)


def _side(mark: _Mask) -> _Mask | None:
    """Return the pixels of the top side of a mark, if it is straight and thin."""
    height, width = mark.shape
    longer = max(mark.shape)
    most = max(4.0, _THICKEST * longer)
    seen = mark.any(axis=0)
    tops = np.where(seen, mark.argmax(axis=0), height)
    columns = np.arange(width)
    inner = (columns >= _CORNER * width) & (columns < (1 - _CORNER) * width)
    line = _straight(columns[inner], tops[inner], height)
    if line is None:
        return None
    bend = 1.5 + _STRAIGHT * longer
    rows = line(columns)
    off = np.abs(tops - rows)
    if (off[inner] <= bend).mean() < _LEAST_SEEN:
        return None
    runs = np.array([_run(mark[top:, x]) for x, top in enumerate(tops)])
    thick = float(np.median(runs[inner]))
    if thick > most:
        return None
    down = np.arange(height)[:, None] - rows
    return np.asarray((down >= -bend) & (down <= bend + thick))


def _straight(
    columns: NDArray[np.integer], tops: NDArray[np.integer], height: int
) -> np.polynomial.Polynomial | None:
    """Lay a line through most of the tops, if it is near the top all along."""
    near = tops < height / 2
    if near.mean() < _LEAST_SEEN:
        return None
    columns, tops = columns[near], tops[near]
    for _ in range(2):
        line = np.polynomial.Polynomial.fit(columns, tops, 1)
        off = np.abs(line(columns) - tops)
        kept = off <= max(1.0, float(np.quantile(off, _LEAST_SEEN)))
        columns, tops = columns[kept], tops[kept]
    leans = abs(float(line(columns[-1]) - line(columns[0])))
    return line if leans <= _STEEPEST * np.ptp(columns) else None


def _run(column: _Mask) -> int:
    """Return how many pixels at the beginning are set."""
    gaps = np.flatnonzero(~column)
    return int(gaps[0]) if gaps.size else column.size


def _without_dividers(attached: _Mask, thickness: float) -> _Mask:
    """Leave out lines that divide boxes in a row from each other."""
    numbers, count = ndimage.label(attached, np.ones((3, 3)))
    kept = np.ones(count + 1, dtype=bool)
    kept[0] = False
    most = 2 * thickness + 3
    for number, box in enumerate(ndimage.find_objects(numbers), start=1):
        lengths = _lengths(box)
        long = max(
            length / side for length, side in zip(lengths, attached.shape, strict=True)
        )
        is_line = long >= _DIVIDER and min(lengths) <= most + max(lengths) / 10
        kept[number] = not is_line and max(lengths) > most
    return np.asarray(kept[numbers])


def _longest(marks: _Mask) -> int:
    """Return the longer side of the largest of some marks."""
    numbers, _ = ndimage.label(marks, np.ones((3, 3)))
    return max((max(_lengths(box)) for box in ndimage.find_objects(numbers)), default=0)


def _pen(mark: _Mask) -> float:
    """Estimate the width of strokes: the mean distance to their edge is a fourth."""
    if not mark.any():
        return 0.0
    distances = ndimage.distance_transform_edt(np.pad(mark, 1))[1:-1, 1:-1]
    return max(1.0, 4 * float(distances[mark].mean()) - 2)
