"""From a picture file or the drawing canvas to the image that a model reads.

The terminal and the pages come through here, so that both see the same image.
"""

from pathlib import Path
from typing import BinaryIO

from core.imaging import ink, normalise, pictures
from core.imaging.normalise import NormalisationSteps
from core.imaging.pictures import RgbaImage
from core.types import GrayImage


def glyph_of_picture(source: Path | BinaryIO) -> GrayImage:
    """Read a picture of one character as an MNIST image.

    Args:
        source: A picture file, or an open one (an upload).

    Returns:
        The character, float32 of shape (28, 28) in [0, 1].

    Raises:
        BrokenPictureError: If it is no picture, or a damaged one.
        HugePictureError: If it has too many pixels.
        BlankDrawingError: If nothing stands out from the paper.
    """
    return steps_of_picture(pictures.read_picture(source)).glyph


def steps_of_picture(rgba: RgbaImage) -> NormalisationSteps:
    """Turn a picture of any colours into an MNIST image, with the images between.

    Args:
        rgba: A picture, uint8 of shape (height, width, 4).

    Returns:
        The ink's box, the square around it and the finished image.

    Raises:
        BlankDrawingError: If nothing stands out from the paper.
        PictureError: If the array is not a picture of bytes.
    """
    return normalise.to_mnist_steps(ink.ink_of_picture(rgba))


def steps_of_strokes(rgba: RgbaImage) -> NormalisationSteps:
    """Turn white strokes on black or on nothing into an MNIST image.

    Args:
        rgba: The drawing canvas, uint8 of shape (height, width, 4).

    Returns:
        The ink's box, the square around it and the finished image.

    Raises:
        BlankDrawingError: If nothing has been drawn.
        PictureError: If the array is not a picture of bytes.
    """
    return normalise.to_mnist_steps(ink.ink_of_strokes(rgba))
