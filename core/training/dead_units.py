"""Hidden units that answer nothing to any image.

A rectified unit whose weighted sum is below zero for every image passes no
gradient back, so it never learns again: it is dead. Too large a step is the
usual cause (Lu and others 2019, "Dying ReLU and initialization").
"""

from collections.abc import Iterator
from typing import Final

import keras
import numpy as np
import tensorflow as tf

from core.models.architectures import outputs
from core.training.engine import scaled
from core.types import ByteImages

PART_IMAGES: Final = 100
"""So many are looked at at once, since the outputs of all layers are in memory."""


def share_of_dead_units(model: keras.Model, images: ByteImages) -> float | None:
    """Return which share of the rectified units answer 0 to all of some images.

    Args:
        model: A single network made by `architectures.build`. Each filter of a
            convolution counts as one unit.
        images: uint8 of shape (n, height, width); a few hundred tell a dead unit
            from one that answers seldom.

    Returns:
        Share from 0 to 1, or None if the network has no rectified units.
    """
    parts = range(0, len(images), PART_IMAGES)
    alive = [
        list(_alive(model, images[start : start + PART_IMAGES])) for start in parts
    ]
    units = [np.any(layer, axis=0) for layer in zip(*alive, strict=True)]
    if not units:
        return None
    return 1 - float(np.concatenate(units).mean(dtype=np.float32))


def _alive(model: keras.Model, images: ByteImages) -> Iterator[np.ndarray]:
    """Tell of the units of each rectified layer whether they answer any image."""
    for layer, signal in outputs(model, scaled(images)):
        if getattr(layer, "activation", None) is keras.activations.relu:
            places = list(range(signal.shape.rank - 1))
            yield tf.reduce_any(signal > 0, axis=places).numpy()
