"""Networks: what is built, and what a seed makes of it."""

from dataclasses import replace

import keras
import numpy as np
import pytest

from core.config import CnnConfig, Dimensions, Graph, MlpConfig, Network, Node
from core.config.networks.operations import Images, Operation
from core.errors import ConfigError
from core.models import architectures
from tests.rounding import assert_same_but_rounded
from tests.small_data import RESIDUAL, dimensions

NORMED = MlpConfig(hidden=(12, 6), dropout=0.5, batch_norm=True)
PLAIN = MlpConfig(hidden=(12, 6), activation="tanh")
EVERY_KIND = pytest.mark.parametrize(
    "network",
    [PLAIN, NORMED, MlpConfig(hidden=()), RESIDUAL],
    ids=["plain", "batch norm and dropout", "no hidden layer", "residual"],
)
IMAGES = np.random.default_rng(0).random((5, 28, 28), dtype=np.float32)


def built(network: Network, *, seed: int = 0) -> keras.Model:
    """Build a network of four classes with starting weights."""
    model = architectures.build(network, dimensions(4))
    architectures.initialise(model, seed=seed)
    return model


def is_equal(first: keras.Model, second: keras.Model) -> bool:
    """Compare all weights bit by bit."""
    pairs = zip(first.get_weights(), second.get_weights(), strict=True)
    return all(np.array_equal(one, other) for one, other in pairs)


@pytest.mark.parametrize(
    ("network", "expected"),
    [
        pytest.param(PLAIN, ["Dense", "Activation"] * 2, id="plain"),
        pytest.param(
            NORMED,
            ["Dense", "BatchNormalization", "Activation", "Dropout"] * 2,
            id="batch norm and dropout",
        ),
        pytest.param(MlpConfig(hidden=()), [], id="no hidden layer"),
    ],
)
def test_the_layers_are_those_of_the_configuration(
    network: MlpConfig, expected: list[str]
) -> None:
    """A dropout that is asked for but not built is believed all the same."""
    layers = [type(layer).__name__ for layer in built(network).layers]

    assert layers == ["InputLayer", "Flatten", *expected, "Identity", "Dense"]


@EVERY_KIND
def test_the_number_of_parameters_is_that_of_keras(network: MlpConfig) -> None:
    """The pages count them without building the network."""
    model = built(network)

    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert network.num_parameters(dimensions(4)) == trained


@EVERY_KIND
def test_the_answers_are_probabilities(network: MlpConfig) -> None:
    """Everything behind the model takes them for such."""
    answers = np.asarray(built(network)(IMAGES))

    assert answers.shape == (5, 4)
    assert (answers >= 0).all()
    assert_same_but_rounded(answers.sum(axis=1), 1, terms=4)


def test_a_plain_network_computes_what_the_textbook_says() -> None:
    """Weights, bias, nonlinearity, softmax; the pixels row by row."""
    model = built(PLAIN)
    first, b1, second, b2, last, b3 = model.get_weights()

    hidden = np.tanh(np.tanh(IMAGES.reshape(5, 784) @ first + b1) @ second + b2)
    powers = np.exp(hidden @ last + b3)
    expected = powers / powers.sum(axis=1, keepdims=True)

    assert_same_but_rounded(model(IMAGES), expected)


@pytest.mark.parametrize("activation", ["relu", "tanh", "elu", "gelu"])
def test_each_activation_is_the_one_of_keras(activation: str) -> None:
    """A name that Keras takes for another one would be believed all the same."""
    model = built(MlpConfig(hidden=(3,), activation=activation))

    layer = model.get_layer("activation_1")
    assert layer.activation is getattr(keras.activations, activation)


def test_dropout_leaves_out_the_share_that_was_asked_for() -> None:
    """What is left is doubled, so that the sum stays the same."""
    model = built(MlpConfig(hidden=(2048,), activation="elu", dropout=0.5))
    inner = keras.Model(model.input, model.get_layer("features").output)

    dropped = np.asarray(inner(IMAGES, training=True))

    assert 0.45 < (dropped == 0).mean() < 0.55
    kept = dropped != 0
    assert_same_but_rounded(dropped[kept], 2 * np.asarray(inner(IMAGES))[kept])


@EVERY_KIND
def test_the_same_seed_gives_the_same_weights(network: MlpConfig) -> None:
    """A run must be repeatable."""
    assert is_equal(built(network, seed=3), built(network, seed=3))


@EVERY_KIND
def test_another_seed_gives_other_weights(network: MlpConfig) -> None:
    """Or five seeds would be one seed five times, with a spread of zero."""
    assert not is_equal(built(network, seed=3), built(network, seed=4))


def test_no_two_layers_start_alike() -> None:
    """Layers of one shape that are drawn from one seed would be copies."""
    model = built(MlpConfig(hidden=(16, 16, 16)))

    second, third = (model.get_layer(f"hidden_{n}").get_weights()[0] for n in (2, 3))

    assert not np.array_equal(second, third)


def test_kernels_start_from_glorots_uniform_distribution() -> None:
    """Within sqrt(6 / (784 + 256)), evenly: the default of the classic recipe."""
    kernel, bias = built(MlpConfig(hidden=(256,))).get_layer("hidden_1").get_weights()

    limit = np.sqrt(6 / (784 + 256))
    assert 0.99 * limit < np.abs(kernel).max() <= limit
    assert kernel.std() == pytest.approx(limit / np.sqrt(3), rel=0.01)
    assert (bias == 0).all()


def test_normalisation_changes_nothing_before_it_has_learned() -> None:
    """Scale one, shift zero, mean zero, variance one."""
    start = built(NORMED).get_layer("norm_1").get_weights()

    assert [set(values.tolist()) for values in start] == [{1.0}, {0.0}, {0.0}, {1.0}]


def test_starting_over_forgets_all_that_was_learned() -> None:
    """Batch norm has statistics that are no weights, and dropout a seed."""
    fresh, used = built(NORMED), built(NORMED)
    for variable in used.variables:
        variable.assign(variable + keras.ops.ones_like(variable))

    architectures.initialise(used, seed=0)

    for one, other in zip(fresh.variables, used.variables, strict=True):
        np.testing.assert_array_equal(np.asarray(one), np.asarray(other), one.path)


def test_a_layer_whose_start_is_unknown_is_refused() -> None:
    """It would keep the weights of the training before."""
    images = keras.Input((28, 28, 1))
    model = keras.Model(images, keras.layers.DepthwiseConv2D(3, name="odd")(images))

    with pytest.raises(ConfigError, match="DepthwiseConv2D 'odd'"):
        architectures.initialise(model, seed=0)


def test_an_operation_that_nobody_builds_is_refused() -> None:
    """A network without it would be trained, and be another one."""
    node = Node(name="odd", operation=Operation(), inputs=("images",))
    images = Node(name="images", operation=Images(28, 28))

    with pytest.raises(ConfigError, match=r"Operation\(\)"):
        architectures.build_graph(Graph((images, node)), name="odd")


def test_a_residual_block_adds_what_it_learned_to_what_it_was_given() -> None:
    """Without weights, squeeze-and-excitation halves, and the block gives its input."""
    network = replace(RESIDUAL, batch_norm=False, dropout=0.0)
    model = built(network)
    for layer in model.layers:
        if "_2_" in layer.name or layer.name.endswith("_1_2"):
            layer.set_weights([0 * weight for weight in layer.get_weights()])
    names = ("activation_sum_1_1", "activation_sum_1_2")
    given, added = (
        keras.Model(model.input, model.get_layer(name).output)(IMAGES) for name in names
    )

    assert np.asarray(given).max() > 0
    np.testing.assert_array_equal(np.asarray(added), np.asarray(given))


@pytest.mark.parametrize(("height", "width"), [(20, 28), (64, 64)])
@pytest.mark.parametrize(
    "network", [PLAIN, CnnConfig(), RESIDUAL], ids=["mlp", "cnn", "resnet"]
)
def test_images_of_another_size_are_taken(
    network: Network, height: int, width: int
) -> None:
    """No family knows the size of an image; the data set does."""
    size = Dimensions(height=height, width=width, num_classes=3)

    model = architectures.build(network, size)

    assert model.input_shape == (None, height, width)
    assert model.output_shape == (None, 3)
    trained = sum(int(np.prod(weight.shape)) for weight in model.trainable_weights)
    assert network.num_parameters(size) == trained


@pytest.mark.parametrize(
    ("network", "width"),
    [(PLAIN, 6), (NORMED, 6), (MlpConfig(hidden=()), 784)],
    ids=["plain", "batch norm and dropout", "no hidden layer"],
)
def test_features_are_what_the_last_hidden_layer_says(
    network: MlpConfig, width: int
) -> None:
    """A map of images is made of them; without a hidden layer, of the pixels."""
    model = built(network)

    answers, features = architectures.with_features(model)(IMAGES)

    kernel, bias = model.get_layer("probabilities").get_weights()
    assert features.shape == (5, width)
    assert_same_but_rounded(keras.ops.softmax(features @ kernel + bias), answers)
    assert_same_but_rounded(answers, model(IMAGES))
