"""Build the Keras model that a configuration describes.

Every model takes float images of shape (28, 28) with 0.0 for paper and 1.0
for full ink, and answers with one probability per class.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final

import keras
import numpy as np

from core.config import (
    IMAGE_SIDE,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    Network,
)

FEATURES_LAYER: Final = "features"
"""The layer whose output stands for an image in maps: the last but the answer."""

ANSWER_LAYER: Final = "probabilities"
MAX_FEATURES: Final = 2048


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
    answer = keras.layers.Dense(num_classes, activation="softmax", name=ANSWER_LAYER)(
        signal
    )
    kind = "mlp" if isinstance(network, MlpConfig) else "cnn"
    return keras.Model(images, answer, name=kind)


def mean_of(models: Sequence[keras.Model]) -> keras.Model:
    """Join networks to one that answers with the mean of their probabilities.

    The features of all stand side by side in one layer, and each network's last
    layer reads its own share of them.

    Args:
        models: At least two models made by `build` for the same classes; their
            hidden layers go on to be used, the last ones are copied.

    Returns:
        A model like those that `build` makes.
    """
    images = keras.Input((IMAGE_SIDE, IMAGE_SIDE), name="images")
    readers = [
        keras.Model(each.input, _features_of(each), name=f"member_{number}")
        for number, each in enumerate(models, start=1)
    ]
    features = keras.layers.Concatenate(name=FEATURES_LAYER)(
        [reader(images) for reader in readers]
    )
    ends = np.cumsum([0, *(reader.output_shape[-1] for reader in readers)]).tolist()
    answers = [
        _answer_layer(each, number)(features[:, start:end])
        for number, (each, (start, end)) in enumerate(
            zip(models, pairwise(ends), strict=True), start=1
        )
    ]
    answer = keras.layers.Average(name=ANSWER_LAYER)(answers)
    return keras.Model(images, answer, name="ensemble")


def answer_name(number: int) -> str:
    """Name the layer of an ensemble that has the answer of a member, from 1."""
    return f"answer_{number}"


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
    """Make a model that also answers with the features of the last hidden layer.

    Of more than 2,048 features only each second, third and so on is given: they
    are kept for every test image, and those of an ensemble would fill the memory.
    """
    features = _features_of(model)
    step = -(-features.shape[-1] // MAX_FEATURES)
    if step > 1:
        features = features[:, ::step]
    return keras.Model(model.input, [model.output, features], name="with_features")


def _features_of(model: keras.Model) -> keras.KerasTensor:
    return model.get_layer(FEATURES_LAYER).output


def _answer_layer(model: keras.Model, number: int) -> keras.layers.Layer:
    """Make the last layer of a model anew, with its weights and a name of its own."""
    original = model.get_layer(ANSWER_LAYER)
    layer = keras.layers.Dense.from_config(
        original.get_config() | {"name": answer_name(number)}
    )
    layer.build(original.input.shape)
    layer.set_weights(original.get_weights())
    return layer


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
