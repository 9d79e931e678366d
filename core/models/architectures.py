"""Build the Keras model that a graph of layers describes.

Every model takes float images of shape (height, width) with 0.0 for paper and 1.0
for full ink, and answers with one probability per class.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final

import keras
import numpy as np

from core.config import Dimensions, Graph, Network, Node
from core.config.networks import operations
from core.config.networks.graph import ANSWER, FEATURES, INPUT
from core.errors import ConfigError

MAX_FEATURES: Final = 2048


def build(
    network: Network,
    dimensions: Dimensions,
    *,
    dropout: type[keras.layers.Dropout] = keras.layers.Dropout,
) -> keras.Model:
    """Build a network; `initialise` gives it its starting weights.

    Args:
        network: What to build.
        dimensions: Of the images and the answer.
        dropout: The layer that leaves out units while the network is trained.

    Returns:
        An uncompiled model from images (n, height, width) to probabilities
        (n, classes).

    Raises:
        ConfigError: If its layers leave nothing of the image.
    """
    graph = network.graph(dimensions)
    return build_graph(graph, name=network.family, dropout=dropout)


def build_graph(
    graph: Graph,
    *,
    name: str,
    dropout: type[keras.layers.Dropout] = keras.layers.Dropout,
) -> keras.Model:
    """Build a graph of layers, each Keras layer named like its node.

    Args:
        graph: From the images to the probabilities.
        name: Of the model.
        dropout: See `build`.
    """
    signals: dict[str, keras.KerasTensor] = {}
    for node in graph.nodes:
        if isinstance(node.operation, operations.Images):
            signals[node.name] = keras.Input(graph.shapes[node.name], name=node.name)
            continue
        given = [signals[source] for source in node.inputs]
        layer = _layer(node, dropout)
        signals[node.name] = layer(given if len(given) > 1 else given[0])
    return keras.Model(signals[INPUT], signals[ANSWER], name=name)


def mean_of(models: Sequence[keras.Model]) -> keras.Model:
    """Join networks to one that answers with the mean of their probabilities.

    The features of all stand side by side in one layer, and each network's last
    layer reads its own share of them.

    Args:
        models: At least two models made by `build` for the same dimensions; their
            hidden layers go on to be used, the last ones are copied.

    Returns:
        A model like those that `build` makes.
    """
    images = keras.Input(models[0].input.shape[1:], name=INPUT)
    readers = [
        keras.Model(each.input, _features_of(each), name=f"member_{number}")
        for number, each in enumerate(models, start=1)
    ]
    features = keras.layers.Concatenate(name=FEATURES)(
        [reader(images) for reader in readers]
    )
    ends = np.cumsum([0, *(reader.output_shape[-1] for reader in readers)]).tolist()
    answers = [
        _answer_layer(each, number)(features[:, start:end])
        for number, (each, (start, end)) in enumerate(
            zip(models, pairwise(ends), strict=True), start=1
        )
    ]
    answer = keras.layers.Average(name=ANSWER)(answers)
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

    Raises:
        ConfigError: If a layer has weights, and it is not known what from.
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
            case _ if layer.variables:
                raise _unknown_start(layer)


def outputs(
    model: keras.Model, images: keras.KerasTensor
) -> Iterator[tuple[keras.layers.Layer, keras.KerasTensor]]:
    """Compute what each layer gives, when the network is used and not trained.

    Args:
        model: A single network made by `build`.
        images: A float32 tensor of shape (n, height, width).

    Yields:
        Each layer after the images with its output, a tensor.
    """
    signals = {id(model.input): images}
    for layer in model.layers[1:]:
        given = layer.input
        signal = layer(
            [signals[id(each)] for each in given]
            if isinstance(given, list)
            else signals[id(given)],
            training=False,
        )
        signals[id(layer.output)] = signal
        yield layer, signal


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
    return model.get_layer(FEATURES).output


def _answer_layer(model: keras.Model, number: int) -> keras.layers.Layer:
    """Make the last layer of a model anew, with its weights and a name of its own."""
    original = model.get_layer(ANSWER)
    layer = keras.layers.Dense.from_config(
        original.get_config() | {"name": answer_name(number)}
    )
    layer.build(original.input.shape)
    layer.set_weights(original.get_weights())
    return layer


def _layer(node: Node, dropout: type[keras.layers.Dropout]) -> keras.layers.Layer:  # noqa: C901, PLR0911, PLR0912
    """Make the Keras layer of a node."""
    layers, name = keras.layers, node.name
    match node.operation:
        case operations.Flatten():
            return layers.Flatten(name=name)
        case operations.Reshape(shape):
            return layers.Reshape(shape, name=name)
        case operations.Conv(filters, kernel, padding):
            return layers.Conv2D(filters, kernel, padding=padding, name=name)
        case operations.BatchNorm():
            return layers.BatchNormalization(name=name)
        case operations.Activate(function):
            return layers.Activation(function, name=name)
        case operations.Dropout(share):
            return dropout(share, seed=0, name=name)
        case operations.Identity():
            return layers.Identity(name=name)
        case operations.MaxPool(size):
            return layers.MaxPooling2D(size, name=name)
        case operations.GlobalAveragePool():
            return layers.GlobalAveragePooling2D(name=name)
        case operations.Dense(units, squash):
            return layers.Dense(units, activation=squash, name=name)
        case operations.Add():
            return layers.Add(name=name)
        case operations.Scale():
            return layers.Multiply(name=name)
        case operation:
            message = (
                "Expected an operation that is built as a Keras layer, got "
                f"{operation!r}. Teach it to core/models/architectures.py."
            )
            raise ConfigError(message)


def _unknown_start(layer: keras.layers.Layer) -> ConfigError:
    message = (
        "Expected a layer whose starting weights are known, got "
        f"{type(layer).__name__} {layer.name!r}. Teach it to `initialise` in "
        "core/models/architectures.py."
    )
    return ConfigError(message)
