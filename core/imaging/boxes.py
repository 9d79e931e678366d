"""Where things are in a picture, as boxes of whole pixels."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

Slices = tuple[slice, slice]


@dataclass(frozen=True)
class Box:
    """A rectangle of whole pixels.

    Attributes:
        top: First row.
        left: First column.
        height: Rows, at least 1.
        width: Columns, at least 1.
    """

    top: int
    left: int
    height: int
    width: int

    @property
    def bottom(self) -> int:
        """The row below the last one."""
        return self.top + self.height

    @property
    def right(self) -> int:
        """The column right of the last one."""
        return self.left + self.width

    @property
    def longer(self) -> int:
        """The longer side."""
        return max(self.height, self.width)

    @property
    def slices(self) -> Slices:
        """Cuts the box out of an array of shape (height, width)."""
        return np.s_[self.top : self.bottom, self.left : self.right]

    def within(self, outer: Self) -> Slices:
        """Cut the box out of what has been cut out as another box."""
        return type(self)(
            self.top - outer.top, self.left - outer.left, self.height, self.width
        ).slices

    def scaled(self, factor: float) -> Self:
        """Return the box in a picture that is larger by a factor."""
        top, left = int(self.top * factor), int(self.left * factor)
        bottom, right = round(self.bottom * factor), round(self.right * factor)
        return type(self)(top, left, max(1, bottom - top), max(1, right - left))

    @classmethod
    def of_slices(cls, slices: Slices) -> Self:
        """Return the box that slices cut out."""
        rows, columns = slices
        return cls(
            rows.start,
            columns.start,
            rows.stop - rows.start,
            columns.stop - columns.start,
        )

    @classmethod
    def around(cls, boxes: Iterable[Self]) -> Self:
        """Return the smallest box that has all of at least one in it."""
        all_of_them = tuple(boxes)
        top = min(each.top for each in all_of_them)
        left = min(each.left for each in all_of_them)
        bottom = max(each.bottom for each in all_of_them)
        right = max(each.right for each in all_of_them)
        return cls(top, left, bottom - top, right - left)

    @classmethod
    def of_mask(cls, mask: NDArray[np.bool_]) -> Self | None:
        """Return the box of what is true in a mask; None if nothing is."""
        rows, columns = np.flatnonzero(mask.any(axis=1)), np.flatnonzero(mask.any(0))
        if not rows.size:
            return None
        top, left = int(rows[0]), int(columns[0])
        return cls(top, left, int(rows[-1]) - top + 1, int(columns[-1]) - left + 1)
