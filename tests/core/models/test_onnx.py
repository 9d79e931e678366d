"""The ONNX file computes what the Keras model does, by two independent engines."""

import itertools
from dataclasses import replace
from pathlib import Path
from typing import get_args

import keras
import numpy as np
import onnx
import onnxruntime
import pytest
from numpy.typing import NDArray
from onnx.reference import ReferenceEvaluator

from core.config import Activation, CnnConfig, ConvBlock, MlpConfig, Network
from core.errors import ExportError
from core.models import architectures
from core.models.onnx import save_onnx
from tests.core.models.test_export import trained
from tests.rounding import assert_same_but_rounded
from tests.small_data import RESIDUAL, dimensions

IMAGES = np.random.default_rng(0).random((20, 28, 28), dtype=np.float32)
BLOCKS = (ConvBlock(filters=3, kernel=4, convolutions=2), ConvBlock(filters=4))


def answers(path: Path, images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Ask ONNX Runtime, as a program that was given the file would."""
    session = onnxruntime.InferenceSession(path, providers=["CPUExecutionProvider"])
    (found,) = session.run(["probabilities"], {"images": images})
    return np.asarray(found)


NETWORKS = [
    pytest.param(MlpConfig(hidden=()), id="no hidden layer"),
    pytest.param(MlpConfig(hidden=(24, 12), dropout=0.3, batch_norm=True), id="mlp"),
    *[
        pytest.param(
            CnnConfig(
                blocks=BLOCKS,
                dense=(12,),
                activation=activation,
                padding=padding,
                batch_norm=batch_norm,
                dropout=0.2,
            ),
            id=f"cnn-{activation}-{padding}-{batch_norm}",
        )
        for activation, (padding, batch_norm) in itertools.product(
            get_args(Activation), (("same", False), ("valid", True))
        )
    ],
    pytest.param(RESIDUAL, id="residual"),
    pytest.param(
        replace(RESIDUAL, batch_norm=False, squeeze_excitation=False, activation="elu"),
        id="residual-bare",
    ),
]


@pytest.mark.parametrize("network", NETWORKS)
def test_the_onnx_model_answers_like_the_trained_one(
    network: Network, tmp_path: Path
) -> None:
    """With an even kernel too, whose padding is not the same on both sides."""
    model = trained(network)
    path = tmp_path / "model.onnx"

    save_onnx(model, path)

    expected = np.asarray(model(IMAGES))
    assert_same_but_rounded(answers(path, IMAGES), expected)
    assert_same_but_rounded(answers(path, IMAGES[:1]), expected[:1])


def test_an_ensemble_answers_with_the_mean_in_onnx_too(tmp_path: Path) -> None:
    """Members of all kinds, each with a last layer of its own."""
    dense = MlpConfig(hidden=(8,), batch_norm=True)
    networks = (dense, CnnConfig(blocks=BLOCKS), RESIDUAL)
    models = [trained(network) for network in networks]
    mean = architectures.mean_of(models)
    path = tmp_path / "model.onnx"

    save_onnx(mean, path)

    expected = sum(np.asarray(model(IMAGES)) for model in models) / 3
    assert_same_but_rounded(answers(path, IMAGES), expected)


@pytest.mark.parametrize(
    "network",
    [CnnConfig(blocks=BLOCKS, activation="gelu", batch_norm=True), RESIDUAL],
    ids=["cnn", "residual"],
)
def test_the_reference_implementation_of_onnx_agrees(
    network: Network, tmp_path: Path
) -> None:
    """The file follows the standard, not the liberties of one runtime."""
    model = trained(network)
    path = tmp_path / "model.onnx"

    save_onnx(model, path)

    (found,) = ReferenceEvaluator(str(path)).run(None, {"images": IMAGES[:3]})
    assert_same_but_rounded(found, model(IMAGES[:3]))


def test_the_file_says_what_goes_in_and_what_comes_out(tmp_path: Path) -> None:
    """Who opens it has nothing else to go by."""
    path = tmp_path / "model.onnx"

    save_onnx(trained(MlpConfig(hidden=(8,))), path)

    graph = onnx.load(path).graph
    shapes = [
        (each.name, [side.dim_param or side.dim_value for side in sides])
        for each in (*graph.input, *graph.output)
        for sides in [each.type.tensor_type.shape.dim]
    ]
    assert shapes == [("images", ["n", 28, 28]), ("probabilities", ["n", 7])]


@pytest.mark.parametrize(
    "layer",
    [
        pytest.param(keras.layers.LayerNormalization(name="odd"), id="layer"),
        pytest.param(keras.layers.Activation("selu", name="odd"), id="activation"),
    ],
)
def test_an_unknown_layer_is_refused(layer: keras.Layer, tmp_path: Path) -> None:
    """A model that leaves one out would answer, and wrongly."""
    network = architectures.build(MlpConfig(hidden=(8,)), dimensions(7))
    model = keras.Model(network.input, layer(network.output))

    with pytest.raises(ExportError, match="'odd'"):
        save_onnx(model, tmp_path / "model.onnx")


def test_pooling_of_another_kind_is_refused(tmp_path: Path) -> None:
    """Its name is that of the pooling we know."""
    images = keras.Input((4, 4, 1), name="images")
    model = keras.Model(images, keras.layers.MaxPooling2D(3)(images))

    with pytest.raises(ExportError, match="MaxPooling2D"):
        save_onnx(model, tmp_path / "model.onnx")
