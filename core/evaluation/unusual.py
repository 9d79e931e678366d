"""How unusual an image is among those of its class, to a network.

The distance of an image is that of its features to the mean of its class, each unit
measured in its standard deviation within the classes: Mahalanobis' distance, as if
units did not depend on each other. That takes one pass over the features, so it is
there for any run at once, and asks for nothing but the run.
"""

from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.types import Labels

_CHUNK: Final = 20_000
_ROUNDING: Final = 1e-5


def feature_distances(
    features: NDArray[np.floating[Any]], labels: Labels, num_classes: int
) -> NDArray[np.float32]:
    """Return how far each image is from the middle of its class.

    Args:
        features: Output of the last hidden layer, of shape (n, units).
        labels: Class of each image, uint8 of shape (n,), below `num_classes`.
        num_classes: Number of classes.

    Returns:
        float32 of shape (n,), at least 0: root mean square over the units that vary,
        so about 1 on average. 0 for all if no unit varies within a class.
    """
    num_images, num_units = features.shape
    if not features.size:
        return np.zeros(num_images, np.float32)
    sums = np.zeros((num_classes, num_units))
    for part in _parts(num_images):
        is_class = labels[part, np.newaxis] == np.arange(num_classes)
        sums += is_class.astype(np.float32).T @ features[part].astype(np.float32)
    counts = np.bincount(labels, minlength=num_classes)[:, np.newaxis]
    means = (sums / np.maximum(counts, 1)).astype(np.float32)
    squares = np.zeros(num_units)
    for part in _parts(num_images):
        squares += np.square(features[part] - means[labels[part]]).sum(axis=0)
    spread = np.sqrt(squares / num_images)
    # What is left of a unit that is constant in each class is rounding.
    varies = spread > _ROUNDING * np.abs(means).max(axis=0)
    scale = np.divide(1.0, spread, out=np.zeros(num_units), where=varies)
    scale /= max(int(np.count_nonzero(varies)), 1) ** 0.5
    return _lengths(features, labels, means, scale.astype(np.float32))


def _lengths(
    features: NDArray[np.floating[Any]],
    labels: Labels,
    means: NDArray[np.float32],
    scale: NDArray[np.float32],
) -> NDArray[np.float32]:
    found = np.empty(len(labels), np.float32)
    for part in _parts(len(labels)):
        steps = (features[part] - means[labels[part]]) * scale
        found[part] = np.sqrt(np.einsum("ij,ij->i", steps, steps))
    return found


def _parts(size: int) -> list[slice]:
    return [slice(start, start + _CHUNK) for start in range(0, size, _CHUNK)]
