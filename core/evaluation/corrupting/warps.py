"""Move, turn, stretch and smear images: all that is one matrix for all pixels.

Each pixel of the result is a weighted sum of a few pixels of the image, so the whole
change is a sparse matrix, and thousands of images are one product with it.
"""

import functools
from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_array

Images = NDArray[np.float32]
"""float32 of shape (n, height, width); 0.0 is paper, 1.0 is full ink."""

REFERENCE_SIDE: Final = 28
"""Side in pixels of the images for which lengths are told."""


def unit(images: Images) -> float:
    """Return how many pixels are as long as one pixel of an image of 28."""
    return float(max(images.shape[1:]) / REFERENCE_SIDE)


def turn(angle: float) -> NDArray[np.float64]:
    """Return the matrix of a rotation by an angle in radians."""
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine], [sine, cosine]])


def as_ink(values: NDArray[np.floating]) -> Images:
    """Cut values off at paper and full ink."""
    ink: Images = np.clip(values, 0, 1).astype(np.float32, copy=False)
    return ink


def affine(
    images: Images,
    matrices: Sequence[NDArray[np.float64]],
    which: NDArray[np.int64],
    *,
    shifts: Sequence[tuple[float, float]] | None = None,
) -> Images:
    """Change images by one of some affine maps each, about their middle.

    Args:
        images: What to change.
        matrices: Each of shape (2, 2): from the place (x, y) of a pixel of the result,
            seen from the middle, to where its ink comes from.
        which: int64 of shape (n,): the map of each image.
        shifts: What is added to where the ink comes from, (x, y) in pixels; none
            unless given.

    Returns:
        The images, linearly interpolated; what comes from outside is paper.
    """
    height, width = images.shape[1:]
    changed = np.empty_like(images)
    for number, matrix in enumerate(matrices):
        chosen = np.flatnonzero(which == number)
        if len(chosen):
            shift = (0.0, 0.0) if shifts is None else shifts[number]
            operator = _affine_operator(
                (height, width), tuple(matrix.ravel().tolist()), shift
            )
            changed[chosen] = _apply(operator, images[chosen])
    return changed


def motion_blur(
    images: Images, angles: NDArray[np.int64], *, radius: float, sigma: float
) -> Images:
    """Smear images along a direction, more of what is near than of what is far.

    Args:
        images: What to smear.
        angles: int64 of shape (n,), whole degrees.
        radius: Length of the smear in pixels.
        sigma: Standard deviation of its weights in pixels.
    """
    reach = max(round(2 * radius), 1)
    weights = np.exp(-(np.arange(reach + 1) ** 2) / (2 * sigma**2))
    smeared = np.empty_like(images)
    for angle in np.unique(angles):
        chosen = np.flatnonzero(angles == angle)
        operator = _smear_operator(
            (images.shape[1], images.shape[2]),
            float(np.radians(angle)),
            tuple((weights / weights.sum()).tolist()),
        )
        smeared[chosen] = _apply(operator, images[chosen])
    return smeared


def _apply(operator: csr_array, images: Images) -> Images:
    columns = np.ascontiguousarray(images.reshape(len(images), -1).T)
    made: Images = np.ascontiguousarray((operator @ columns).T)
    return as_ink(made.reshape(images.shape))


@functools.lru_cache(maxsize=8)
def _affine_operator(
    shape: tuple[int, int], numbers: tuple[float, ...], shift: tuple[float, float]
) -> csr_array:
    height, width = shape
    matrix = np.array(numbers).reshape(2, 2)
    middle = np.array([[(width - 1) / 2], [(height - 1) / 2]])
    rows, columns = np.divmod(np.arange(height * width), width)
    x, y = matrix @ (np.stack([columns, rows]) - middle) + middle
    x, y = x + shift[0], y + shift[1]
    left, top = np.floor(x).astype(int), np.floor(y).astype(int)
    parts = []
    for down in (0, 1):
        for across in (0, 1):
            weight = (1 - np.abs(x - left - across)) * (1 - np.abs(y - top - down))
            parts.append((left + across, top + down, weight))
    return _operator(shape, parts)


@functools.lru_cache(maxsize=20)
def _smear_operator(
    shape: tuple[int, int], angle: float, weights: tuple[float, ...]
) -> csr_array:
    height, width = shape
    rows, columns = np.divmod(np.arange(height * width), width)
    parts = [
        (
            # What lies beyond an edge is like the edge.
            np.clip(columns + round(number * np.cos(angle)), 0, width - 1),
            np.clip(rows + round(number * np.sin(angle)), 0, height - 1),
            np.full(height * width, weight),
        )
        for number, weight in enumerate(weights)
    ]
    return _operator(shape, parts)


def _operator(
    shape: tuple[int, int],
    parts: Sequence[tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.float64]]],
) -> csr_array:
    """Sum weighted pixels (column, row, weight) of the image for each of the result."""
    height, width = shape
    size = height * width
    column, row, weight = (np.concatenate(part) for part in zip(*parts, strict=True))
    target = np.tile(np.arange(size), len(parts))
    inside = (column >= 0) & (column < width) & (row >= 0) & (row < height)
    inside &= weight > 0
    places = target[inside], row[inside] * width + column[inside]
    return csr_array((weight[inside].astype(np.float32), places), shape=(size, size))
