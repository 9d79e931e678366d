"""Cut what was written in one go into characters, as far as the ink tells.

The ink becomes lines of text, and each line a row of units: pieces of ink that belong
wholly to one character. A character is one unit or several beside each other. Which,
only somebody who can read can tell: between units are boundaries, and each says how
much it would be like tearing a character apart, or like gluing two together.

Strokes of a pen give better units than pixels: a stroke belongs wholly to one
character, however it touches the next one.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from core.imaging import cuts, lettering, units
from core.imaging.boxes import Box
from core.imaging.cuts import Cut
from core.imaging.lettering import Scale
from core.imaging.normalise import INK_THRESHOLD
from core.imaging.strokes import Strokes
from core.imaging.units import Unit
from core.types import GrayImage

_LEAST_ALONE = 0.16  # of the height of the characters: a smaller mark is a part or dust
_WIDE = 0.42  # of the height of the characters: ink that may be two


@dataclass(frozen=True)
class Boundary:
    """What lies between a unit and the next one.

    Attributes:
        crossed: Ink that is cut there, in widths of the pen; 0.0 if none.
        times: How many strokes are cut there.
        gap: From one box to the next, in heights of the characters; negative if
            they overlap.
        touches: Whether the ink is connected there.
    """

    crossed: float
    times: int
    gap: float
    touches: bool


@dataclass(frozen=True, eq=False)
class Line:
    """One line of text.

    Attributes:
        units: From left to right, at least one.
        boundaries: Between each of them and the next.
        scale: How large its characters are.
    """

    units: tuple[Unit, ...]
    boundaries: tuple[Boundary, ...]
    scale: Scale


def lines_of_ink(ink: GrayImage) -> list[Line]:
    """Cut the ink of a picture into lines and units.

    Args:
        ink: All ink of the picture, float32 of shape (height, width) in [0, 1].

    Returns:
        At least one line, from top to bottom.

    Raises:
        BlankDrawingError: If there is no ink, or only dust.
        PictureError: If there are far too many marks.
    """
    return _lines(*units.of_ink(ink))


def lines_of_strokes(drawn: Strokes) -> list[Line]:
    """Cut a drawing into lines and units, of which each is one stroke or more.

    Args:
        drawn: What a pen drew.

    Returns:
        At least one line, from top to bottom.

    Raises:
        BlankDrawingError: If nothing is drawn.
        PictureError: If there are far too many strokes.
    """
    return _lines(*units.of_strokes(drawn))


def _lines(marks: list[Unit], pen: float) -> list[Line]:
    boxes = [each.box for each in marks]
    masses = np.array([float(each.ink.sum()) for each in marks])
    scale = Scale.of(boxes, masses, pen)
    numbers = lettering.characters(boxes, scale)
    groups = [
        units.merged([marks[at] for at in np.flatnonzero(numbers == number)])
        for number in dict.fromkeys(numbers.tolist())
    ]
    least = _LEAST_ALONE * scale.height
    groups = [each for each in groups if each.box.longer > least]
    rows = lettering.lines([each.box for each in groups], scale)
    return [_line([groups[at] for at in row], pen) for row in rows]


def _line(groups: list[Unit], pen: float) -> Line:
    """Cut what may be several characters, and measure what lies between."""
    boxes = [each.box for each in groups]
    masses = np.array([float(each.ink.sum()) for each in groups])
    scale = Scale.of(boxes, masses, pen)
    row: list[Unit] = []
    boundaries: list[Boundary] = []
    for group in groups:
        if row:
            boundaries.append(_between(row[-1], group, scale))
        pieces, crossed = _pieces(group, scale)
        row += pieces
        boundaries += [
            Boundary(cut.crossed, cut.times, _gap(*pair) / scale.height, touches=True)
            for cut, pair in zip(crossed, pairwise(pieces), strict=True)
        ]
    return Line(tuple(row), tuple(boundaries), scale)


def _pieces(group: Unit, scale: Scale) -> tuple[list[Unit], list[Cut]]:
    is_wide = group.box.width >= _WIDE * scale.height
    # A stroke belongs to one character, unless somebody writes joined letters.
    is_joined = not group.numbers or group.box.width > 1.3 * scale.height
    is_high = group.box.height > _WIDE * scale.height
    if not (is_wide and is_joined and is_high):
        return [group], []
    found = cuts.find(group.ink, line=scale.height, pen=scale.pen)
    pieces: list[Unit] = []
    crossed: list[Cut] = []
    for number, part in enumerate(cuts.parts(group.ink, found)):
        inner = Box.of_mask(part > INK_THRESHOLD)
        if inner is None:
            continue
        if pieces:
            crossed.append(found[number - 1])
        box = Box(group.box.top + inner.top, group.box.left + inner.left, 1, 1)
        box = Box(box.top, box.left, inner.height, inner.width)
        pieces.append(Unit(box, part[inner.slices]))
    return (pieces, crossed) if len(pieces) > 1 else ([group], [])


def _between(left: Unit, right: Unit, scale: Scale) -> Boundary:
    gap = _gap(left, right) / scale.height
    return Boundary(0.0, 0, gap, touches=_touch(left, right))


def _gap(left: Unit, right: Unit) -> int:
    return right.box.left - left.box.right


def _touch(one: Unit, other: Unit) -> bool:
    """Tell whether strokes cross or touch; connected ink never does."""
    top, bottom = max(one.box.top, other.box.top), min(one.box.bottom, other.box.bottom)
    left, right = max(one.box.left, other.box.left), min(one.box.right, other.box.right)
    if top >= bottom or left >= right:
        return False
    common = Box(top, left, bottom - top, right - left)
    inks = (each.ink[common.within(each.box)] for each in (one, other))
    return bool(np.logical_and(*(ink > INK_THRESHOLD for ink in inks)).any())
