"""What a pen drew, as paths: it can be drawn anew at any size and any pen width.

A bitmap has lost how wide the pen was meant to be and where it went. Paths have not,
so a drawing made with a hairline or a marker can be given the pen of a data set.
"""

import json
import math
from dataclasses import dataclass
from typing import Any, Final, Self

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.errors import BlankDrawingError, PictureError
from core.types import GrayImage

SCHEMA: Final = 1
MAX_POINTS: Final = 100_000
"""More are refused: somebody would have to draw for half an hour."""

_CURVE_STEPS: Final = 6  # straight pieces of one curve, which spans two pen positions
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


def of_canvas(objects: list[Any], *, size: tuple[int, int]) -> Strokes:
    """Read the strokes of a drawing canvas.

    Args:
        objects: What a Fabric.js canvas says it holds; all but free-hand paths is
            ignored.
        size: Height and width of the canvas, in pixels.

    Returns:
        The strokes; none if nothing has been drawn.

    Raises:
        PictureError: If they are damaged, or too many.
    """
    drawn = [
        each
        for each in objects
        if isinstance(each, dict) and str(each.get("type")).lower() == "path"
    ]
    try:
        found = Strokes(
            tuple(_placed(_points(each["path"]), each) for each in drawn),
            tuple(float(each["strokeWidth"]) * _scale(each) for each in drawn),
            size,
        )
        _check(found)
    except (ValueError, TypeError, KeyError, IndexError) as error:
        message = (
            f"Expected free-hand strokes of a drawing canvas, got {drawn!r:.80}. "
            "Clear the canvas, and draw again."
        )
        raise PictureError(message) from error
    return found


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


def _points(commands: list[Any]) -> NDArray[np.float32]:
    """Turn lines and quadratic curves into points; float32 of shape (n, 2)."""
    points: list[tuple[float, float]] = []
    for kind, *numbers in commands:
        if kind == "Q":
            points += _curve(points[-1], *map(float, numbers))
        elif kind in ("M", "L"):
            x, y = map(float, numbers)
            points.append((x, y))
    return np.array(points, np.float32)


def _curve(
    start: tuple[float, float], x1: float, y1: float, x2: float, y2: float
) -> list[tuple[float, float]]:
    shares = np.arange(1, _CURVE_STEPS + 1) / _CURVE_STEPS
    return [
        (
            (1 - t) ** 2 * start[0] + 2 * t * (1 - t) * x1 + t * t * x2,
            (1 - t) ** 2 * start[1] + 2 * t * (1 - t) * y1 + t * t * y2,
        )
        for t in shares
    ]


def _placed(points: NDArray[np.float32], item: dict[str, Any]) -> NDArray[np.float32]:
    """Put a path where it was moved, turned and scaled to on the canvas."""
    scales = np.array([item.get("scaleX", 1), item.get("scaleY", 1)], np.float32)
    angle = math.radians(float(item.get("angle", 0)))
    if (scales == 1).all() and angle == 0:
        centre = (points.min(axis=0) + points.max(axis=0)) / 2
        moved = np.array([item["left"], item["top"]], np.float32) - centre
        is_moved = item.get("originX") == "center" and np.abs(moved).max() > 1
        return points + moved if is_moved else points
    centre = (points.min(axis=0) + points.max(axis=0)) / 2
    turned = np.array(
        [[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]]
    )
    place = np.array([item["left"], item["top"]])
    return np.asarray(((points - centre) * scales) @ turned.T + place, np.float32)


def _scale(item: dict[str, Any]) -> float:
    sides = float(item.get("scaleX", 1)), float(item.get("scaleY", 1))
    return math.sqrt(abs(sides[0] * sides[1]))


def _check(strokes: Strokes) -> None:
    if len(strokes.paths) != len(strokes.pens) or min(strokes.size) < 1:
        raise ValueError
    if sum(map(len, strokes.paths)) > MAX_POINTS:
        raise ValueError
    for path, pen in zip(strokes.paths, strokes.pens, strict=True):
        is_path = path.ndim == 2 and path.shape[1] == 2 and len(path)  # noqa: PLR2004 - x, y
        if not (is_path and np.isfinite(path).all() and math.isfinite(pen) and pen > 0):
            raise ValueError
