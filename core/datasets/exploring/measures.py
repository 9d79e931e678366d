"""Measure the handwriting: how thick the stroke is, how slanted, how wide, how dark.

Thickness needs neither a threshold nor a skeleton, so it is exact to parts of a pixel
where edges are grey. A stroke of radius r around a line of length L covers the area
A = 2 L r + c pi r^2 and has the perimeter P = 2 L + 2 c pi r, where c is the Euler
number: pieces minus holes (Steiner's formula for tubes; see Gray, "Tubes", 2004). So
A = P r - c pi r^2, which is solved for r. Area and perimeter are those of the level
sets, averaged over all levels: the sum of the ink, and the sum of the length of its
gradient (the coarea formula; Rudin, Osher and Fatemi, 1992, call it total variation).
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.exploring import chunks
from core.datasets.exploring.chunks import Report, silent
from core.types import ByteImages

_PAPER: Final = 0.05
"""Ink below this share of an image's strongest is paper when its box is measured."""

_HALF: Final = 0.5
"""Ink above this share of an image's strongest counts as stroke in its Euler number."""

_QUAD_CODES: Final = np.array([[1, 2], [4, 8]], dtype=np.uint8)
_EULER: Final = np.array([0, 1, 1, 0, 1, 0, -2, -1, 1, -2, 0, -1, 0, -1, -1, 0]) / 4


@dataclass(frozen=True, eq=False, kw_only=True)
class Measures:
    """What was measured of each image, float32 of shape (n,) each.

    Attributes:
        thickness: Mean width of the stroke in pixels; NaN for a blank image.
        slant: Angle to which the writing leans, in degrees between -90 and 90, more
            than 0 to the right; NaN for a blank image and for one row of pixels.
        aspect: Width of the box around the ink as a multiple of its height; NaN for
            a blank image.
        ink: Mean ink of all pixels, 0 to 1.
    """

    thickness: NDArray[np.float32]
    slant: NDArray[np.float32]
    aspect: NDArray[np.float32]
    ink: NDArray[np.float32]


def measure(images: ByteImages, report: Report = silent) -> Measures:
    """Measure each image.

    Args:
        images: uint8 of shape (n, height, width), 0 for paper and 255 for full ink.
        report: Is told the share that is done.
    """
    measured = np.empty((4, len(images)), dtype=np.float32)
    size = int(np.prod(images.shape[1:]))
    for piece in chunks.slices(len(images), report, num_values=size):
        ink = np.asarray(images[piece], dtype=np.float32) / np.float32(255)
        peak = ink.max(axis=(1, 2), keepdims=True)
        relative = np.divide(ink, peak, out=np.zeros_like(ink), where=peak > 0)
        blank = peak[:, 0, 0] == 0
        values = thicknesses(relative), slants(relative), aspects(relative)
        measured[:3, piece] = np.where(blank, np.nan, values)
        measured[3, piece] = ink.mean(axis=(1, 2))
    thickness, slant, aspect, darkness = measured
    return Measures(thickness=thickness, slant=slant, aspect=aspect, ink=darkness)


def thicknesses(ink: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean width of the stroke in pixels.

    Args:
        ink: float32 of shape (n, height, width), 0 to 1; 1 is the strongest of each
            image.

    Returns:
        float64 of shape (n,); 0 for a blank image.
    """
    padded = np.pad(ink, [(0, 0), (1, 1), (1, 1)])
    area = ink.sum(axis=(1, 2), dtype=np.float64)
    perimeter = _perimeters(padded)
    root = perimeter**2 - 4 * np.pi * _euler_numbers(padded) * area
    # Below 0 only by the error of the perimeter: no shape is rounder than a disc.
    total = perimeter + np.sqrt(np.maximum(root, 0))
    widths: NDArray[np.float64] = 4 * area / np.where(total > 0, total, 1)
    return widths


def _perimeters(ink: NDArray[np.float32]) -> NDArray[np.float64]:
    """Sum the length of the gradient, taken in the middle of each 2 x 2 pixels."""
    falling = ink[:, 1:, 1:] - ink[:, :-1, :-1]
    rising = ink[:, 1:, :-1] - ink[:, :-1, 1:]
    # The diagonals of a pixel are longer than its sides by the root of 2.
    falling *= falling
    rising *= rising
    falling += rising
    length = np.sqrt(falling, out=falling).sum(axis=(1, 2), dtype=np.float64)
    return np.asarray(length / np.sqrt(2))


def _euler_numbers(ink: NDArray[np.float32]) -> NDArray[np.float64]:
    """Count pieces minus holes; diagonal neighbours are connected.

    By the patterns of 2 x 2 pixels (S. B. Gray, "Local properties of binary images in
    two dimensions", IEEE Transactions on Computers, 1971).
    """
    stroke = (ink > _HALF).view(np.uint8)
    codes = stroke[:, :-1, :-1] * _QUAD_CODES[0, 0]
    codes += stroke[:, :-1, 1:] * _QUAD_CODES[0, 1]
    codes += stroke[:, 1:, :-1] * _QUAD_CODES[1, 0]
    codes += stroke[:, 1:, 1:] * _QUAD_CODES[1, 1]
    numbers: NDArray[np.float64] = _EULER[codes].sum(axis=(1, 2))
    return numbers


def slants(ink: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the angle of the shear that makes the writing upright.

    Its tangent is the covariance of column and height by the variance of the height,
    weighted by ink (Castro et al., "Morpho-MNIST", JMLR 2019).

    Args:
        ink: float32 of shape (n, height, width), 0 to 1.

    Returns:
        Degrees, float64 of shape (n,), more than 0 for a lean to the right; NaN for
        ink in at most one row.
    """
    height, width = ink.shape[1:]
    up = (height - 1) / 2 - np.arange(height)
    right = np.arange(width) - (width - 1) / 2
    grid_up, grid_right = np.meshgrid(up, right, indexing="ij")
    terms = (np.ones_like(grid_up), grid_up, grid_right, grid_up**2)
    basis = np.stack([*terms, grid_up * grid_right], axis=-1).reshape(-1, 5)
    moments = (ink.reshape(len(ink), -1) @ basis.astype(np.float32)).astype(float)
    total, sum_up, sum_right, sum_square, sum_product = moments.T
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = sum_square - sum_up**2 / total
        covariance = sum_product - sum_up * sum_right / total
        flat = ~(variance > total * height**2 * np.finfo(np.float32).eps)
    angles = np.degrees(np.arctan2(covariance, variance))
    return np.where(flat, np.nan, angles)


def aspects(ink: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the width of the box around the ink as a multiple of its height.

    Args:
        ink: float32 of shape (n, height, width), 0 to 1; 1 is the strongest of each
            image.

    Returns:
        float64 of shape (n,); meaningless for a blank image.
    """
    inked: NDArray[np.bool_] = ink > _PAPER
    columns, rows = (np.asarray(inked.any(axis=axis)) for axis in (1, 2))
    return _extents(columns) / _extents(rows)


def box_sizes(ink: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the mean side of the box around the ink, in pixels.

    It is the root of its area, so a thin 1 is smaller than a round 0 of its height.

    Args:
        ink: float32 of shape (n, height, width), 0 to 1; 1 is the strongest of each
            image.

    Returns:
        float64 of shape (n,); meaningless for a blank image.
    """
    inked: NDArray[np.bool_] = ink > _PAPER
    columns, rows = (np.asarray(inked.any(axis=axis)) for axis in (1, 2))
    sides: NDArray[np.float64] = np.sqrt(_extents(columns) * _extents(rows))
    return sides


def _extents(inked: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return how long it is from the first to the last of each row."""
    first = inked.argmax(axis=1)
    last = inked.shape[1] - 1 - inked[:, ::-1].argmax(axis=1)
    extents: NDArray[np.float64] = (last - first + 1).astype(np.float64)
    return extents
