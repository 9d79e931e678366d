"""How far two computations of the same numbers may lie apart: as far as rounding does.

Processors add in different orders (AVX2, AVX-512, one thread or two), and so do XLA,
oneDNN, LiteRT and NumPy. Each addition of float32 rounds by up to 6e-8 of the sum; of
n roundings in no particular direction remains about their square root. So one sum of
n terms computed in two ways differs by about

    sqrt(n) * 6e-8 * size

where the size is that of the largest number compared: a small one is often the
difference of two large ones and has their rounding. A margin of ten is for what
comes on top, as several layers. For the 784 pixels of an image, the longest sum of
our networks, that allows 1.7e-5 of the size; a plausible fault changes percents.

Learning multiplies rounding by what no formula tells: Adam divides each gradient by
its own size, and where batch norm takes a bias away again nothing but rounding is
left to divide. There the reference tells by itself, when it learns the same from
images that are changed by about a rounding (`rounded_otherwise`).

Numbers that one program computes twice from one seed are compared bit for bit.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

MARGIN = 10
ROUNDING = float(np.finfo(np.float32).eps) / 2
NUM_PIXELS = 784
CHANGE = 1e-6
"""Share of a pixel: as much as the sum of all pixels is rounded by."""


def tolerance(size: float, *, terms: int = NUM_PIXELS) -> float:
    """Tell how far a number of this size may be off, by the terms of its sum."""
    return MARGIN * float(np.sqrt(terms)) * ROUNDING * size


def assert_same_but_rounded(
    found: npt.ArrayLike,
    expected: npt.ArrayLike,
    *,
    size: float | None = None,
    terms: int = NUM_PIXELS,
) -> None:
    """Compare numbers of any shape that were computed in two ways.

    Args:
        found: What is to be checked.
        expected: What it should be.
        size: How large the numbers are that were added, if not like the largest
            expected one. A mean cross-entropy has size 1 however small it is: it is
            a logarithm, and off by as much as its probability is in proportion.
        terms: How many numbers were added, at most.
    """
    found, expected = np.asarray(found), np.asarray(expected)
    assert np.isfinite(expected).all(), "Nothing compares with what is no number"
    size = float(np.abs(expected).max()) if size is None else size
    allowed = tolerance(size, terms=terms)
    np.testing.assert_allclose(found, expected, rtol=0, atol=allowed, equal_nan=False)


def rounded_otherwise(
    images: npt.NDArray[np.float32], *, seed: int
) -> npt.NDArray[np.float32]:
    """Change each pixel in its last digits, as another order of adding would."""
    changes = np.random.default_rng(seed).uniform(-CHANGE, CHANGE, images.shape)
    return images * (1 + changes).astype(np.float32)


def assert_same_weights(
    found: Sequence[np.ndarray],
    expected: Sequence[np.ndarray],
    *rounded: Sequence[np.ndarray],
) -> None:
    """Compare what two programs learned from the same images.

    Each array is compared as a whole, by its Euclidean distance: of thousands of
    gradients some are nearly zero, and Adam makes whole steps of their rounding.

    Args:
        found: Weights that are to be checked.
        expected: Those of the reference.
        rounded: Those of the reference from `rounded_otherwise` images.
    """
    for place, (ours, theirs, *others) in enumerate(
        zip(found, expected, *rounded, strict=True)
    ):
        scatter = max(np.linalg.norm(other - theirs) for other in others)
        allowed = MARGIN * max(scatter, ROUNDING * np.linalg.norm(theirs))
        distance = np.linalg.norm(ours - theirs)
        assert distance <= allowed, (
            f"Array {place} of shape {theirs.shape} is off by {distance:.2g}, "
            f"and rounding explains {allowed:.2g}"
        )
