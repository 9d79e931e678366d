"""What one sees inside an exported model is what the Keras model computes."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import pytest

from core.config import (
    CnnConfig,
    ConvBlock,
    EnsembleConfig,
    MlpConfig,
    Network,
    TrainingConfig,
)
from core.errors import ArtifactError
from core.models import architectures, export
from core.network_view import NetworkView, num_members
from core.training.dead_units import share_of_dead_units
from tests.small_data import RESIDUAL, dimensions

DENSE = MlpConfig(hidden=(24, 12))
CNN = CnnConfig(
    blocks=(ConvBlock(filters=4, convolutions=2), ConvBlock(filters=6)), dense=(8,)
)
NORMALISED = MlpConfig(hidden=(9,), activation="gelu", dropout=0.3, batch_norm=True)
IMAGES = np.random.default_rng(0).integers(256, size=(60, 28, 28), dtype=np.uint8)
IMAGE = IMAGES[0].astype(np.float32) / 255


def model_of(network: Network) -> keras.Model:
    """Build a network some of whose units are dead."""
    model = architectures.build(network, dimensions(7))
    architectures.initialise(model, seed=1)
    for layer in model.layers:
        if isinstance(layer, keras.layers.Dense | keras.layers.Conv2D):
            kernel, bias = layer.get_weights()
            bias[::4] = -9
            layer.set_weights([kernel, bias])
    return model


def exported(model: keras.Model, folder: Path) -> Path:
    path = folder / "model.tflite"
    export.save_litert(model, path)
    return path


@pytest.fixture(scope="module")
def ensemble(
    tmp_path_factory: pytest.TempPathFactory,
) -> tuple[Path, list[keras.Model]]:
    """Export an ensemble of all kinds of networks, and give its members."""
    models = [model_of(each) for each in (DENSE, CNN, RESIDUAL, NORMALISED)]
    folder = tmp_path_factory.mktemp("ensemble")
    return exported(architectures.mean_of(models), folder), models


RECIPE = EnsembleConfig(members=(DENSE, CNN, RESIDUAL, NORMALISED))


@pytest.mark.parametrize("member", range(4), ids=["dense", "cnn", "residual", "gelu"])
def test_each_layer_gives_what_the_keras_model_gives(
    ensemble: tuple[Path, Sequence[keras.Model]], member: int
) -> None:
    """For each network of an ensemble, whatever the export has joined."""
    path, models = ensemble
    view = NetworkView(path, RECIPE, dimensions(7), member=member)
    layers = dict(architectures.outputs(models[member], IMAGE[np.newaxis]))
    by_name = {layer.name: np.array(signal) for layer, signal in layers.items()}

    found = view.outputs(IMAGE)

    graph = view.graph
    assert [each.layer for each in found] == list(graph.layers[1:])
    for output, nodes in zip(found, graph.nodes_by_layer[1:], strict=True):
        expected = by_name[nodes[-1].name].reshape(output.values.shape)
        np.testing.assert_allclose(output.values, expected, atol=1e-5)
        assert output.values.shape == output.layer.shape
    assert num_members(RECIPE) == 4


def test_a_network_of_its_own_ends_with_its_answer(tmp_path: Path) -> None:
    """Its last tensor has no name that tells what it is."""
    model = model_of(CNN)
    view = NetworkView(
        exported(model, tmp_path), TrainingConfig(network=CNN), dimensions(7)
    )

    *_, answer = view.outputs(IMAGE)

    expected = np.array(model(IMAGE[np.newaxis]))[0]
    np.testing.assert_allclose(answer.values, expected, atol=1e-5)


@pytest.mark.parametrize(("member", "layer"), [(0, "hidden_1"), (1, "convolution_1_1")])
def test_the_first_weights_are_those_that_were_learned(
    ensemble: tuple[Path, Sequence[keras.Model]], member: int, layer: str
) -> None:
    """One picture for each unit or filter."""
    path, models = ensemble
    kernel = models[member].get_layer(layer).get_weights()[0]
    units = np.moveaxis(kernel, -1, 0)

    weights = NetworkView(path, RECIPE, dimensions(7), member=member).first_weights()

    np.testing.assert_array_equal(weights, units.reshape(weights.shape))
    assert weights.shape[1:] == ((28, 28) if member == 0 else kernel.shape[:2])


@pytest.mark.parametrize("member", range(4))
def test_dead_units_are_counted_like_in_training(
    ensemble: tuple[Path, Sequence[keras.Model]], member: int
) -> None:
    path, models = ensemble
    view = NetworkView(path, RECIPE, dimensions(7), member=member)

    found = view.dead_units(IMAGES.astype(np.float32) / 255)

    share = share_of_dead_units(models[member], IMAGES)
    if share is None:
        assert not found
        return
    dead = sum(each.num_dead for each in found)
    assert 0 < dead == round(share * sum(each.num_units for each in found))


def test_a_model_of_another_network_says_so(
    ensemble: tuple[Path, Sequence[keras.Model]], tmp_path: Path
) -> None:
    path, _ = ensemble
    with pytest.raises(ArtifactError, match="Train the run again"):
        NetworkView(path, TrainingConfig(network=DENSE), dimensions(7))
    (tmp_path / "model.tflite").write_bytes(b"no model")
    with pytest.raises(ArtifactError, match="missing or damaged"):
        NetworkView(
            tmp_path / "model.tflite", TrainingConfig(network=DENSE), dimensions(7)
        )
