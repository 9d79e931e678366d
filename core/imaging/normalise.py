"""Turn ink into an image like those the models were trained on.

MNIST digits are bright ink on black, scaled so that the longer side of the
ink's bounding box is 20 pixels, then placed in a 28 x 28 field with the centre
of mass in the middle. A drawing that skips any of these steps is a different
kind of image, and a model that is 99 % right on the test set misreads it.

The steps are those that the QMNIST authors recovered from the original files,
with two facts nobody would guess: a character under 20 pixels is doubled by
repeating pixels before it is scaled, and the centre of mass lands near index
14.0, not in the true middle of 28 pixels, which is 13.5.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import BlankDrawingError, PictureError
from core.types import GrayImage

GLYPH_SIDE = 28
BOX_SIDE = 20

INK_THRESHOLD = 0.05
"""Weaker pixels are paper when the bounding box is measured."""

_LEAST_SIDE = 10
_MOST_SIDE = 1000  # bounds memory: a 5 x 100,000 line would need a huge square


@dataclass(frozen=True)
class NormalisationSteps:
    """What a drawing looks like on its way to an MNIST image.

    Attributes:
        ink: All of the ink, float32 (height, width) in [0, 1].
        box: The ink's bounding box, float32 (height, width) in [0, 1]; boxes
            longer than 1,000 pixels are reduced to that.
        square: The box in the middle of a square, float32 (side, side) in [0, 1].
        glyph: The finished image, float32 (height, width) in [0, 1].
        corner: Row and column of the finished image at which the square begins.
        side: Side of the square in the finished image, in pixels.
        remarks: What was removed from its picture, a sentence each.
        doubt: Why it is uncertain what the character is, and what to do; empty if it
            is certain.
    """

    ink: GrayImage
    box: GrayImage
    square: GrayImage
    glyph: GrayImage
    corner: tuple[int, int]
    side: int
    remarks: tuple[str, ...] = ()
    doubt: str = ""

    @property
    def centred(self) -> GrayImage:
        """The finished image before it is reduced to its pixels; float32, in [0, 1]."""
        unit = self.square.shape[0] / self.side
        height, width = (round(length * unit) for length in self.glyph.shape)
        top, left = (round(place * unit) for place in self.corner)
        field = np.zeros((height, width), np.float32)
        part = field[top : top + len(self.square), left : left + self.square.shape[1]]
        part[:] = self.square[: part.shape[0], : part.shape[1]]
        return field


def to_mnist_format(ink: GrayImage) -> GrayImage:
    """Crop, scale and centre a drawing as MNIST did its digits.

    Args:
        ink: Ink strength, float32 of shape (height, width), 0.0 for paper and
            1.0 for full ink. Any size.

    Returns:
        The same ink, float32 of shape (28, 28), values in [0, 1].

    Raises:
        BlankDrawingError: If no pixel is darker than the ink threshold.
        PictureError: If the array is not one image of finite numbers.
    """
    return to_mnist_steps(ink).glyph


def to_mnist_steps(
    ink: GrayImage, shape: tuple[int, int] = (GLYPH_SIDE, GLYPH_SIDE)
) -> NormalisationSteps:
    """Do what `to_mnist_format` does and keep the images between.

    Args:
        ink: Ink strength, float32 of shape (height, width), 0.0 for paper and
            1.0 for full ink. Any size.
        shape: Height and width of the finished image; the box fills 20/28 of the
            shorter side.

    Returns:
        The cropped box, the square around it and the finished image.

    Raises:
        BlankDrawingError: If no pixel is darker than the ink threshold.
        PictureError: If the array is not one image of finite numbers.
    """
    box = cropped(ink)
    square = _in_square(box)
    glyph, corner = _finish(square, shape)
    side = _box_side(shape)
    return NormalisationSteps(
        ink=ink, box=box, square=square, glyph=glyph, corner=corner, side=side
    )


def cropped(ink: GrayImage) -> GrayImage:
    """Return the ink's bounding box, reduced to at most 1,000 pixels a side.

    Raises:
        BlankDrawingError: If no pixel is darker than the ink threshold.
        PictureError: If the array is not one image of finite numbers.
    """
    _check(ink)
    return _bounded(_crop(ink))


def resample(image: GrayImage, height: int, width: int) -> NDArray[np.float64]:
    """Scale an image so that each new pixel is the mean of the area it covers.

    Args:
        image: Ink strength of shape (rows, columns).
        height: Rows of the result.
        width: Columns of the result.

    Returns:
        The scaled image, float64 of shape (height, width), in the same range.
    """
    rows = _area_weights(image.shape[0], height)
    columns = _area_weights(image.shape[1], width)
    return rows @ image @ columns.T


def _check(ink: GrayImage) -> None:
    if ink.ndim != 2 or not np.isfinite(ink).all():  # noqa: PLR2004 - rows, columns
        message = (
            "Expected ink of shape (height, width) with finite values, got an array "
            f"of shape {ink.shape}. Turn a picture into ink with core.imaging.ink."
        )
        raise PictureError(message)
    if not (ink > INK_THRESHOLD).any():
        message = (
            "Expected a drawing with at least one inked pixel, "
            f"got a blank one of shape {ink.shape}. Draw a character first."
        )
        raise BlankDrawingError(message)


def _crop(ink: GrayImage) -> GrayImage:
    inked = ink > INK_THRESHOLD
    rows = np.flatnonzero(inked.any(axis=1))
    columns = np.flatnonzero(inked.any(axis=0))
    box = ink[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return np.clip(box, 0.0, 1.0).astype(np.float32)


def _bounded(box: GrayImage) -> GrayImage:
    scale = _MOST_SIDE / max(box.shape)
    if scale >= 1:
        return box
    height, width = (max(1, round(side * scale)) for side in box.shape)
    return resample(box, height, width).astype(np.float32)


def _in_square(box: GrayImage) -> GrayImage:
    height, width = box.shape
    side = max(height, width, _LEAST_SIDE)
    square = np.zeros((side, side), dtype=np.float32)
    top, left = (side - height) // 2, (side - width) // 2
    square[top : top + height, left : left + width] = box
    return square


def _box_side(shape: tuple[int, int]) -> int:
    return round(min(shape) * BOX_SIDE / GLYPH_SIDE)


def _finish(
    square: GrayImage, shape: tuple[int, int]
) -> tuple[GrayImage, tuple[int, int]]:
    """Scale and centre; also returns the row and column at which the box begins."""
    side = _box_side(shape)
    while square.shape[0] < side:
        square = square.repeat(2, axis=0).repeat(2, axis=1)
    small = resample(square, side, side)
    small /= small.max()
    top = _offset(small.sum(axis=1), shape[0])
    left = _offset(small.sum(axis=0), shape[1])
    glyph = np.zeros(shape, dtype=np.float32)
    glyph[top : top + side, left : left + side] = small
    return glyph, (top, left)


def _offset(profile: NDArray[np.float64], length: int) -> int:
    """Return where the box begins: of 28 pixels, its centre of mass is near 14.0."""
    centres = np.arange(profile.size) + 0.5
    barycentre = float(profile @ centres / profile.sum())
    middle = length * 15 / GLYPH_SIDE
    return min(max(int(middle - barycentre), 0), length - profile.size)


def _area_weights(old: int, new: int) -> NDArray[np.float64]:
    """Return the (new, old) matrix of how much of each old pixel a new one covers."""
    edges = np.linspace(0.0, old, new + 1)
    starts = np.arange(old)
    overlap = np.minimum(edges[1:, None], starts + 1) - np.maximum(
        edges[:-1, None], starts
    )
    return np.asarray(np.clip(overlap, 0.0, None) * (new / old), dtype=np.float64)
