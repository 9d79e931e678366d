"""Lay high-dimensional features out on a plane, so that what is alike lies together."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

NUM_DIRECTIONS: Final = 8
NUM_ROUNDS: Final = 30
"""The error of two components after so many rounds is rounding, unless the ninth is
about as large as the second, and then neither means much."""


def principal_components(
    features: NDArray[np.float32],
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Project features on the two directions in which they differ most.

    Args:
        features: float32 of shape (n, units), n at least 1.

    Returns:
        Points, float32 of shape (n, 2), and the share of all variance in each
        direction, float32 of shape (2,), 0 to 1. A direction points to where its
        largest entry is positive, so the same features give the same points.
    """
    centred = features - features.mean(axis=0)
    size = min(NUM_DIRECTIONS, *features.shape)
    start = np.random.default_rng(0).normal(size=(features.shape[1], size))
    basis = start.astype(np.float32)
    for _ in range(NUM_ROUNDS):
        basis, _ = np.linalg.qr(centred.T @ (centred @ basis))
    left, sizes, right = np.linalg.svd(centred @ basis, full_matrices=False)
    directions = right @ basis.T
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(sizes)), largest])
    missing = (0, max(2 - len(sizes), 0))
    points = np.pad(left * sizes * signs, [(0, 0), missing])[:, :2]
    total = max(float((centred**2).sum()), float(np.finfo(np.float32).tiny))
    shares = np.pad(sizes**2 / total, missing)[:2]
    return points, shares.astype(np.float32)
