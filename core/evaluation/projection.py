"""Lay high-dimensional features out on a plane, so that what is alike lies together."""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

NUM_DIRECTIONS: Final = 8
NUM_ROUNDS: Final = 30
"""The error of two components after so many rounds is rounding, unless the ninth is
about as large as the second, and then neither means much."""

PART_ROWS: Final = 4096
"""So many features are placed at a time: those of a run may be larger than memory."""


@dataclass(frozen=True, eq=False, kw_only=True)
class PrincipalPlane:
    """The two directions in which some features differ most.

    Attributes:
        centre: Mean of the features, float32 of shape (units,).
        directions: float32 of shape (2, units), each of length 1; zero if there is no
            such direction.
        explained: Share of all variance in each direction, float32 of shape (2,), 0 to
            1.
    """

    centre: NDArray[np.float32]
    directions: NDArray[np.float32]
    explained: NDArray[np.float32]

    def place(
        self, features: NDArray[np.float32] | NDArray[np.float16]
    ) -> NDArray[np.float32]:
        """Find the places of features on the plane.

        Args:
            features: Of shape (n, units).

        Returns:
            float32 of shape (n, 2).
        """
        points = np.empty((len(features), 2), np.float32)
        for start in range(0, len(features), PART_ROWS):
            part = slice(start, start + PART_ROWS)
            centred = features[part].astype(np.float32) - self.centre
            points[part] = centred @ self.directions.T
        return points


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
    plane = principal_plane(features)
    return plane.place(features), plane.explained


def principal_plane(features: NDArray[np.float32]) -> PrincipalPlane:
    """Find the two directions in which features differ most; see above.

    Args:
        features: float32 of shape (n, units), n at least 1.
    """
    centre = features.mean(axis=0)
    centred = features - centre
    size = min(NUM_DIRECTIONS, *features.shape)
    start = np.random.default_rng(0).normal(size=(features.shape[1], size))
    basis = start.astype(np.float32)
    for _ in range(NUM_ROUNDS):
        basis, _ = np.linalg.qr(centred.T @ (centred @ basis))
    _, sizes, right = np.linalg.svd(centred @ basis, full_matrices=False)
    directions = right @ basis.T
    largest = np.abs(directions).argmax(axis=1)
    signs = np.sign(directions[np.arange(len(sizes)), largest])
    missing = (0, max(2 - len(sizes), 0))
    total = max(float((centred**2).sum()), float(np.finfo(np.float32).tiny))
    shares = np.pad(sizes**2 / total, missing)[:2]
    return PrincipalPlane(
        centre=centre,
        directions=np.pad(directions * signs[:, np.newaxis], [missing, (0, 0)])[:2],
        explained=shares.astype(np.float32),
    )
