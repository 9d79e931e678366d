"""Writing made of bars and rings, for tests."""

import math
from collections.abc import Sequence

import numpy as np

from core.imaging import strokes
from core.imaging.strokes import Strokes
from core.types import GrayImage

PEN = 10.0
SIZE = (200, 600)

Path = Sequence[tuple[float, float]]


def bar(x: float, *, top: float = 50, bottom: float = 150) -> Path:
    """Draw a 1."""
    return [(x, top), (x, bottom)]


def ring(x: float, *, y: float = 100, radius: float = 50, wide: float = 0.7) -> Path:
    """Draw a 0 around a place."""
    turns = [step / 40 * 2 * math.pi for step in range(41)]
    return [
        (x + wide * radius * math.sin(turn), y - radius * math.cos(turn))
        for turn in turns
    ]


def dash(x: float, y: float, *, width: float = 50) -> Path:
    """Draw a horizontal stroke, from left to right around a place."""
    return [(x - width / 2, y), (x + width / 2, y)]


def dot(x: float, y: float) -> Path:
    """Draw a dot."""
    return [(x, y)]


def drawn(*paths: Path, size: tuple[int, int] = SIZE) -> Strokes:
    """Draw paths with one pen."""
    arrays = tuple(np.array(path, np.float32) for path in paths)
    return Strokes(arrays, (PEN,) * len(paths), size)


def written(*paths: Path, size: tuple[int, int] = SIZE) -> GrayImage:
    """Write paths with one pen, as ink."""
    return strokes.ink(drawn(*paths, size=size))
