"""A part of a picture: where it is cut out tells which ink is meant."""

from dataclasses import dataclass
from typing import Self

import numpy as np

from core.imaging.pictures import RgbaImage

LEAST = 0.01
"""The least width and height of a part, as a share of the picture's."""


@dataclass(frozen=True)
class Crop:
    """A part of a picture, in shares of its width and height from the top left.

    Attributes:
        left: Where it begins, from 0 to 1.
        top: Where it begins, from 0 to 1.
        right: Where it ends.
        bottom: Where it ends.
    """

    left: float = 0.0
    top: float = 0.0
    right: float = 1.0
    bottom: float = 1.0

    @classmethod
    def between(cls, across: tuple[float, float], down: tuple[float, float]) -> Self:
        """Return the part between two places, in any order, of which there is some.

        Args:
            across: Two places in shares of the width; what is outside is cut off.
            down: Two places in shares of the height.
        """
        left, right = _ends(across)
        top, bottom = _ends(down)
        return cls(left, top, right, bottom)

    @property
    def is_whole(self) -> bool:
        """Whether nothing is cut off."""
        return self == Crop()

    def of(self, picture: RgbaImage) -> RgbaImage:
        """Cut the part out of a picture, uint8 of shape (height, width, 4)."""
        height, width = picture.shape[:2]
        rows = _pixels(self.top, self.bottom, height)
        columns = _pixels(self.left, self.right, width)
        return np.ascontiguousarray(picture[rows, columns])


def _ends(places: tuple[float, float]) -> tuple[float, float]:
    low, high = sorted(min(max(each, 0.0), 1.0) for each in places)
    low = min(low, 1.0 - LEAST)
    return low, max(high, low + LEAST)


def _pixels(low: float, high: float, total: int) -> slice:
    start = min(int(low * total), total - 1)
    return slice(start, max(round(high * total), start + 1))
