"""Find the images that differ least from a given one, exactly and at once.

The difference between two codes of `components` is at most that between their images.
So images are looked at in the order of their codes' differences, and the search is
over as soon as that of the next one is larger than what was found.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.exploring import chunks
from core.datasets.exploring.components import Codes, Components, exact_codes
from core.types import ByteImages, Indices

_BATCH: Final = 512

_ROUNDING: Final = 2.0**-11
"""The largest error of a number of 16 bits, as a share of it."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Neighbours:
    """The images that differ least from one image, the nearest first.

    Attributes:
        indices: Where they are, int64 of shape (found,).
        differences: Root of the mean squared difference of their pixels, 0 to 1, or
            distance of their features, float32 of shape (found,).
    """

    indices: Indices
    differences: NDArray[np.float32]


def nearest(
    image: ByteImages,
    images: ByteImages,
    codes: Codes,
    components: Components,
    *,
    count: int,
) -> Neighbours:
    """Find the images whose pixels differ least from those of an image.

    Args:
        image: uint8 of shape (height, width).
        images: The images to search, uint8 of shape (n, height, width).
        codes: Their codes, float16 of shape (n, components + 1).
        components: The directions of the codes.
        count: How many to find, at least 1; fewer are found if fewer exist. If the
            image is one of `images`, it is found first.
    """
    bounds = _least_distances(exact_codes(image[np.newaxis], components)[0], codes)
    found = np.empty(0, dtype=np.int64)
    distances = np.empty(0, dtype=np.float32)
    query = chunks.rows(image[np.newaxis])[0]
    for batch in _nearest_first(bounds):
        limit = distances[-1] if len(distances) >= count else np.inf
        candidates = np.sort(batch[bounds[batch] <= limit])
        if len(candidates) == 0:
            break
        ink = chunks.rows(images[candidates])
        found = np.concatenate([found, candidates])
        distances = np.append(distances, np.linalg.norm(ink - query, axis=1))
        best = np.lexsort((found, distances))[:count]
        found, distances = found[best], distances[best]
    return Neighbours(
        indices=found, differences=distances / np.float32(np.sqrt(image.size))
    )


def nearest_without_codes(
    image: ByteImages, images: ByteImages, *, count: int
) -> Neighbours:
    """Find the same as `nearest` by looking at every pixel of every image.

    Args:
        image: uint8 of shape (height, width).
        images: The images to search, uint8 of shape (n, height, width).
        count: How many to find.
    """
    query = chunks.rows(image[np.newaxis])[0]
    distances = np.empty(len(images), np.float32)
    for piece in chunks.slices(len(images), num_values=max(image.size, 1)):
        ink = chunks.rows(images[piece])
        ink -= query
        distances[piece] = np.sqrt(np.einsum("ij,ij->i", ink, ink))
    return _best(distances, count=count, scale=image.size)


def nearest_features(
    query: NDArray[np.float32],
    features: NDArray[np.float16] | NDArray[np.float32],
    *,
    count: int,
) -> Neighbours:
    """Find the images whose features differ least from those of an image.

    Args:
        query: Its features, of shape (units,).
        features: Those of the images to search, of shape (n, units).
        count: How many to find.
    """
    distances = np.empty(len(features), np.float32)
    for piece in chunks.slices(len(features), num_values=max(len(query), 1)):
        rows = features[piece].astype(np.float32)
        rows -= query
        distances[piece] = np.sqrt(np.einsum("ij,ij->i", rows, rows))
    return _best(distances, count=count, scale=1)


def _best(distances: NDArray[np.float32], *, count: int, scale: int) -> Neighbours:
    """Choose the smallest distances; of equal ones the first."""
    found = np.arange(len(distances))
    if count < len(distances):
        limit = np.partition(distances, count - 1)[count - 1]
        found = np.flatnonzero(distances <= limit)
    best = found[np.lexsort((found, distances[found]))[:count]].astype(np.int64)
    root = np.float32(np.sqrt(scale))
    return Neighbours(indices=best, differences=distances[best] / root)


def _least_distances(query: NDArray[np.float32], codes: Codes) -> NDArray[np.float32]:
    """Return what the distance of each image from the query is at least."""
    bounds = np.empty(len(codes), dtype=np.float32)
    longest = np.float32(0)
    for piece in chunks.slices(len(codes), num_values=len(query)):
        rows = codes[piece].astype(np.float32)
        longest = max(longest, np.einsum("ij,ij->i", rows, rows).max())
        rows -= query
        bounds[piece] = np.einsum("ij,ij->i", rows, rows)
    np.sqrt(bounds, out=bounds)
    bounds -= _ROUNDING * np.sqrt(longest)
    return bounds


def _nearest_first(bounds: NDArray[np.float32]) -> Iterator[Indices]:
    """Yield batches of positions: none has a bound below those of the batch before."""
    order = np.empty(0, dtype=np.int64)
    start = 0
    while start < len(bounds):
        if start >= len(order):
            # Sorted a part at a time: nearly always, the first part is enough.
            count = min(max(8 * _BATCH, 8 * len(order)), len(bounds))
            order = np.argpartition(bounds, count - 1)[:count]
            order = order[np.lexsort((order, bounds[order]))]
        yield order[start : start + _BATCH]
        start += _BATCH
