"""Units that answer nothing are counted, and nothing else is."""

import math
from dataclasses import replace

import keras
import numpy as np
import pytest

from core.config import CnnConfig, ConvBlock, MlpConfig, ResidualStage
from core.datasets.store import Dataset
from core.models import architectures
from core.records import History
from core.training.dead_units import share_of_dead_units
from core.training.train import train
from core.types import ByteImages
from tests.small_data import RESIDUAL, SMALL, dimensions


@pytest.fixture
def images() -> ByteImages:
    """Make ten images of noise."""
    return np.random.default_rng(0).integers(0, 256, (10, 28, 28), dtype=np.uint8)


def silence(model: keras.Model, name: str, *, num_units: int) -> None:
    """Let some units of a layer answer 0 whatever they see."""
    layer = model.get_layer(name)
    kernel, bias = layer.get_weights()
    bias[:num_units] = -1000
    layer.set_weights([kernel, bias])


def test_dead_units_of_all_layers_are_counted_together(images: ByteImages) -> None:
    """Three of 8 and 1 of 4 are a third."""
    model = architectures.build(MlpConfig(hidden=(8, 4)), dimensions(10))
    for layer in ("hidden_1", "hidden_2"):
        kernel, bias = model.get_layer(layer).get_weights()
        model.get_layer(layer).set_weights([abs(kernel), bias])
    silence(model, "hidden_1", num_units=3)
    silence(model, "hidden_2", num_units=1)

    assert share_of_dead_units(model, images) == pytest.approx(4 / 12)


def test_a_filter_lives_if_it_answers_anywhere(images: ByteImages) -> None:
    """Most places of an image are empty, so most answers of a filter are 0."""
    network = CnnConfig(blocks=(ConvBlock(filters=4),), dense=())
    model = architectures.build(network, dimensions(10))
    kernel, bias = model.get_layer("convolution_1_1").get_weights()
    model.get_layer("convolution_1_1").set_weights([abs(kernel), bias])
    silence(model, "convolution_1_1", num_units=1)
    dots = np.zeros_like(images)
    dots[0, 5, 5] = 255

    assert share_of_dead_units(model, dots) == pytest.approx(1 / 4)


def test_units_beside_a_residual_block_are_counted_too(images: ByteImages) -> None:
    """4 of the stem, 2 and 16 and 16 of each block: all of one sum are dead."""
    network = replace(RESIDUAL, stages=(ResidualStage(filters=16),), batch_norm=False)
    model = architectures.build(network, dimensions(10))
    for layer in model.layers:
        layer.set_weights([abs(weight) for weight in layer.get_weights()])
    assert share_of_dead_units(model, images) == 0

    silence(model, "squeeze_1_1", num_units=1)
    silence(model, "projection_1_1", num_units=16)

    assert share_of_dead_units(model, images) == pytest.approx(17 / 38)


def test_a_unit_that_answers_to_one_image_lives(images: ByteImages) -> None:
    model = architectures.build(MlpConfig(hidden=(1,)), dimensions(10))
    weights = np.full((784, 1), 1.0)
    model.get_layer("hidden_1").set_weights([weights, np.array([-0.5])])
    almost_empty = np.zeros_like(images)

    assert share_of_dead_units(model, almost_empty) == 1
    almost_empty[7, 3, 3] = 255
    assert share_of_dead_units(model, almost_empty) == 0


@pytest.mark.parametrize("activation", ["tanh", "elu", "gelu"])
def test_only_rectified_units_die(activation: str, images: ByteImages) -> None:
    network = MlpConfig(hidden=(8,), activation=activation)
    model = architectures.build(network, dimensions(10))

    assert share_of_dead_units(model, images) is None


def test_a_step_too_far_kills_units(small_mnist: Dataset) -> None:
    """What the number is for: it is told for each epoch."""
    good = train(small_mnist, SMALL).history.dead_units
    bad = train(small_mnist, replace(SMALL, learning_rate=1.0)).history.dead_units

    assert len(good) == len(bad) == SMALL.epochs
    assert good[-1] < 0.3
    assert bad[-1] > 0.6


def test_epochs_before_it_was_measured_are_not_a_number(small_mnist: Dataset) -> None:
    """A run of an older version can go on."""
    first = train(small_mnist, SMALL)
    old = replace(first.checkpoint.history, dead_units=())
    start = replace(first.checkpoint, history=old)

    later = train(
        small_mnist, replace(SMALL, epochs=SMALL.epochs + 1), start=start
    ).history

    assert [math.isnan(share) for share in later.dead_units] == [
        *[True] * SMALL.epochs,
        False,
    ]


def test_a_network_without_rectified_units_has_none_in_its_history(
    small_mnist: Dataset,
) -> None:
    network = MlpConfig(hidden=(8,), activation="tanh")

    history = train(small_mnist, replace(SMALL, network=network)).history

    assert history.dead_units == History().dead_units
