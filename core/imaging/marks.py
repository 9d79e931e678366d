"""Which of the marks on a paper are the character, and which are dust or table.

A character is near the middle of things: it is the heaviest mark that does not
come in from outside the picture. Marks beside it belong to it if they are heavy
enough and near enough, like the dot of an i or the bar of a 5.
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

# The same for a mark right above or below, like a dot. "Pens" are widths of the stroke.
_LEAST_DOT = 0.5  # of a pen by a pen: a mark of less ink is dust
_MOST_LIFT = 1.0  # of the character's longer side, from the character to its dot
_MOST_LIFT_PENS = 8  # the same for what is short itself: each dot of a colon
_MOST_LEAN = 0.5  # of the lift, to the side: writing slants, accents stand beside
_MOST_DOT = 0.5  # of the longer side of what it belongs to
_LOW_PENS = 4  # a bar or a dot is as low: another one belongs to it
_MOST_COUNTERPART = 1.5  # of the longer side of such a bar or dot
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
    dots = thick & whole & _is_above_or_below(marks, pen) & _is_part(marks, pen)
    specks = dots | (thick & (sides <= _LOW_PENS * pen))
    return np.asarray(dots & (np.count_nonzero(specks) <= _MOST_SPECKS))


def _is_above_or_below(marks: _Marks, pen: float) -> NDArray[np.bool_]:
    main, lifts = marks.main, marks.lifts()
    # A circle for a dot is heavier than its i, which is then the other mark.
    lengths = np.maximum(marks.sides[main], marks.heights)
    reach = np.maximum(_MOST_LIFT * lengths, _MOST_LIFT_PENS * pen)
    straight = marks.offsets() <= _MOST_LEAN * lifts + pen
    return np.asarray((lifts > 0) & (lifts <= reach) & straight)


def _is_part(marks: _Marks, pen: float) -> NDArray[np.bool_]:
    main, sides, heights = marks.main, marks.sides, marks.heights
    dot = sides <= _MOST_DOT * sides[main]
    upright = (heights == sides) & (sides[main] <= _MOST_DOT * heights)
    low = (heights <= _LOW_PENS * pen) & (heights[main] <= _LOW_PENS * pen)
    counterpart = low & (sides <= _MOST_COUNTERPART * sides[main])
    return np.asarray(dot | upright | counterpart)


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
