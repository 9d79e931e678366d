"""Where characters that touch might be cut apart.

A cut is a path from the top of the ink to its bottom that crosses as little ink as it
can, and may lean as handwriting does. Which of them are between two characters cannot
be told from the ink: a reader tries them, with what each crosses as its cost.
"""

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.types import GrayImage, Indices

_STEP = 0.05  # of the height of the line, from one path that is tried to the next
_LEANS = (0.04, 0.25)  # of that height, to either side of where a path is tried
_LEAST_APART = 0.12  # of that height: two paths are the same cut if they are nearer
_LEAST_PART = 0.1  # of that height: a narrower part is no character
_LEAST_INK = 0.35  # of a stroke as long as that height: less is no character
_MOST_CROSSED = 5.0  # widths of the pen: whoever crosses more cuts a character in two
_INKED = 0.35  # of full ink: what a path goes into
_SIDEWAYS = np.float32(0.02)  # a path goes straight down where there is no ink
_TWICE = 2.0  # widths of the pen: going through two strokes is worse than one
_MOST_CUTS = 6  # for each height of width


@dataclass(frozen=True, eq=False)
class Cut:
    """A path from the top of some ink to its bottom.

    Attributes:
        columns: For each row, the first column right of the path, int64 (height,).
        crossed: Ink on the path, in widths of the pen.
        times: How often the path goes into ink: twice to cut a ring in two.
    """

    columns: Indices
    crossed: float
    times: int


def find(ink: GrayImage, *, line: float, pen: float) -> list[Cut]:
    """Find the paths on which connected ink might be cut.

    Args:
        ink: A connected group, float32 of shape (height, width) in [0, 1].
        line: Height of the characters of its line, in pixels.
        pen: Width of the strokes, in pixels.

    Returns:
        Cuts from left to right that do not cross each other; none if the ink is
        too narrow for two characters.
    """
    width = ink.shape[1]
    margin = max(round(_LEAST_PART * line), round(0.8 * pen), 2)
    step = max(1, round(_STEP * line))
    anchors = np.arange(margin, width - margin + 1, step)
    if not anchors.size:
        return []
    # Where two characters overlap, a path with room around it goes through another
    # place: the narrow strips find what the wide ones pass by.
    tried = [
        path
        for lean in _LEANS
        for path in _paths(ink, anchors, max(1, round(lean * line)), pen)
    ]
    least = _LEAST_INK * line * pen
    cuts = [
        each
        for each in tried
        if each.crossed <= _MOST_CROSSED
        and all(float(part.sum()) >= least for part in parts(ink, [each]))
    ]
    chosen = _apart(cuts, _LEAST_APART * line, round(_MOST_CUTS * width / line) + 1)
    return _in_order(chosen)


def parts(ink: GrayImage, cuts: list[Cut]) -> list[GrayImage]:
    """Cut ink apart; each part has the shape of the whole, and 0.0 elsewhere."""
    columns = np.arange(ink.shape[1])
    edges = [
        np.zeros(len(ink), np.int64),
        *(each.columns for each in cuts),
        np.full(len(ink), ink.shape[1]),
    ]
    return [
        np.where(
            (columns >= left[:, None]) & (columns < right[:, None]), ink, np.float32(0)
        )
        for left, right in pairwise(edges)
    ]


def _paths(ink: GrayImage, anchors: Indices, reach: int, pen: float) -> list[Cut]:
    """Find the path that crosses least in a strip around each anchor."""
    # Ink off the edges is free: a path may leave at the side of a slanted character.
    width = ink.shape[1]
    padded = np.pad(ink, ((0, 0), (reach, reach + 1)))
    offsets = np.arange(2 * reach + 1)
    strips = padded[:, anchors[:, None] + offsets].astype(np.float32)
    strips += _SIDEWAYS / 4 * (np.abs(offsets - reach) / max(1, reach))
    totals, moves = strips[0].copy(), np.zeros(strips.shape, np.int8)
    for row in range(1, len(strips)):
        moves[row], best = _best_moves(totals, strips[row])
        totals = best + strips[row]
    ends = totals.argmin(axis=1)
    found = _followed(moves, ends) + anchors
    rows = np.arange(len(ink))
    crossed = [padded[rows, path] for path in found.T]
    return [
        Cut(np.clip(path - reach, 0, width), float(on_it.sum()) / pen, _times(on_it))
        for path, on_it in zip(found.T, crossed, strict=True)
    ]


def _times(crossed: NDArray[np.float32]) -> int:
    inked = crossed > _INKED
    return int(inked[0]) + int(np.count_nonzero(inked[1:] & ~inked[:-1]))


def _best_moves(
    totals: NDArray[np.float32], ink: NDArray[np.float32]
) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Say from where each pixel of the next row is reached best: -1, 0 or 1."""
    # A slanted step is longer, so it crosses more of the ink that it is in.
    extra = _SIDEWAYS + np.float32(0.41) * ink
    wall = np.full((len(totals), 1), np.inf, np.float32)
    from_left = np.hstack([wall, totals[:, :-1]]) + extra
    from_right = np.hstack([totals[:, 1:], wall]) + extra
    moves = np.zeros(totals.shape, np.int8)
    best = totals.copy()
    for move, cost in ((-1, from_left), (1, from_right)):
        better = cost < best
        moves[better] = move
        best[better] = cost[better]
    return moves, best


def _followed(moves: NDArray[np.int8], ends: Indices) -> Indices:
    """Follow paths back to the top; int64 of shape (height, paths)."""
    paths = np.zeros((len(moves), len(ends)), np.int64)
    paths[-1] = ends
    numbers = np.arange(len(ends))
    for row in range(len(moves) - 1, 0, -1):
        paths[row - 1] = paths[row] + moves[row, numbers, paths[row]]
    return paths


def _apart(cuts: list[Cut], least: float, most: int) -> list[Cut]:
    """Choose those that cross least and are not the same cut as a better one."""
    chosen: list[Cut] = []
    for cut in sorted(cuts, key=_badness):
        if len(chosen) == most:
            break
        if all(np.abs(cut.columns - other.columns).mean() >= least for other in chosen):
            chosen.append(cut)
    return chosen


def _badness(cut: Cut) -> float:
    return cut.crossed + _TWICE * max(0, cut.times - 1)


def _in_order(cuts: list[Cut]) -> list[Cut]:
    """Sort cuts from left to right, and make none cross the one before it."""
    in_order: list[Cut] = []
    for cut in sorted(cuts, key=lambda each: float(each.columns.mean())):
        columns = cut.columns
        if in_order:
            columns = np.maximum(columns, in_order[-1].columns)
        in_order.append(Cut(columns, cut.crossed, cut.times))
    return in_order
