"""Images of any size as tiles of one size, for a mosaic."""

from typing import Final

import numpy as np
from PIL import Image

from core.types import ByteImages, GrayImage

BESIDE: Final = 128
"""Grey: what is beside an image, for ink is white and paper black."""


def thumbnail(image: GrayImage, side: int) -> ByteImages:
    """Fit an image into a square, grey where it has no pixels.

    A lone stroke, cropped, would be ten times as high as wide otherwise.

    Args:
        image: float32 of shape (height, width) in [0, 1].
        side: Side of the square, in pixels.

    Returns:
        uint8 of shape (side, side). Small images are enlarged in whole pixels.
    """
    pixels = np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)
    longer = max(image.shape)
    if longer <= side:
        times = side // longer
        sized = pixels.repeat(times, axis=0).repeat(times, axis=1)
    else:
        height, width = (max(1, round(each * side / longer)) for each in image.shape)
        fitted = Image.fromarray(pixels).resize((width, height), Image.Resampling.BOX)
        sized = np.asarray(fitted)
    square = np.full((side, side), BESIDE, np.uint8)
    top, left = (side - sized.shape[0]) // 2, (side - sized.shape[1]) // 2
    square[top : top + sized.shape[0], left : left + sized.shape[1]] = sized
    return square
