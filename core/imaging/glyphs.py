"""From a picture file or the drawing canvas to the image that a model reads.

The terminal and the pages come through here, so that both see the same image.
"""

import dataclasses
from pathlib import Path
from typing import BinaryIO

from core.imaging import ink, pictures, redraw, strokes, styles
from core.imaging.ink import PictureInk
from core.imaging.normalise import NormalisationSteps
from core.imaging.pictures import RgbaImage
from core.imaging.strokes import Strokes
from core.types import GrayImage, InkStyle


def glyph_of_picture(
    source: Path | BinaryIO, style: InkStyle, shape: tuple[int, int]
) -> GrayImage:
    """Read a picture of one character as an image of a data set.

    Args:
        source: A picture file, or an open one (an upload).
        style: How the data set made its images from ink.
        shape: Height and width of its images, in pixels.

    Returns:
        The character, float32 of that shape in [0, 1].

    Raises:
        BrokenPictureError: If it is no picture, or a damaged one.
        HugePictureError: If it has too many pixels.
        BlankDrawingError: If nothing stands out from the paper.
    """
    return steps_of_picture(pictures.read_picture(source), style, shape).glyph


def steps_of_picture(
    rgba: RgbaImage, style: InkStyle, shape: tuple[int, int]
) -> NormalisationSteps:
    """Turn a picture of any colours into such an image, with the images between.

    Args:
        rgba: A picture, uint8 of shape (height, width, 4).
        style: How the data set made its images from ink.
        shape: Height and width of its images, in pixels.

    Returns:
        The ink's box, the square around it and the finished image.

    Raises:
        BlankDrawingError: If nothing stands out from the paper.
        PictureError: If the array is not a picture of bytes.
    """
    return steps_of_ink(ink.read_character_ink(rgba), style, shape)


def steps_of_ink(
    found: PictureInk, style: InkStyle, shape: tuple[int, int]
) -> NormalisationSteps:
    """Turn the ink of one character in a picture into such an image.

    Args:
        found: The ink, with what there is to say about it.
        style: How the data set made its images from ink.
        shape: Height and width of its images, in pixels.

    Returns:
        The ink's box, the square around it, the finished image, and the remarks.

    Raises:
        BlankDrawingError: If there is no ink.
    """
    steps = styles.glyph_steps(found.ink, style, shape, is_framed=True)
    return dataclasses.replace(steps, remarks=found.remarks, doubt=found.doubt)


def steps_of_strokes(
    drawn: Strokes, style: InkStyle, shape: tuple[int, int]
) -> NormalisationSteps:
    """Turn what a pen drew into such an image, with the pen of the data set.

    Args:
        drawn: The strokes, of any pen.
        style: How the data set made its images from ink.
        shape: Height and width of its images, in pixels.

    Returns:
        The ink's box, the square around it and the finished image.

    Raises:
        BlankDrawingError: If nothing has been drawn.
    """
    share = styles.PEN_SHARES[style]
    found = strokes.ink(drawn) if share is None else redraw.redrawn(drawn, share)
    return styles.glyph_steps(found, style, shape)
