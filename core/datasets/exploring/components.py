"""Describe images by a few numbers each: their principal components.

Distances between such codes are at most those between the images, and close to them,
at a twentieth of the numbers. So what is near, typical or alike is found with the
codes, and pixels are only read of what was found.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from core.datasets.exploring import chunks
from core.datasets.exploring.chunks import Report, part, silent
from core.types import ByteImages

NUM_COMPONENTS: Final = 32

Codes = NDArray[np.float16]
"""float16 of shape (n, components + 1): the principal components of each image, those
in which images differ most first, then the length of what they leave out, at least 0.
In units of a full-ink pixel."""

_NUM_SAMPLED_VALUES: Final = 50_000_000
"""Pixels from which the components are computed: 63,775 images of 28 x 28."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Components:
    """The directions in which the images of a data set differ most.

    Attributes:
        mean: Mean image, float32 of shape (height, width), 0 to 1.
        directions: float32 of shape (components, height, width): orthogonal images of
            length 1. Each points to where its largest entry is positive.
        shares: Share of all variance in each direction, float32 of shape
            (components,), falling.
    """

    mean: NDArray[np.float32]
    directions: NDArray[np.float32]
    shares: NDArray[np.float32]


def fit(images: ByteImages, report: Report = silent) -> Components:
    """Find the principal components of images.

    Of very many images, as many are used as make 50 million pixels, evenly spread.

    Args:
        images: uint8 of shape (n, height, width), n at least 1.
        report: Is told the share that is done.

    Returns:
        32 components, or as many as an image has pixels.
    """
    shape = images.shape[1:]
    size = int(np.prod(shape))
    count = min(len(images), max(_NUM_SAMPLED_VALUES // size, 1))
    sample = np.linspace(0, len(images) - 1, count).astype(np.int64)
    total = np.zeros(size)
    products = np.zeros((size, size), dtype=np.float32)
    origin = chunks.rows(images[:1])[0]
    for piece in chunks.slices(count, part(report, 0, 0.8), num_values=size):
        # Differences to one of the images: their squares are not much larger than
        # the variance, and so they may be added up in 32 bits.
        ink = chunks.rows(images[sample[piece]]) - origin
        total += ink.sum(axis=0, dtype=np.float64)
        products += ink.T @ ink
    report(0.8)
    mean = total / count
    products /= count
    products -= np.outer(mean, mean).astype(np.float32)
    mean_image = (mean + origin).astype(np.float32).reshape(shape)
    return _decomposed(products, mean_image)


def _decomposed(
    covariance: NDArray[np.float32], mean: NDArray[np.float32]
) -> Components:
    size = len(covariance)
    count = min(NUM_COMPONENTS, size)
    whole = max(float(np.trace(covariance)), float(np.finfo(np.float32).tiny))
    variances, vectors = scipy.linalg.eigh(
        covariance, subset_by_index=[size - count, size - 1], overwrite_a=True
    )
    directions = vectors.T[::-1]
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(count), largest])
    upright = (directions * signs[:, np.newaxis]).astype(np.float32)
    return Components(
        mean=mean,
        directions=upright.reshape(count, *mean.shape),
        shares=np.maximum(variances[::-1] / whole, 0).astype(np.float32),
    )


def encode(
    images: ByteImages, components: Components, report: Report = silent
) -> Codes:
    """Describe each image by its principal components and what they leave out.

    Args:
        images: uint8 of shape (n, height, width).
        components: The directions, of images of the same shape.
        report: Is told the share that is done.
    """
    size = components.mean.size
    count = len(components.directions)
    codes = np.empty((len(images), count + 1), dtype=np.float16)
    for piece in chunks.slices(len(images), report, num_values=size):
        codes[piece] = exact_codes(images[piece], components)
    return codes


def exact_codes(images: ByteImages, components: Components) -> NDArray[np.float32]:
    """Return the codes of a few images before they are rounded to 16 bits."""
    ink = chunks.rows(images) - components.mean.ravel()
    projected = ink @ components.directions.reshape(-1, components.mean.size).T
    squares = np.einsum("ij,ij->i", ink, ink)
    rest = squares - np.einsum("ij,ij->i", projected, projected)
    left_out = np.sqrt(np.maximum(rest, 0))
    codes: NDArray[np.float32] = np.column_stack([projected, left_out])
    return codes
