"""Which of the marks on a paper are the character, and which are dust or table.

A character is near the middle of things: it is the heaviest mark that does not
come in from outside the picture. Marks beside it belong to it if they are heavy
enough and near enough, like the bar of a 5.

The dot of an i may stand as high above it as it is long, and the dots of a thin pen
weigh next to nothing. So a mark right above or below is also told by its shape: as
thick as the pen and smaller than the character (i, j, accents), or a bar or dot to
match a bar or dot (= and :).
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.imaging.normalise import INK_THRESHOLD
from core.types import GrayImage

DUST = 0.02
"""Share of the picture's longer side: no character is as small."""

_INKED = 0.35  # a mark has at least one pixel of this
_LEAST_MASS = 0.02  # of the character: a smaller mark is dust
_LEAST_CUT_MASS = 0.2  # the same for a mark that the picture's edge cuts off
_MOST_GAP = 0.5  # of the character's longer side: farther marks are strangers

# By shape, for marks right above or below. A pen is the width of the stroke.
_LEAST_DOT = 0.4  # of a pen by a pen: a mark of less ink is dust
_MOST_DOT = 0.7  # of the longer side of the character: a longer mark is a stranger
_MOST_LIFT = 1.0  # of the longer side of the i: how far up its dot may be
_MOST_LEAN = 0.5  # of the lift, to the side: writing slants, accents stand beside
_LOW_PENS = 4  # height of a bar or dot: another one belongs to it, as in = and :
_MOST_TWIN = 1.5  # of the longer side of the first bar or dot
_MOST_TWIN_PENS = 12  # between the dots of a colon
_MOST_SPECKS = 4  # of a dot's size: where there are more, the paper is dotted or dirty


@dataclass(frozen=True)
class _Marks:
    """Connected marks, numbered from 1; entry 0 of every array is the paper.

    Attributes:
        numbers: Number of the mark at each pixel, of shape (height, width).
        masses: Sum of the ink of each, of shape (n + 1,).
        cuts: Pixels of each on the picture's border, of shape (n + 1,).
        boxes: First row, first column, last row and last column of each, of
            shape (n + 1, 4).
        main: Number of the character's heaviest mark.
    """

    numbers: NDArray[np.integer]
    masses: NDArray[np.floating]
    cuts: NDArray[np.integer]
    boxes: NDArray[np.int64]
    main: int

    @property
    def heights(self) -> NDArray[np.int64]:
        """Rows that each mark spans, of shape (n + 1,)."""
        return np.asarray(self.boxes[:, 2] - self.boxes[:, 0] + 1)

    @property
    def sides(self) -> NDArray[np.int64]:
        """Longer side of each mark's box, of shape (n + 1,)."""
        widths = self.boxes[:, 3] - self.boxes[:, 1] + 1
        return np.asarray(np.maximum(self.heights, widths))

    def lifts(self) -> NDArray[np.int64]:
        """Rows from the main mark up or down to each; negative beside it."""
        top, _, bottom, _ = self.boxes[self.main]
        lifts = np.maximum(top - self.boxes[:, 2], self.boxes[:, 0] - bottom)
        return np.asarray(lifts)

    def offsets(self) -> NDArray[np.int64]:
        """Columns from the main mark to each; negative above and below it."""
        _, left, _, right = self.boxes[self.main]
        offsets = np.maximum(left - self.boxes[:, 3], self.boxes[:, 1] - right)
        return np.asarray(offsets)


def character_only(ink: GrayImage) -> GrayImage:
    """Wipe off every mark that is not the character.

    Args:
        ink: Ink strength, float32 of shape (height, width) in [0, 1].

    Returns:
        The same, with 0.0 in place of dust, shadows and strangers; all zero
        if there is no mark at all.
    """
    marks = _find(ink)
    if len(marks.masses) == 1:
        return np.zeros_like(ink)
    belongs = _belongs(marks)
    if not belongs[1:].all():
        belongs |= _dots(ink, marks, belongs)
    belongs[0] = True
    return np.where(belongs[marks.numbers], ink, np.float32(0))


def _find(ink: GrayImage) -> _Marks:
    eight = np.ones((3, 3), dtype=bool)
    numbers, count = ndimage.label(ink > INK_THRESHOLD, structure=eight)
    inked = np.bincount(numbers[ink > _INKED], minlength=count + 1) > 0
    inked[0] = False
    weights = ink.ravel().astype(np.float64)
    masses = np.bincount(numbers.ravel(), weights, count + 1).astype(np.float64)
    edges = (numbers[0], numbers[-1], numbers[:, 0], numbers[:, -1])
    cuts = np.bincount(np.concatenate(edges), minlength=count + 1)
    boxes = np.zeros((count + 1, 4), dtype=np.int64)
    for number, (rows, columns) in enumerate(ndimage.find_objects(numbers), start=1):
        boxes[number] = rows.start, columns.start, rows.stop - 1, columns.stop - 1
    masses[~inked] = 0
    # A stroke that the edge cuts has few pixels there for its mass; a shadow or
    # the side of a table lies along the edge.
    main = int(np.argmax(masses / (1 + cuts)))
    return _Marks(numbers=numbers, masses=masses, cuts=cuts, boxes=boxes, main=main)


def _belongs(marks: _Marks) -> NDArray[np.bool_]:
    main, masses, is_cut = marks.main, marks.masses, marks.cuts > 0
    gaps = np.maximum(marks.lifts(), marks.offsets())
    near = gaps <= _MOST_GAP * marks.sides[main]
    heavy = masses >= np.where(is_cut, _LEAST_CUT_MASS, _LEAST_MASS) * masses[main]
    # What is heavier than the character and cut off is the table.
    table = is_cut & (masses > masses[main])
    belongs = near & heavy & ~table
    belongs[main] = True
    return np.asarray(belongs)


def _dots(
    ink: GrayImage, marks: _Marks, belongs: NDArray[np.bool_]
) -> NDArray[np.bool_]:
    """Find the marks above and below that belong to the character by their shape."""
    main, sides = marks.main, marks.sides
    if sides[main] <= DUST * max(marks.numbers.shape):
        return np.zeros_like(belongs)
    pen = _pen(ink, marks)
    thick = ~belongs & (marks.masses >= _LEAST_DOT * pen**2)
    # In a picture that is cropped to the character, the dot is at the edge as well.
    whole = (marks.cuts == 0) | (marks.cuts[main] > 0)
    lifts = marks.lifts()
    straight = (lifts > 0) & (marks.offsets() <= _MOST_LEAN * lifts + pen)
    dots = thick & whole & straight & (lifts <= _reaches(marks, pen))
    specks = dots | (thick & (sides <= _LOW_PENS * pen))
    return np.asarray(dots & (np.count_nonzero(specks) <= _MOST_SPECKS))


def _reaches(marks: _Marks, pen: float) -> NDArray[np.floating]:
    """Say how far each mark may be above or below; 0.0 if its shape does not fit."""
    main, sides, heights = marks.main, marks.sides, marks.heights
    is_above = marks.boxes[:, 2] < marks.boxes[main, 0]
    is_dot = sides <= _MOST_DOT * sides[main]
    dots = np.where(is_above, _MOST_LIFT, _MOST_GAP) * sides[main] * is_dot
    # A circle for a dot is heavier than its i, which is then the other mark.
    is_stem = ~is_above & (heights == sides) & (heights > sides[main])
    stems = _MOST_GAP * heights * is_stem
    is_low = heights <= _LOW_PENS * pen
    is_twin = is_low & is_low[main] & (sides <= _MOST_TWIN * sides[main])
    twins = max(_MOST_LIFT * sides[main], _MOST_TWIN_PENS * pen) * is_twin
    return np.asarray(np.max([dots, stems, twins], axis=0))


def _pen(ink: GrayImage, marks: _Marks) -> float:
    """Estimate the width of the stroke in pixels.

    The mean distance to the edge is a fourth of it, and half a pixel because distances
    are taken between centres.
    """
    top, left, bottom, right = marks.boxes[marks.main]
    box = np.s_[top : bottom + 1, left : right + 1]
    stroke = (marks.numbers[box] == marks.main) & (ink[box] > _INKED)
    distances = ndimage.distance_transform_edt(np.pad(stroke, 1))
    return max(1.0, 4 * float(distances[1:-1, 1:-1][stroke].mean()) - 2)
