"""Build the Keras model that a configuration describes.

Every model takes float images of shape (28, 28) with 0.0 for paper and 1.0
for full ink, and answers with one probability per class.
"""

from typing import Final

import keras
import numpy as np

from core.config import IMAGE_SIDE, MlpConfig

FEATURES_LAYER: Final = "features"
"""The layer whose output stands for an image in maps: the last but the answer."""


def build(network: MlpConfig, *, num_classes: int) -> keras.Model:
    """Build a network; `initialise` gives it its starting weights.

    Args:
        network: What to build.
        num_classes: Number of outputs, at least 2.

    Returns:
        An uncompiled model from images (n, 28, 28) to probabilities (n, classes).
    """
    images = keras.Input((IMAGE_SIDE, IMAGE_SIDE), name="images")
    signal = keras.layers.Flatten(name="pixels")(images)
    for number, units in enumerate(network.hidden, start=1):
        signal = keras.layers.Dense(units, name=f"hidden_{number}")(signal)
        if network.batch_norm:
            signal = keras.layers.BatchNormalization(name=f"norm_{number}")(signal)
        signal = keras.layers.Activation(
            network.activation, name=f"activation_{number}"
        )(signal)
        if network.dropout:
            signal = keras.layers.Dropout(
                network.dropout, seed=0, name=f"dropout_{number}"
            )(signal)
    signal = keras.layers.Identity(name=FEATURES_LAYER)(signal)
    answer = keras.layers.Dense(
        num_classes, activation="softmax", name="probabilities"
    )(signal)
    return keras.Model(images, answer, name="mlp")


def initialise(model: keras.Model, *, seed: int) -> None:
    """Set all weights of a model to what a training with this seed starts from.

    Dense kernels are drawn from Glorot's uniform distribution (Glorot and
    Bengio 2010), biases are zero, and normalisation changes nothing yet.

    Args:
        model: A model made by `build`.
        seed: Decides the weights, and which units dropout leaves out.
    """
    states = np.random.SeedSequence(seed).generate_state(len(model.layers))
    for layer, state in zip(model.layers, states % 2**31, strict=True):
        match layer:
            case keras.layers.Dense():
                draw = keras.initializers.GlorotUniform(int(state))
                layer.set_weights([draw(layer.kernel.shape), np.zeros(layer.units)])
            case keras.layers.BatchNormalization():
                units = layer.gamma.shape[0]
                one, zero = np.ones(units), np.zeros(units)
                layer.set_weights([one, zero, zero, one])
            case keras.layers.Dropout():
                layer.seed_generator.state.assign([int(state), 0])


def with_features(model: keras.Model) -> keras.Model:
    """Make a model that also answers with the features of the last hidden layer."""
    features = model.get_layer(FEATURES_LAYER).output
    return keras.Model(model.input, [model.output, features], name="with_features")
