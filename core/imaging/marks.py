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

_INKED = 0.35  # a mark has at least one pixel of this
_LEAST_MASS = 0.02  # of the character: a smaller mark is dust
_LEAST_CUT_MASS = 0.2  # the same for a mark that the picture's edge cuts off
_MOST_GAP = 0.5  # of the character's longer side: farther marks are strangers


@dataclass(frozen=True)
class _Marks:
    """Connected marks, numbered from 1; entry 0 of every array is the paper.

    Attributes:
        numbers: Number of the mark at each pixel, of shape (height, width).
        masses: Sum of the ink of each, of shape (n + 1,).
        cuts: Pixels of each on the picture's border, of shape (n + 1,).
        boxes: First row, first column, last row and last column of each, of
            shape (n + 1, 4).
    """

    numbers: NDArray[np.integer]
    masses: NDArray[np.floating]
    cuts: NDArray[np.integer]
    boxes: NDArray[np.int64]


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
    return _Marks(numbers=numbers, masses=masses, cuts=cuts, boxes=boxes)


def _belongs(marks: _Marks) -> NDArray[np.bool_]:
    # A stroke that the edge cuts has few pixels there for its mass; a shadow or
    # the side of a table lies along the edge.
    main = int(np.argmax(marks.masses / (1 + marks.cuts)))
    top, left, bottom, right = marks.boxes[main]
    gaps = np.max(
        [
            top - marks.boxes[:, 2],
            marks.boxes[:, 0] - bottom,
            left - marks.boxes[:, 3],
            marks.boxes[:, 1] - right,
        ],
        axis=0,
    )
    near = gaps <= _MOST_GAP * max(bottom - top + 1, right - left + 1)
    least = np.where(marks.cuts > 0, _LEAST_CUT_MASS, _LEAST_MASS)
    heavy = marks.masses >= least * marks.masses[main]
    # What is heavier than the character and cut off is the table.
    table = (marks.cuts > 0) & (marks.masses > marks.masses[main])
    belongs = near & heavy & ~table
    belongs[main] = True
    return np.asarray(belongs)
