"""What images without a description look like: their ink style, light or dark paper."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import ByteImages, InkStyle

_INK: Final = 32  # of 255: what blur and noise leave beside a stroke is weaker
_LIGHT: Final = 200
_MNIST_FILL: Final = (0.64, 0.78)  # 20 of 28 pixels is 0.71
_EMNIST_FILL: Final = (0.78, 0.93)  # 24 of 28 pixels is 0.86
_MAX_LOOKED_AT: Final = 2000


def has_light_paper(images: ByteImages) -> bool:
    """Tell whether the images have dark ink on light paper.

    Args:
        images: uint8 of shape (n, height, width), 0 for black.
    """
    some = images[:_MAX_LOOKED_AT]
    edges = (some[:, 0], some[:, -1], some[:, :, 0], some[:, :, -1])
    border = np.concatenate([edge.ravel() for edge in edges])
    return bool(np.median(border) >= _LIGHT)


def guess_ink_style(images: ByteImages) -> InkStyle:
    """Guess how images were made from ink, by how much of the field their ink fills.

    Args:
        images: uint8 of shape (n, height, width), 0 for paper and 255 for full ink.
    """
    some = np.asarray(images[:_MAX_LOOKED_AT] > _INK)
    height = _extents(np.any(some, axis=2))
    width = _extents(np.any(some, axis=1))
    fill = float(np.median(np.maximum(height, width)))
    if _MNIST_FILL[0] <= fill < _MNIST_FILL[1]:
        return "mnist"
    return "emnist" if _EMNIST_FILL[0] <= fill < _EMNIST_FILL[1] else "plain"


def _extents(inked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return the share of the side that lies between the first and last inked line."""
    first = inked.argmax(axis=1)
    last = inked.shape[1] - inked[:, ::-1].argmax(axis=1)
    extents = np.where(inked.any(axis=1), last - first, 0)
    return np.asarray(extents / inked.shape[1])
