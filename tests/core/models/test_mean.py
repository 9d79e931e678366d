"""Several networks as one: it answers with the mean of theirs."""

from pathlib import Path

import keras
import numpy as np
import pytest

from core.config import CnnConfig, ConvBlock, EnsembleConfig, MlpConfig, Network
from core.errors import ArtifactError
from core.inference import Predictor
from core.models import architectures, export
from tests.rounding import assert_same_but_rounded
from tests.small_data import RESIDUAL, dimensions

MEMBERS = (
    MlpConfig(hidden=(12, 6), dropout=0.5, batch_norm=True),
    CnnConfig(blocks=(ConvBlock(filters=4),), dense=(5,), activation="gelu"),
    MlpConfig(hidden=()),
    RESIDUAL,
)
WIDTHS = (6, 5, 784, 16)
IMAGES = np.random.default_rng(0).random((9, 28, 28), dtype=np.float32)


def trained(network: Network, *, seed: int = 0) -> keras.Model:
    """Build a network of four classes and give every weight a value of its own."""
    model = architectures.build(network, dimensions(4))
    generator = np.random.default_rng(seed)
    for weight in model.weights:
        value = generator.normal(0.0, 0.1, weight.shape)
        if weight.name == "moving_variance":
            value = np.abs(value)
        weight.assign(value.astype(np.float32))
    return model


def members() -> list[keras.Model]:
    """Make one network of each kind."""
    return [trained(member, seed=seed) for seed, member in enumerate(MEMBERS)]


def test_the_answer_is_the_mean_of_the_members_answers() -> None:
    """Of their probabilities, each with the same weight."""
    models = members()
    expected = np.mean([np.asarray(model(IMAGES)) for model in models], axis=0)

    mean = architectures.mean_of(models)

    assert_same_but_rounded(mean(IMAGES), expected)


def test_the_features_are_those_of_all_members_side_by_side() -> None:
    """A map of images is made of them."""
    models = members()
    expected = [np.asarray(architectures.with_features(m)(IMAGES)[1]) for m in models]

    answers, features = architectures.with_features(architectures.mean_of(models))(
        IMAGES
    )

    assert features.shape == (9, sum(WIDTHS))
    assert_same_but_rounded(features, np.hstack(expected))
    assert_same_but_rounded(answers, np.mean([m(IMAGES) for m in models], axis=0))


def test_of_many_features_only_some_are_given() -> None:
    """Those of 20 large networks would take gigabytes, for 10,000 test images."""
    model = architectures.mean_of([trained(MlpConfig(hidden=()))] * 3)

    _, features = architectures.with_features(model)(IMAGES)

    expected = np.tile(IMAGES.reshape(9, -1), 3)[:, ::2]
    np.testing.assert_array_equal(features, expected)


def test_an_ensemble_has_as_many_trained_numbers_as_the_pages_say() -> None:
    network = EnsembleConfig(members=MEMBERS)

    model = architectures.mean_of(members())

    trained_numbers = sum(int(np.prod(each.shape)) for each in model.trainable_weights)
    assert trained_numbers == network.num_parameters(dimensions(4))
    assert model.output_shape == (None, 4)


def test_both_files_of_an_ensemble_answer_like_it(tmp_path: Path) -> None:
    """What one downloads is what was tested, and plain Keras opens it safely."""
    model = architectures.mean_of(members())
    expected = np.asarray(model(IMAGES))

    export.save_keras(model, tmp_path / "model.keras")
    export.save_litert(model, tmp_path / "model.tflite")

    loaded = keras.models.load_model(tmp_path / "model.keras", safe_mode=True)
    predictor = Predictor(tmp_path / "model.tflite")
    assert_same_but_rounded(loaded(IMAGES), expected)
    assert_same_but_rounded(predictor.predict(IMAGES), expected)


@pytest.mark.parametrize(
    "network", MEMBERS, ids=["dense", "convolutional", "none", "residual"]
)
def test_weights_come_back_from_a_file(network: Network, tmp_path: Path) -> None:
    """All of them, also the statistics of batch normalisation."""
    saved = trained(network, seed=5)
    export.save_keras(saved, tmp_path / "model.keras")
    fresh = architectures.build(network, dimensions(4))

    export.load_weights(fresh, tmp_path / "model.keras")

    np.testing.assert_array_equal(fresh(IMAGES), saved(IMAGES))


@pytest.mark.parametrize("damage", ["missing", "rubbish", "cut", "garbled", "other"])
def test_a_file_without_these_weights_is_a_clear_error(
    damage: str, tmp_path: Path
) -> None:
    """It is told as the reason of a failed run."""
    path = tmp_path / "model.keras"
    export.save_keras(trained(MEMBERS[1]), path)
    content = path.read_bytes()
    match damage:
        case "missing":
            path.unlink()
        case "rubbish":
            path.write_bytes(b"rubbish")
        case "cut":
            path.write_bytes(content[: len(content) // 2])
        case "garbled":
            middle = len(content) // 2
            path.write_bytes(content[:middle] + bytes(64) + content[middle + 64 :])
        case "other":
            export.save_keras(trained(MlpConfig(hidden=(7,))), path)

    with pytest.raises(ArtifactError, match="missing, damaged, or of another network"):
        export.load_weights(
            architectures.build(MEMBERS[1], dimensions(4)), tmp_path / "model.keras"
        )
