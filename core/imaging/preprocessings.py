"""The same character on four ways to a model input, from the naive to the exact one.

What most drawing apps do is the first: resize the canvas. What each further step is
worth shows in the model's answer, on the Draw page and in `benchmarks/drawings.py`.
"""

from collections.abc import Callable, Mapping
from typing import Final, Literal

import numpy as np

from core.errors import BlankDrawingError
from core.imaging import glyphs, normalise, paper, strokes, styles
from core.imaging.pictures import RgbaImage
from core.imaging.strokes import Strokes
from core.types import GrayImage, InkStyle

Preprocessing = Literal["naive", "box", "exact", "strokes"]
Shape = tuple[int, int]

_HALF: Final = 0.5


def of_strokes(
    drawn: Strokes, style: InkStyle, shape: Shape
) -> Mapping[Preprocessing, GrayImage]:
    """Make a drawing a model input in all four ways.

    Args:
        drawn: What was drawn.
        style: How the data set made its images from ink.
        shape: Height and width of its images, in pixels.

    Returns:
        Each model input, float32 of that shape in [0, 1], the naive one first.

    Raises:
        BlankDrawingError: If nothing has been drawn.
    """
    ink = strokes.ink(drawn)
    return {
        "naive": naive(ink, shape),
        "box": box_only(ink, shape),
        "exact": styles.glyph_steps(ink, style, shape).glyph,
        "strokes": glyphs.steps_of_strokes(drawn, style, shape).glyph,
    }


def of_picture(
    rgba: RgbaImage, style: InkStyle, shape: Shape
) -> Mapping[Preprocessing, GrayImage]:
    """Make a picture a model input in the three ways that need no paths.

    Args:
        rgba: A picture, uint8 of shape (height, width, 4).
        style: How the data set made its images from ink.
        shape: Height and width of its images, in pixels.

    Returns:
        Each model input, float32 of that shape in [0, 1], the naive one first; a blank
        one where a way has found nothing.

    Raises:
        BlankDrawingError: If nothing stands out from the paper.
        PictureError: If the array is not a picture of bytes.
    """
    exact = glyphs.steps_of_picture(rgba, style, shape).glyph
    bright = bright_ink(rgba)
    return {
        "naive": naive(bright, shape),
        "box": or_blank(lambda: box_only(strong(bright), shape), shape),
        "exact": exact,
    }


def naive(bright: GrayImage, shape: Shape) -> GrayImage:
    """Resize a picture to the shape, whatever its proportions.

    Args:
        bright: Brightness, float32 of shape (height, width) in [0, 1].
        shape: Height and width of the result.
    """
    return np.clip(normalise.resample(bright, *shape), 0.0, 1.0).astype(np.float32)


def box_only(bright: GrayImage, shape: Shape) -> GrayImage:
    """Crop to the ink, and resize the box until it fills the image.

    Args:
        bright: Brightness, float32 of shape (height, width) in [0, 1].
        shape: Height and width of the result.

    Raises:
        BlankDrawingError: If no pixel is brighter than the ink threshold.
    """
    box = normalise.cropped(bright)
    scale = min(shape[0] / box.shape[0], shape[1] / box.shape[1])
    height, width = (max(1, round(side * scale)) for side in box.shape)
    glyph = np.zeros(shape, np.float32)
    top, left = (shape[0] - height) // 2, (shape[1] - width) // 2
    glyph[top : top + height, left : left + width] = naive(box, (height, width))
    return glyph


def bright_ink(rgba: RgbaImage) -> GrayImage:
    """Return the brightness, inverted for a picture that is bright on average."""
    grey = paper.brightness(rgba)
    return 1 - grey if grey.mean() > _HALF else grey


def strong(bright: GrayImage) -> GrayImage:
    """Return what is brighter than half; the rest is taken for paper."""
    return np.where(bright > _HALF, bright, np.float32(0))


def or_blank(make: Callable[[], GrayImage], shape: Shape) -> GrayImage:
    """Return what is made; a blank image where no ink is found."""
    try:
        return make()
    except BlankDrawingError:
        return np.zeros(shape, np.float32)
