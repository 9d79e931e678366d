"""Hidden units that answer nothing to any image.

A rectified unit whose weighted sum is below zero for every image passes no
gradient back, so it never learns again: it is dead. Too large a step is the
usual cause (Lu and others 2019, "Dying ReLU and initialization").
"""

import keras
import tensorflow as tf

from core.training.engine import scaled
from core.types import ByteImages


def share_of_dead_units(model: keras.Model, images: ByteImages) -> float | None:
    """Return which share of the rectified units answer 0 to all of some images.

    Args:
        model: A single network made by `architectures.build`. Each filter of a
            convolution counts as one unit.
        images: uint8 of shape (n, 28, 28); a few hundred tell a dead unit from
            one that answers seldom.

    Returns:
        Share from 0 to 1, or None if the network has no rectified units.
    """
    signal = scaled(images)
    alive = []
    for layer in model.layers[1:]:
        signal = layer(signal, training=False)
        if getattr(layer, "activation", None) is keras.activations.relu:
            places = list(range(signal.shape.rank - 1))
            alive.append(tf.reduce_any(signal > 0, axis=places))
    if not alive:
        return None
    return 1 - float(tf.reduce_mean(tf.cast(tf.concat(alive, axis=0), tf.float32)))
