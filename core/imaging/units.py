"""Pieces of ink, each of which belongs wholly to one character."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import ndimage

from core.errors import BlankDrawingError, PictureError
from core.imaging import strokes
from core.imaging.boxes import Box
from core.imaging.marks import DUST
from core.imaging.normalise import INK_THRESHOLD
from core.imaging.strokes import Strokes
from core.types import GrayImage

MAX_MARKS = 200
"""More are no writing that anybody reads here, but a page of text or a dirty paper."""

_INKED = 0.35  # a mark has at least one pixel of this
_LEAST_MASS = 0.02  # of the median mark by ink: a lighter one is dust
_LEAST_DOT = 0.4  # of a pen by a pen: a mark of less ink is dust
_ALONG_EDGE = 0.5  # of a mark's longer side on the picture's edge: a shadow or table


@dataclass(frozen=True, eq=False)
class Unit:
    """Ink that belongs wholly to one character.

    Attributes:
        box: Where it is, in pixels of the ink.
        ink: float32 of the box's shape in [0, 1].
        numbers: Which strokes it is; none if it is not made of whole strokes.
    """

    box: Box
    ink: GrayImage
    numbers: tuple[int, ...] = ()


def merged(units: Sequence[Unit]) -> Unit:
    """Make one unit of several."""
    if len(units) == 1:
        return units[0]
    box = Box.around(each.box for each in units)
    ink = np.zeros((box.height, box.width), np.float32)
    for each in units:
        part = ink[each.box.within(box)]
        np.maximum(part, each.ink, out=part)
    are_strokes = all(each.numbers for each in units)
    numbers = tuple(sorted(n for each in units for n in each.numbers))
    return Unit(box, ink, numbers if are_strokes else ())


def of_ink(ink: GrayImage) -> tuple[list[Unit], float]:
    """Find connected ink, without dust and what lies along the edge.

    Args:
        ink: All ink of the picture, float32 of shape (height, width) in [0, 1].

    Returns:
        At least one unit, and the width of the pen in pixels.

    Raises:
        BlankDrawingError: If there is no ink, or only dust.
        PictureError: If there are far too many marks.
    """
    pen = _pen(ink)
    return _without_dust(_connected(ink), ink.shape, pen), pen


def of_strokes(drawn: Strokes) -> tuple[list[Unit], float]:
    """Make a unit of each stroke.

    Args:
        drawn: What a pen drew.

    Returns:
        At least one unit, and the width of the pen in pixels.

    Raises:
        BlankDrawingError: If nothing is drawn.
        PictureError: If there are far too many strokes.
    """
    if not drawn:
        raise BlankDrawingError(_blank(drawn.size))
    _check_number(len(drawn.paths))
    found = [_of_stroke(drawn, number) for number in range(len(drawn.paths))]
    return found, float(np.median(drawn.pens))


def cut_out(drawn: Strokes, numbers: Sequence[int]) -> tuple[Strokes, Box]:
    """Take some strokes out of a drawing, on a canvas as large as they are.

    Args:
        drawn: What a pen drew.
        numbers: Which strokes, at least one.

    Returns:
        The strokes, and where that canvas is on the canvas of the drawing.
    """
    paths = [drawn.paths[number] for number in numbers]
    pens = tuple(drawn.pens[number] for number in numbers)
    margin = max(pens) / 2 + 1
    points = np.concatenate(paths)
    left, top = np.floor(points.min(axis=0) - margin).astype(int).tolist()
    right, bottom = np.ceil(points.max(axis=0) + margin).astype(int).tolist()
    box = Box(top, left, bottom - top, right - left)
    corner = np.array([left, top], np.float32)
    moved = tuple(path - corner for path in paths)
    return Strokes(moved, pens, (box.height, box.width)), box


def _connected(ink: GrayImage) -> list[Unit]:
    eight = np.ones((3, 3), dtype=bool)
    numbers, _ = ndimage.label(ink > INK_THRESHOLD, structure=eight)
    found = []
    for number, slices in enumerate(ndimage.find_objects(numbers), start=1):
        part = np.where(numbers[slices] == number, ink[slices], np.float32(0))
        if part.max() > _INKED:
            found.append(Unit(Box.of_slices(slices), part))
    return found


def _pen(ink: GrayImage) -> float:
    """Estimate the width of the stroke in pixels, from ink and its outline.

    A stroke has two edges. On a grid, an outline in all directions has 4/pi times as
    many sides of pixels as it is long.
    """
    inked = np.pad(ink > _INKED, 1)
    sides = sum(int(np.count_nonzero(np.diff(inked, axis=axis))) for axis in (0, 1))
    return max(1.0, 2 * np.count_nonzero(inked) / max(1.0, sides * np.pi / 4))


def _without_dust(marks: list[Unit], shape: tuple[int, ...], pen: float) -> list[Unit]:
    """Leave out specks, and what lies along the edge of the picture."""
    inside = [each for each in marks if not _is_along_edge(each, shape)] or marks
    masses = np.array([float(each.ink.sum()) for each in inside])
    if not masses.size:
        raise BlankDrawingError(_blank(shape))
    order = np.argsort(masses)
    middle = np.argmax(np.cumsum(masses[order]) >= masses.sum() / 2)
    least = max(_LEAST_DOT * pen**2, _LEAST_MASS * masses[order][middle])
    kept = [each for each, mass in zip(inside, masses, strict=True) if mass >= least]
    longest = max((each.box.longer for each in kept), default=0)
    if longest <= DUST * max(shape):
        raise BlankDrawingError(_blank(shape))
    _check_number(len(kept))
    return kept


def _is_along_edge(mark: Unit, shape: tuple[int, ...]) -> bool:
    box, inked = mark.box, mark.ink > INK_THRESHOLD
    edges = (
        (box.top == 0, inked[0]),
        (box.left == 0, inked[:, 0]),
        (box.bottom == shape[0], inked[-1]),
        (box.right == shape[1], inked[:, -1]),
    )
    cut = sum(int(np.count_nonzero(edge)) for is_there, edge in edges if is_there)
    return cut > _ALONG_EDGE * box.longer


def _of_stroke(drawn: Strokes, number: int) -> Unit:
    """Draw one stroke in its box."""
    alone, box = cut_out(drawn, (number,))
    ink = strokes.ink(alone)
    inner = Box.of_mask(ink > INK_THRESHOLD)
    if inner is not None:
        ink = ink[inner.slices]
        box = Box(box.top + inner.top, box.left + inner.left, *ink.shape)
    return Unit(box, ink, (number,))


def _check_number(num_marks: int) -> None:
    if num_marks > MAX_MARKS:
        message = (
            f"Expected at most {MAX_MARKS} marks of ink, got {num_marks:,}. Crop the "
            "picture to a few lines of clean writing."
        )
        raise PictureError(message)


def _blank(shape: Iterable[int]) -> str:
    return (
        "Expected writing with at least one inked pixel, got blank paper of shape "
        f"{tuple(shape)}. Draw a number, or take a photo with more contrast."
    )
