"""The files a model is handed over in: they compute what the model does."""

from pathlib import Path

import keras
import numpy as np
import pytest

from core.config import MlpConfig, Network
from core.inference import MAX_BATCH, Predictor
from core.models import architectures, export

IMAGES = np.random.default_rng(0).random((MAX_BATCH + 3, 28, 28), dtype=np.float32)


def trained(network: Network) -> keras.Model:
    """Build a network and give every weight a value of its own."""
    model = architectures.build(network, num_classes=7)
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
    ],
)
def test_the_exported_model_answers_like_the_trained_one(
    network: MlpConfig, tmp_path: Path
) -> None:
    """What one downloads is what was tested, in more than one batch too."""
    model = trained(network)
    path = tmp_path / "model.tflite"

    export.save_litert(model, path)

    answers = Predictor(path).predict(IMAGES)
    np.testing.assert_allclose(answers, np.asarray(model(IMAGES)), atol=1e-5)


def test_plain_keras_opens_the_keras_file_safely(tmp_path: Path) -> None:
    """Nobody needs Inklab, or unsafe loading, to use a model."""
    model = trained(MlpConfig(hidden=(8,), dropout=0.2, batch_norm=True))
    path = tmp_path / "model.keras"

    export.save_keras(model, path)

    loaded = keras.models.load_model(path, safe_mode=True)
    np.testing.assert_array_equal(np.asarray(loaded(IMAGES)), np.asarray(model(IMAGES)))
