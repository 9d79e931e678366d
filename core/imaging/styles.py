"""Turn ink into an image as the data set that a model learned from made its own.

The three styles differ in what a model notices: MNIST's ink fills 20 of 28 pixels and
is centred by its mass; EMNIST's fills 24, is blurred and centred by its box; a plain
picture is only scaled. Other sizes than 28 x 28 keep these proportions. In an image
that is not square, the ink is sized by the shorter side and centred on both.
"""

import contextlib
from collections.abc import Mapping
from typing import Final

import numpy as np
from PIL import Image
from scipy import ndimage

from core.errors import BlankDrawingError
from core.imaging import normalise
from core.imaging.normalise import NormalisationSteps
from core.types import ByteImages, GrayImage, InkStyle

PEN_SHARES: Final[Mapping[InkStyle, float | None]] = {
    "mnist": 2.4 / 20,
    "emnist": 3.07 / 24,
    "plain": None,
}
"""Width of the pen as a share of the longer side of the ink, or None for any pen.

With these pens, traced characters are as thick as those of the data sets: the median
of the first 10,000 training images is 2.56 pixels in MNIST and 3.13 in EMNIST ByMerge,
by `core.datasets.exploring.measures`. Plain images have no common pen.
"""

_FILLED = 24 / 28  # of the shorter side, by the ink's longer side
# Longer side of a character when it is blurred, in pixels of NIST's images. Of 64 to
# 128, this gives drawings the edges of real EMNIST: steps of 0.755, there 0.754.
_NIST_SIDE = 128
_BLUR = 1.0  # standard deviation, in pixels of NIST's images


def glyph_steps(
    ink: GrayImage,
    style: InkStyle,
    shape: tuple[int, int],
    *,
    is_framed: bool = False,
) -> NormalisationSteps:
    """Crop, scale and centre a drawing in a style.

    In the plain style a picture is kept as a whole. A drawing on the canvas is cropped
    and centred by its box, with EMNIST's border and without its blur: where on a canvas
    somebody drew says nothing.

    Args:
        ink: Ink strength, float32 of shape (height, width) in [0, 1]. Any size.
        style: How the data set made its images.
        shape: Height and width of the result, 8 to 64 pixels each.
        is_framed: Whether the place of the ink in its picture was somebody's choice.

    Returns:
        The ink's box, the square around it and the finished image, float32 of
        `shape` in [0, 1].

    Raises:
        BlankDrawingError: If no pixel is darker than the ink threshold.
        PictureError: If the array is not one image of finite numbers.
    """
    if style == "mnist":
        return normalise.to_mnist_steps(ink, shape)
    box = normalise.cropped(ink)
    if style == "plain" and is_framed:
        return _whole(ink, box, shape)
    square = _in_square(_blurred(box) if style == "emnist" else box)
    side = min(shape)
    glyph = _scaled(square, side, is_smooth=style == "emnist")
    return NormalisationSteps(
        ink=ink,
        box=box,
        square=square,
        glyph=_in_field(glyph, shape),
        corner=((shape[0] - side) // 2, (shape[1] - side) // 2),
        side=side,
    )


def restyle(images: ByteImages, style: InkStyle, shape: tuple[int, int]) -> ByteImages:
    """Put images of upright characters into a style; blank ones stay blank.

    Args:
        images: Uint8 of shape (n, height, width), 0 is paper and 255 full ink.
        style: The style to put them into. In the plain one the whole image is
            scaled, for it is framed already.
        shape: Height and width of the results.

    Returns:
        As many images, uint8 of shape (n, *shape).
    """
    restyled = np.zeros((len(images), *shape), dtype=np.uint8)
    for index, image in enumerate(images):
        ink = image.astype(np.float32) / np.float32(255)
        with contextlib.suppress(BlankDrawingError):
            glyph = glyph_steps(ink, style, shape, is_framed=True).glyph
            restyled[index] = np.rint(glyph * 255)
    return restyled


def _whole(
    ink: GrayImage, box: GrayImage, shape: tuple[int, int]
) -> NormalisationSteps:
    """Scale a whole picture, after paper was added until it has the proportions."""
    height, width = ink.shape
    scale = max(height / shape[0], width / shape[1])
    missing = (
        max(0, round(side * scale) - length)
        for side, length in zip(shape, (height, width), strict=True)
    )
    frame = np.pad(ink, [(each // 2, each - each // 2) for each in missing])
    glyph = np.clip(normalise.resample(frame, *shape), 0.0, 1.0).astype(np.float32)
    return NormalisationSteps(
        ink=ink, box=box, square=frame, glyph=glyph, corner=(0, 0), side=shape[0]
    )


def _blurred(box: GrayImage) -> GrayImage:
    """Scale a box to the size that NIST scanned characters in, and blur it."""
    scale = _NIST_SIDE / max(box.shape)
    height, width = (max(1, round(side * scale)) for side in box.shape)
    sized = normalise.resample(box, height, width).astype(np.float32)
    margin = round(4 * _BLUR)
    return normalise.cropped(ndimage.gaussian_filter(np.pad(sized, margin), _BLUR))


def _in_square(box: GrayImage) -> GrayImage:
    side = round(max(box.shape) / _FILLED)
    return _in_field(box, (side, side))


def _scaled(square: GrayImage, side: int, *, is_smooth: bool) -> GrayImage:
    if is_smooth:
        picture = Image.fromarray(square).resize((side, side), Image.Resampling.BICUBIC)
        small = np.asarray(picture, dtype=np.float64)
    else:
        small = normalise.resample(square, side, side)
    return np.asarray(np.clip(small / small.max(), 0.0, 1.0), dtype=np.float32)


def _in_field(image: GrayImage, shape: tuple[int, int]) -> GrayImage:
    """Put an image in the middle of a blank one that is at least as large."""
    field = np.zeros(shape, dtype=np.float32)
    (height, width), (rows, columns) = image.shape, shape
    top, left = (rows - height) // 2, (columns - width) // 2
    field[top : top + height, left : left + width] = image
    return field
