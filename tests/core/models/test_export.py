"""The files a model is handed over in: they compute what the model does."""

from collections.abc import Callable
from pathlib import Path

import keras
import numpy as np
import pytest

from core.config import CnnConfig, ConvBlock, MlpConfig, Network
from core.errors import ExportError
from core.inference import MAX_BATCH, Predictor
from core.models import architectures, export
from core.types import Probabilities
from tests.rounding import assert_same_but_rounded
from tests.small_data import RESIDUAL, dimensions

PIXELS = np.random.default_rng(0).integers(
    256, size=(MAX_BATCH + 3, 28, 28), dtype=np.uint8
)
IMAGES = PIXELS.astype(np.float32) / 255.0


def trained(network: Network) -> keras.Model:
    """Build a network and give every weight a value of its own."""
    model = architectures.build(network, dimensions(7))
    architectures.initialise(model, seed=1)
    generator = np.random.default_rng(2)
    for weight in model.weights:
        noise = generator.normal(0.0, 0.05, weight.shape)
        weight.assign_add(noise.astype(np.float32))
    return model


@pytest.mark.parametrize(
    "network",
    [
        pytest.param(MlpConfig(hidden=(24, 12)), id="plain"),
        pytest.param(
            MlpConfig(hidden=(24,), activation="gelu", dropout=0.3, batch_norm=True),
            id="batch norm and dropout",
        ),
        pytest.param(MlpConfig(hidden=()), id="no hidden layer"),
        pytest.param(
            CnnConfig(
                blocks=(ConvBlock(filters=4, convolutions=2), ConvBlock(filters=6)),
                dense=(8,),
                dropout=0.3,
                batch_norm=True,
            ),
            id="convolutions, batch norm and dropout",
        ),
        pytest.param(RESIDUAL, id="residual"),
    ],
)
def test_the_exported_model_answers_like_the_trained_one(
    network: Network, tmp_path: Path
) -> None:
    """What one downloads is what was tested, in more than one batch too."""
    model = trained(network)
    path = tmp_path / "model.tflite"

    export.save_litert(model, path)

    answers = Predictor(path).predict(IMAGES)
    assert_same_but_rounded(answers, model(IMAGES))
    export.check_litert(path, images=PIXELS, probabilities=np.asarray(model(IMAGES)))


def undecided() -> keras.Model:
    """Build a network with huge weights, to which 100 images are of either class."""
    model = architectures.build(MlpConfig(hidden=()), dimensions(7))
    kernel, bias = model.get_weights()
    generator = np.random.default_rng(3)
    images, _ = np.linalg.qr(IMAGES[:100].reshape(100, -1).T)
    direction = generator.normal(size=len(kernel))
    direction -= images @ (images.T @ direction)
    kernel[:, 0], kernel[:, 1] = 1e5 * direction, -1e5 * direction
    model.set_weights([kernel, bias])
    return model


def test_an_exported_model_with_huge_weights_may_differ_by_rounding(
    tmp_path: Path,
) -> None:
    """Learning far too fast is no defect of the export, and its run is kept."""
    path = tmp_path / "model.tflite"
    export.save_litert(undecided(), path)
    rounding = np.random.default_rng(4).uniform(-1e-6, 1e-6, IMAGES.shape)
    changed = IMAGES * (1 + rounding).astype(np.float32)
    probabilities = Predictor(path).predict(changed)

    export.check_litert(path, images=PIXELS, probabilities=probabilities)

    difference = np.abs(Predictor(path).predict(IMAGES) - probabilities).max()
    assert difference > export.TOLERANCE


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(lambda answers: answers[:, ::-1], id="other classes"),
        pytest.param(lambda answers: np.full_like(answers, np.nan), id="not a number"),
    ],
)
@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: trained(MlpConfig(hidden=(24, 12))), id="usual"),
        pytest.param(undecided, id="huge weights"),
    ],
)
def test_an_exported_model_that_computes_something_else_is_refused(
    make: Callable[[], keras.Model],
    wrong: Callable[[Probabilities], Probabilities],
    tmp_path: Path,
) -> None:
    """Also one for which rounding alone changes some answers."""
    model = make()
    path = tmp_path / "model.tflite"
    export.save_litert(model, path)

    with pytest.raises(ExportError, match="defect of the export"):
        export.check_litert(
            path, images=PIXELS, probabilities=wrong(np.asarray(model(IMAGES)))
        )


def test_one_image_that_differs_is_enough(tmp_path: Path) -> None:
    """Also where 100 others may differ by rounding."""
    path = tmp_path / "model.tflite"
    export.save_litert(undecided(), path)
    probabilities = Predictor(path).predict(IMAGES)
    probabilities[-1] = np.roll(probabilities[-1], 1)

    with pytest.raises(ExportError, match="defect of the export"):
        export.check_litert(path, images=PIXELS, probabilities=probabilities)


def test_plain_keras_opens_the_keras_file_safely(tmp_path: Path) -> None:
    """Nobody needs Inklab, or unsafe loading, to use a model."""
    model = trained(MlpConfig(hidden=(8,), dropout=0.2, batch_norm=True))
    path = tmp_path / "model.keras"

    export.save_keras(model, path)

    loaded = keras.models.load_model(path, safe_mode=True)
    np.testing.assert_array_equal(np.asarray(loaded(IMAGES)), np.asarray(model(IMAGES)))
