"""Which marks on a paper make one character, and which characters make a line.

Marks are told by their boxes alone. A mark that is small beside the characters belongs
to the one that it lies on, over or under, like the dot of an i, an accent or the bar of
a 5; two low marks of the same length, one above the other, are = or :. Two tall marks
are never joined here, however they overlap: writing slants.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.imaging.boxes import Box
from core.types import Indices

_LOW_PENS = 4  # height of a bar or dot
_SMALL = 0.5  # of the height of the characters: a mark that may be part of one
_OVERLAP = 0.5  # of the narrower of two: it lies over or under the other
_TOUCHES = 0.15  # of the height of the characters, up or down: pieces of one
_MOST_LIFT = 0.6  # of that height: how far up the dot of an i may be
_MOST_LEAN = 0.5  # of the lift, to the side: writing slants
_MOST_DOT = 0.7  # of the longer side of its character: a longer mark is no dot
_MOST_TWIN = 1.6  # of the longer side of the first bar or dot
_MOST_TALL = 1.25  # of the height of the characters, for two pieces of one
_SAME_LINE = 0.35  # of the lower of two: they overlap as much up and down
_NEAR_LINE = 0.8  # of the height of the characters, to a line for a small mark


@dataclass(frozen=True)
class Scale:
    """How large the writing is.

    Attributes:
        height: Height of most characters, in pixels.
        pen: Width of the strokes, in pixels.
    """

    height: float
    pen: float

    @classmethod
    def of(
        cls, boxes: Sequence[Box], masses: NDArray[np.floating], pen: float
    ) -> "Scale":
        """Measure the scale of marks.

        Args:
            boxes: Of the marks, at least one.
            masses: Sum of the ink of each, of shape (n,).
            pen: Width of the strokes, in pixels.
        """
        # A line of touching characters is as long as it likes; a bar is not high.
        sizes = np.array(
            [each.longer if each.height <= 3 * pen else each.height for each in boxes]
        )
        order = np.argsort(sizes)
        heavy = np.cumsum(masses[order]) >= masses.sum() / 2
        return cls(float(sizes[order][np.argmax(heavy)]), pen)


def characters(boxes: Sequence[Box], scale: Scale) -> Indices:
    """Say which marks belong together for sure.

    Args:
        boxes: Of the marks.
        scale: How large the writing is.

    Returns:
        A number for each mark, int64 of shape (n,); the same for marks of one
        character.
    """
    numbers = np.arange(len(boxes))
    for one in range(len(boxes)):
        near = [
            (_gap(boxes[one], boxes[other]), other)
            for other in range(len(boxes))
            if other != one and _belongs(boxes[one], boxes[other], scale)
        ]
        if near:
            numbers[numbers == numbers[one]] = numbers[min(near)[1]]
    return numbers


def lines(boxes: Sequence[Box], scale: Scale) -> list[list[int]]:
    """Sort characters into lines of text, from top to bottom and left to right.

    Args:
        boxes: Of the characters.
        scale: How large the writing is.

    Returns:
        For each line the positions of its characters in `boxes`.
    """
    found: list[list[int]] = []
    by_left = sorted(range(len(boxes)), key=lambda at: boxes[at].left)
    large = [at for at in by_left if boxes[at].height >= _SMALL * scale.height]
    for at in large:
        _add(found, at, boxes, least=_SAME_LINE)
    for at in by_left:
        if at not in large:
            _add_small(found, at, boxes, scale)
    found.sort(key=lambda line: np.mean([_middle(boxes[at]) for at in line]))
    return [
        sorted(line, key=lambda at: boxes[at].left + boxes[at].width / 2)
        for line in found
    ]


def _belongs(small: Box, body: Box, scale: Scale) -> bool:
    """Tell whether a mark is part of the character that another one is part of."""
    across = min(small.right, body.right) - max(small.left, body.left)
    lies_on = across >= _OVERLAP * min(small.width, body.width)
    gap = _gap(small, body)
    if lies_on and gap <= _TOUCHES * scale.height:
        together = Box.around((small, body)).height
        is_part = min(small.height, body.height) <= _SMALL * scale.height
        return is_part or (gap > 0 and together <= _MOST_TALL * scale.height)
    return gap > 0 and (
        _is_dot(small, body, scale) or (lies_on and _is_twin(small, body, scale))
    )


def _is_dot(dot: Box, body: Box, scale: Scale) -> bool:
    lift = _gap(dot, body)
    beside = max(dot.left - body.right, body.left - dot.right)
    is_above = dot.bottom <= body.top
    return (
        dot.longer <= min(_SMALL * scale.height, _MOST_DOT * body.longer)
        and body.height > _SMALL * scale.height
        and lift <= (_MOST_LIFT if is_above else _MOST_LIFT / 2) * scale.height
        and beside <= (_MOST_LEAN * lift if is_above else 0) + scale.pen * is_above
    )


def _is_twin(one: Box, other: Box, scale: Scale) -> bool:
    low = min(_LOW_PENS * scale.pen, _SMALL * max(scale.height, one.longer))
    shorter, longer = sorted((one.longer, other.longer))
    return (
        max(one.height, other.height) <= low
        and longer <= _MOST_TWIN * shorter
        and _gap(one, other) <= max(longer, 0.7 * scale.height)
    )


def _gap(one: Box, other: Box) -> int:
    """Rows between two boxes; negative if they overlap up and down."""
    return max(one.top, other.top) - min(one.bottom, other.bottom)


def _middle(box: Box) -> float:
    return box.top + box.height / 2


def _add(
    found: list[list[int]], at: int, boxes: Sequence[Box], *, least: float
) -> None:
    """Add a character to the line that it is beside, or begin one."""
    box = boxes[at]
    shares = [
        -_gap(boxes[line[-1]], box) / min(boxes[line[-1]].height, box.height)
        for line in found
    ]
    if shares and max(shares) >= least:
        found[int(np.argmax(shares))].append(at)
    else:
        found.append([at])


def _add_small(
    found: list[list[int]], at: int, boxes: Sequence[Box], scale: Scale
) -> None:
    """Add a low mark to the nearest line, as seen from its neighbour there."""
    middle, left = _middle(boxes[at]), boxes[at].left
    distances = []
    for line in found:
        neighbour = boxes[min(line, key=lambda other: abs(boxes[other].left - left))]
        low, high = neighbour.top - middle, middle - neighbour.bottom
        distances.append(max(low, high, 0))
    if distances and min(distances) <= _NEAR_LINE * scale.height / 2:
        found[int(np.argmin(distances))].append(at)
    else:
        found.append([at])
