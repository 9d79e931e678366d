"""Build the Keras model that a configuration describes.

Every model takes float images of shape (28, 28) with 0.0 for paper and 1.0
for full ink, and answers with one probability per class.
"""

from typing import Final

import keras
import numpy as np

from core.config import IMAGE_SIDE, CnnConfig, ConvBlock, MlpConfig, Network

FEATURES_LAYER: Final = "features"
"""The layer whose output stands for an image in maps: the last but the answer."""


def build(network: Network, *, num_classes: int) -> keras.Model:
    """Build a network; `initialise` gives it its starting weights.

    Args:
        network: What to build.
        num_classes: Number of outputs, at least 2.

    Returns:
        An uncompiled model from images (n, 28, 28) to probabilities (n, classes).
    """
    images = keras.Input((IMAGE_SIDE, IMAGE_SIDE), name="images")
    match network:
        case MlpConfig():
            signal = keras.layers.Flatten(name="pixels")(images)
            for number, units in enumerate(network.hidden, start=1):
                signal = _dense(signal, network, units, number)
                signal = _dropped(signal, network, number)
        case CnnConfig():
            signal = _convolved(images, network)
            for number, units in enumerate(network.dense, start=1):
                signal = _dropped(signal, network, number)
                signal = _dense(signal, network, units, number)
            signal = _dropped(signal, network, len(network.dense) + 1)
    signal = keras.layers.Identity(name=FEATURES_LAYER)(signal)
    answer = keras.layers.Dense(
        num_classes, activation="softmax", name="probabilities"
    )(signal)
    kind = "mlp" if isinstance(network, MlpConfig) else "cnn"
    return keras.Model(images, answer, name=kind)


def initialise(model: keras.Model, *, seed: int) -> None:
    """Set all weights of a model to what a training with this seed starts from.

    Kernels are drawn from Glorot's uniform distribution (Glorot and Bengio
    2010), biases are zero, and normalisation changes nothing yet.

    Args:
        model: A model made by `build`.
        seed: Decides the weights, and which units dropout leaves out.
    """
    states = np.random.SeedSequence(seed).generate_state(len(model.layers))
    for layer, state in zip(model.layers, states % 2**31, strict=True):
        match layer:
            case keras.layers.Dense() | keras.layers.Conv2D():
                draw = keras.initializers.GlorotUniform(int(state))
                zeros = np.zeros(layer.bias.shape)
                layer.set_weights([draw(layer.kernel.shape), zeros])
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


def _convolved(images: keras.KerasTensor, network: CnnConfig) -> keras.KerasTensor:
    shape = (IMAGE_SIDE, IMAGE_SIDE, 1)
    signal = keras.layers.Reshape(shape, name="channels")(images)
    for number, block in enumerate(network.blocks, start=1):
        signal = _block(signal, network, block, number)
    return keras.layers.Flatten(name="flat")(signal)


def _block(
    signal: keras.KerasTensor, network: CnnConfig, block: ConvBlock, number: int
) -> keras.KerasTensor:
    for place in range(1, block.convolutions + 1):
        name = f"{number}_{place}"
        signal = keras.layers.Conv2D(
            block.filters,
            block.kernel,
            padding=network.padding,
            name=f"convolution_{name}",
        )(signal)
        signal = _activated(signal, network, f"convolution_{name}")
    return keras.layers.MaxPooling2D(name=f"pool_{number}")(signal)


def _dense(
    signal: keras.KerasTensor, network: Network, units: int, number: int
) -> keras.KerasTensor:
    signal = keras.layers.Dense(units, name=f"hidden_{number}")(signal)
    return _activated(signal, network, str(number))


def _activated(
    signal: keras.KerasTensor, network: Network, name: str
) -> keras.KerasTensor:
    if network.batch_norm:
        signal = keras.layers.BatchNormalization(name=f"norm_{name}")(signal)
    return keras.layers.Activation(network.activation, name=f"activation_{name}")(
        signal
    )


def _dropped(
    signal: keras.KerasTensor, network: Network, number: int
) -> keras.KerasTensor:
    if not network.dropout:
        return signal
    return keras.layers.Dropout(network.dropout, seed=0, name=f"dropout_{number}")(
        signal
    )
