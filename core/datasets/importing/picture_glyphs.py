"""From a picture of one character to the glyph that is imported."""

import numpy as np

from core.imaging import glyphs, normalise
from core.imaging.pictures import RgbaImage
from core.types import ByteImages, InkStyle

_DARK = 64  # of 255: the paper of glyphs is black
_OPAQUE = 255


def glyph(rgba: RgbaImage, style: InkStyle, image_shape: tuple[int, int]) -> ByteImages:
    """Turn a picture into a glyph, the way that a drawing goes.

    Args:
        rgba: The picture, uint8 of shape (height, width, 4).
        style: The ink style to put it into.
        image_shape: Height and width of the glyph.

    Returns:
        uint8 of that shape, 0 for paper and 255 for full ink.

    Raises:
        BlankDrawingError: If nothing stands out from the paper.
    """
    del style
    small = normalise.resample(glyphs.steps_of_picture(rgba).glyph, *image_shape)
    return np.asarray(np.rint(np.clip(small, 0, 1) * 255), np.uint8)


def as_it_is(rgba: RgbaImage, image_shape: tuple[int, int]) -> ByteImages | None:
    """Return a picture that is a glyph already, grey ink on black of the right size.

    Returns:
        uint8 of shape (height, width); None if it is something else.
    """
    red, green, blue, alpha = np.moveaxis(rgba, -1, 0)
    border = np.concatenate([red[0], red[-1], red[:, 0], red[:, -1]])
    is_glyph = (
        rgba.shape[:2] == image_shape
        and bool((alpha == _OPAQUE).all())
        and np.array_equal(red, green)
        and np.array_equal(red, blue)
        and float(np.median(border)) < _DARK
    )
    return red.copy() if is_glyph else None
