"""Put the ink of one character into the ink style of a data set.

MNIST's style is that of `core.imaging.normalise`. EMNIST's characters fill 24 of 28
pixels, are blurred before they are made small, and are centred by their box, not by
their mass. The plain style is the whole picture.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.imaging import normalise
from core.types import GrayImage, InkStyle

_EMNIST_FILL: Final = 24 / 28
_EMNIST_BLUR: Final = 1 / 128  # of the longer side: sigma 1 in images of 128 pixels


def in_style(
    ink: GrayImage, style: InkStyle, image_shape: tuple[int, int]
) -> GrayImage:
    """Make a glyph of ink.

    Args:
        ink: Ink strength, float32 of shape (height, width), 0.0 for paper.
        style: The ink style of the glyph.
        image_shape: Height and width of the glyph.

    Returns:
        float32 of that shape, values in [0, 1].

    Raises:
        BlankDrawingError: If there is no ink.
    """
    if style == "plain":
        glyph = normalise.resample(_in_frame(ink, image_shape), *image_shape)
    elif style == "emnist":
        glyph = _emnist(normalise.to_mnist_steps(ink).box, image_shape)
    else:
        glyph = normalise.resample(normalise.to_mnist_format(ink), *image_shape)
    return np.clip(glyph, 0.0, 1.0).astype(np.float32)


def _in_frame(ink: GrayImage, image_shape: tuple[int, int]) -> GrayImage:
    """Add paper around ink, so that it has the proportions of the glyph."""
    height, width = ink.shape
    scale = max(height / image_shape[0], width / image_shape[1])
    missing = (
        max(0, round(side * scale) - length)
        for side, length in zip(image_shape, (height, width), strict=True)
    )
    return np.pad(ink, [(each // 2, each - each // 2) for each in missing])


def _emnist(box: GrayImage, image_shape: tuple[int, int]) -> NDArray[np.float64]:
    longer = max(box.shape)
    border = round(longer * (1 / _EMNIST_FILL - 1) / 2)
    framed = _in_frame(np.pad(box, border), image_shape)
    blurred = ndimage.gaussian_filter(framed, _EMNIST_BLUR * max(framed.shape))
    glyph = normalise.resample(blurred, *image_shape)
    return np.asarray(glyph / glyph.max())
