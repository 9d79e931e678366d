"""The edges that Canny's detector finds, of many images at once.

J. Canny, "A computational approach to edge detection", IEEE PAMI 8 (1986): smooth, take
the gradient, keep where it is largest across the edge, and of what is weak only what
hangs together with what is strong.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy import ndimage

from core.evaluation.corrupting.warps import Images

SIGMA: Final = 1.0
LOW: Final = 0.1
HIGH: Final = 0.2

_NEIGHBOURS: Final = np.stack(
    [np.zeros((3, 3)), np.ones((3, 3)), np.zeros((3, 3))]
).astype(bool)
"""Pixels hang together with the eight around them, and with no other image."""


def canny(images: Images) -> Images:
    """Return 1.0 where the edges of images are, and 0.0 elsewhere."""
    smooth = _smoothed(images)
    across, down = _slope(smooth, axis=2), _slope(smooth, axis=1)
    strength = np.hypot(across, down)
    is_edge = _is_largest(strength, across, down)
    # The gradient at the border is made up.
    is_edge[:, [0, -1], :] = False
    is_edge[:, :, [0, -1]] = False
    weak, strong = is_edge & (strength >= LOW), is_edge & (strength >= HIGH)
    numbers, count = ndimage.label(weak, structure=_NEIGHBOURS)
    is_kept = np.zeros(count + 1, bool)
    is_kept[numbers[strong]] = True
    is_kept[0] = False
    edges: Images = is_kept[numbers].astype(np.float32)
    return edges


def _smoothed(images: Images) -> Images:
    """Blur without darkening the border, where there is nothing beyond."""
    sigmas = (SIGMA, SIGMA)
    blurred = ndimage.gaussian_filter(images, (0, *sigmas), mode="constant")
    ones = np.ones(images.shape[1:], np.float32)
    share = ndimage.gaussian_filter(ones, sigmas, mode="constant")
    smooth: Images = blurred / share
    return smooth


def _slope(images: Images, *, axis: int) -> Images:
    """Return Sobel's gradient along an axis of each image.

    `ndimage.sobel` would also smooth from one image to the next.
    """
    slopes = ndimage.correlate1d(images, [-1, 0, 1], axis=axis)
    smooth: Images = ndimage.correlate1d(slopes, [1, 2, 1], axis=3 - axis)
    return smooth


def _is_largest(strength: Images, across: Images, down: Images) -> NDArray[np.bool_]:
    """Tell where the gradient is at least as strong as on both sides of the edge.

    The sides are a pixel away in its direction, interpolated between two neighbours.
    """
    padded = np.pad(strength, [(0, 0), (1, 1), (1, 1)])
    height, width = strength.shape[1:]

    def at(right: int, below: int) -> Images:
        return padded[:, 1 + below : 1 + below + height, 1 + right : 1 + right + width]

    is_flat = np.abs(across) >= np.abs(down)
    larger = np.where(is_flat, np.abs(across), np.abs(down))
    smaller = np.where(is_flat, np.abs(down), np.abs(across))
    share = np.divide(smaller, larger, out=np.zeros_like(larger), where=larger > 0)
    is_falling = across * down >= 0
    largest = strength > 0
    for way in (1, -1):
        straight = np.where(is_flat, at(way, 0), at(0, way))
        diagonal = np.where(
            is_falling, at(way, way), np.where(is_flat, at(way, -way), at(-way, way))
        )
        largest &= strength >= (1 - share) * straight + share * diagonal
    return largest
