"""Networks as values: what they cost, before one is built."""

from dataclasses import replace

import keras
import pytest

from core.config import (
    CnnConfig,
    ConvBlock,
    MlpConfig,
    Network,
    ResNetConfig,
    TrainingConfig,
)
from core.errors import ConfigError
from core.models import architectures
from tests.small_data import RESIDUAL, dimensions

RESIDUAL_NAME = "28x28-32C5-P2-64SER-P2-96SER-GAP-10"
LENET = CnnConfig(padding="valid")
DEEP = CnnConfig(
    blocks=(ConvBlock(filters=4, convolutions=2), ConvBlock(filters=6)),
    dense=(16,),
    batch_norm=True,
    dropout=0.3,
)


@pytest.mark.parametrize(
    "network",
    [
        *(LENET, DEEP, CnnConfig(dense=()), MlpConfig(hidden=(8,), batch_norm=True)),
        *(ResNetConfig(), replace(RESIDUAL, squeeze_excitation=False)),
    ],
    ids=["lenet", "two convolutions", "no dense layer", "dense", "residual", "bare"],
)
def test_counts_are_those_of_the_network_that_is_built(network: Network) -> None:
    """What the page promises before a training is what is trained."""
    model = architectures.build(network, dimensions(10))
    trained = sum(int(keras.ops.size(each)) for each in model.trainable_variables)

    assert network.num_parameters(dimensions(10)) == trained


def test_shapes_are_those_of_the_network_that_is_built() -> None:
    model = architectures.build(LENET, dimensions(10))
    pooled = [
        tuple(each.output.shape[1:])
        for each in model.layers
        if isinstance(each, keras.layers.MaxPooling2D)
    ]
    layers = LENET.layers(dimensions(10))

    assert [each.shape for each in layers if each.name == "P2"] == pooled
    assert pooled == [(12, 12, 16), (4, 4, 32)]


def test_multiplications_are_those_worked_out_by_hand() -> None:
    """24² x 5² x 16, 8² x 5² x 16 x 32, 512 x 128 and 128 x 10."""
    expected = 230_400 + 819_200 + 65_536 + 1_280

    assert LENET.num_macs(dimensions(10)) == expected
    assert MlpConfig().num_macs(dimensions(10)) == 109_184


def test_memory_grows_with_the_batch() -> None:
    """784 + 128 + 64 + 10 outputs and their gradients, of 4 bytes, for each image."""
    network = MlpConfig()
    one = network.training_bytes(dimensions(10), batch_size=1)

    assert network.training_bytes(dimensions(10), batch_size=11) - one == 10 * 8 * 986
    assert one == 4 * (4 * 109_386) + 8 * 986


def test_a_network_is_named_by_its_layers() -> None:
    assert LENET.describe(dimensions(10)) == "28x28-16C5-P2-32C5-P2-128-10"
    assert ResNetConfig().describe(dimensions(10)) == RESIDUAL_NAME
    assert DEEP.describe(dimensions(47)) == "28x28-4C3-4C3-P2-6C3-P2-16-47"


@pytest.mark.parametrize(
    ("blocks", "padding"),
    [
        pytest.param((ConvBlock(filters=1, kernel=11),) * 3, "valid", id="kernels"),
        pytest.param((ConvBlock(filters=1, kernel=5),) * 3, "valid", id="pooling"),
    ],
)
def test_layers_that_leave_nothing_of_the_image_are_refused(
    blocks: tuple[ConvBlock, ...], padding: str
) -> None:
    network = CnnConfig(blocks=blocks, padding=padding)

    with pytest.raises(ConfigError, match=r"leave nothing\. Use fewer blocks"):
        network.graph(dimensions(10))


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"filters": 0}, "filters from 1 to 256, got 0"),
        ({"filters": 8, "kernel": 12}, "kernel size from 1 to 11"),
        ({"filters": 8, "convolutions": 4}, "convolutions per block from 1 to 3"),
        ({"filters": 8.5}, "whole number as filters"),
    ],
    ids=["filters", "kernel", "convolutions", "fraction"],
)
def test_impossible_blocks_are_refused(values: dict[str, float], message: str) -> None:
    with pytest.raises(ConfigError, match=message):
        ConvBlock(**values)


def test_no_block_at_all_is_refused() -> None:
    with pytest.raises(ConfigError, match="1 to 4 convolutional blocks, got 0"):
        CnnConfig(blocks=())


@pytest.mark.parametrize(
    "network", [LENET, DEEP, RESIDUAL], ids=["lenet", "deep", "residual"]
)
def test_a_network_survives_its_record(network: Network) -> None:
    config = TrainingConfig(network=network)

    assert TrainingConfig.from_json(config.to_json()) == config


def test_blocks_are_short_in_the_flat_list() -> None:
    flat = TrainingConfig(network=DEEP).flat()

    assert flat["network.kind"] == "cnn"
    assert flat["network.blocks"] == "4C3-4C3,6C3"
    assert flat["network.dense"] == "16"
