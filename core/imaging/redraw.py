"""Draw strokes anew, with the pen that the writers of a data set had.

How wide a pen is says nothing about the character, but much about the image: a model
that learned from ball pens misreads a hairline and a marker. Of paths the pen can be
chosen, so that it is as wide, beside the character, as in the model's own images.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.imaging import strokes as drawn
from core.imaging.strokes import Strokes
from core.types import GrayImage

_SIDE: Final = 200  # pixels of the longer side: enough for images of 64 x 64
_STEP: Final = 1.0  # pixels of the canvas in which a stroke is followed over its edge


def redrawn(strokes: Strokes, pen_share: float) -> GrayImage:
    """Draw strokes with a pen that has a share of the size of what was drawn.

    What left the canvas is left out: nobody saw it. What is smaller than its own pen is
    a dot, and is drawn as it was.

    Args:
        strokes: What was drawn.
        pen_share: Width of the pen as a share of the longer side of all ink, above 0
            and below 1.

    Returns:
        Ink strength, float32 in [0, 1], of any shape; the ink touches its edges.

    Raises:
        BlankDrawingError: If there is no stroke on the canvas.
    """
    visible = _on_canvas(strokes)
    if not visible:
        return drawn.ink(strokes)
    points = np.concatenate(visible.paths)
    corner = points.min(axis=0)
    extent = points.max(axis=0) - corner
    longer = float(extent.max())
    if longer < max(visible.pens):
        return drawn.ink(visible)
    scale = _SIDE * (1 - pen_share) / longer
    pen = _SIDE * pen_share
    width, height = np.ceil(extent * scale + pen).astype(int)
    return drawn.ink(
        Strokes(
            tuple((path - corner) * scale + pen / 2 for path in visible.paths),
            (pen,) * len(visible.paths),
            (int(height), int(width)),
        )
    )


def _on_canvas(strokes: Strokes) -> Strokes:
    """Leave out what is off the canvas; a stroke that comes back becomes two."""
    height, width = strokes.size
    paths: list[NDArray[np.float32]] = []
    pens: list[float] = []
    for path, pen in zip(strokes.paths, strokes.pens, strict=True):
        is_inside = _is_inside(path, height, width)
        pieces = [path] if is_inside.all() else _pieces(_dense(path), height, width)
        paths += pieces
        pens += [pen] * len(pieces)
    return Strokes(tuple(paths), tuple(pens), strokes.size)


def _is_inside(path: NDArray[np.float32], height: int, width: int) -> NDArray[np.bool_]:
    return np.asarray(((path >= 0) & (path <= (width, height))).all(axis=1))


def _pieces(
    path: NDArray[np.float32], height: int, width: int
) -> list[NDArray[np.float32]]:
    """Cut a path where it crosses the edge, and keep the pieces inside."""
    is_inside = _is_inside(path, height, width)
    cuts = np.flatnonzero(np.diff(is_inside)) + 1
    pieces = np.split(path, cuts)
    kept = np.split(is_inside, cuts)
    return [each for each, inside in zip(pieces, kept, strict=True) if inside[0]]


def _dense(path: NDArray[np.float32]) -> NDArray[np.float32]:
    """Put points on a path so that none is farther than a pixel from the next."""
    lengths = np.hypot(*np.diff(path, axis=0).T)
    along = np.concatenate([[0.0], np.cumsum(lengths)])
    # Bounds the memory: a path may say that it goes to the moon.
    count = min(drawn.MAX_POINTS, int(np.ceil(along[-1] / _STEP)) + 1)
    places = np.union1d(np.linspace(0, along[-1], count), along)
    columns = [np.interp(places, along, axis) for axis in path.T]
    return np.stack(columns, axis=1).astype(np.float32)
