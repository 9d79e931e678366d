"""What a pen drew, as paths: it can be drawn anew at any size and any pen width.

A bitmap has lost how wide the pen was meant to be and where it went. Paths have not,
so a drawing made with a hairline or a marker can be given the pen of a data set.
"""

import json
import math
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.errors import BlankDrawingError, PictureError
from core.types import GrayImage

SCHEMA: Final = 1
MAX_POINTS: Final = 100_000
"""More are refused: somebody would have to draw for half an hour."""

_FINE: Final = 4  # pixels a side that one pixel is drawn with


@dataclass(frozen=True, eq=False)
class Strokes:
    """What was drawn on a canvas, in the order in which it was drawn.

    Attributes:
        paths: Where the pen went, float32 of shape (points, 2) each: x to the right
            and y down, in pixels of the canvas. At least one point a path.
        pens: Width of the pen of each path, in the same pixels, above 0.
        size: Height and width of the canvas, in pixels.
    """

    paths: tuple[NDArray[np.float32], ...]
    pens: tuple[float, ...]
    size: tuple[int, int]

    def __bool__(self) -> bool:
        return bool(self.paths)

    def document(self) -> str:
        """Write them as JSON text with a schema number."""
        paths = [np.round(path, 2).tolist() for path in self.paths]
        record = {"schema": SCHEMA, "paths": paths, "pens": self.pens}
        return json.dumps({**record, "size": self.size})

    @classmethod
    def from_document(cls, text: str) -> Self:
        """Read what `document` wrote.

        Raises:
            PictureError: If it is something else, or too much.
        """
        try:
            record = json.loads(text)
            height, width = record["size"]
            found = cls(
                tuple(np.array(each, np.float32) for each in record["paths"]),
                tuple(float(each) for each in record["pens"]),
                (int(height), int(width)),
            )
            _check(found)
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError) as e:
            message = (
                f"Expected strokes as Inklab writes them, got {text[:60]!r}. "
                "Draw the character again."
            )
            raise PictureError(message) from e
        return found

    def at(self, pen: float) -> Self:
        """Return the same strokes drawn with a pen of another width."""
        return type(self)(self.paths, (pen,) * len(self.paths), self.size)


def ink(strokes: Strokes) -> GrayImage:
    """Draw strokes with their pens, as the canvas does.

    Args:
        strokes: What was drawn.

    Returns:
        Ink strength, float32 of the canvas's shape in [0, 1].

    Raises:
        BlankDrawingError: If there is no stroke on the canvas.
    """
    height, width = strokes.size
    sheet = Image.new("L", (width * _FINE, height * _FINE))
    draw = ImageDraw.Draw(sheet)
    for path, pen in zip(strokes.paths, strokes.pens, strict=True):
        _draw(draw, path * _FINE, pen * _FINE)
    drawn = np.asarray(sheet.reduce(_FINE), np.float32) / np.float32(255)
    if not drawn.any():
        message = (
            f"Expected a drawing with at least one stroke on a canvas of {height} x "
            f"{width} pixels, got a blank one. Draw a character first."
        )
        raise BlankDrawingError(message)
    return drawn


def _draw(draw: ImageDraw.ImageDraw, path: NDArray[np.float32], pen: float) -> None:
    """Draw one path with round ends and joints."""
    radius = pen / 2
    if len(path) > 1:
        draw.line([tuple(map(float, each)) for each in path], 255, max(1, round(pen)))
    for x, y in path:
        draw.ellipse((x - radius, y - radius, x + radius, y + radius), fill=255)


def _check(strokes: Strokes) -> None:
    if len(strokes.paths) != len(strokes.pens) or min(strokes.size) < 1:
        raise ValueError
    if sum(map(len, strokes.paths)) > MAX_POINTS:
        raise ValueError
    for path, pen in zip(strokes.paths, strokes.pens, strict=True):
        is_path = path.ndim == 2 and path.shape[1] == 2 and len(path)  # noqa: PLR2004 - x, y
        if not (is_path and np.isfinite(path).all() and math.isfinite(pen) and pen > 0):
            raise ValueError
