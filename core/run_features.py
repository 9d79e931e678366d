"""What the last hidden layer of a run gives for an image, of the kind that it kept."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from core.network_view import NetworkView
from core.types import GrayImage


def features_of(
    views: Sequence[NetworkView], image: GrayImage, *, num_units: int
) -> NDArray[np.float32] | None:
    """Return what the last hidden layer gives for any image.

    Args:
        views: The exported model: of an ensemble, a view of each member.
        image: float32 of shape (height, width), values in [0, 1].
        num_units: How many features the run has kept of its images.

    Returns:
        float32 of shape (num_units,); None if those kept are of another kind.
    """
    found = np.concatenate([view.features(image) for view in views])
    # Of very many features only each second, third and so on was kept.
    kept = found[:: -(-len(found) // max(num_units, 1))]
    return kept if len(kept) == num_units else None
