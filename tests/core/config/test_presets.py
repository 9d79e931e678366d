"""Presets: recipes with a claim."""

from dataclasses import replace

import pytest

from core.config import MlpConfig, TrainingConfig, known_presets, presets
from core.config.controls import SETTINGS
from core.config.presets import Preset
from core.errors import ConfigError
from core.types import InkStyle


def test_the_classic_is_the_original_recipe_to_the_letter() -> None:
    """Its 97.71 % is what people compare with: nothing may be improved silently."""
    config = presets.preset("classic-mlp").config

    assert config.network == MlpConfig(
        hidden=(128, 64), activation="relu", dropout=0.0, batch_norm=False
    )
    assert (config.learning_rate, config.schedule) == (1e-3, "constant")
    assert (config.batch_size, config.epochs) == (32, 10)


def test_the_default_and_the_fastest_are_presets() -> None:
    """The pages and the terminal start from them."""
    assert presets.preset(presets.DEFAULT).name == "classic-mlp"
    assert presets.preset(presets.FASTEST).name == "fast-mlp"


def test_names_are_unique() -> None:
    """A name chooses one recipe."""
    names = [preset.name for preset in presets.PRESETS]

    assert len(set(names)) == len(names)


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda preset: preset.name)
def test_each_recipe_knows_its_name_and_survives_being_stored(preset: Preset) -> None:
    """A run says which preset it came from."""
    assert preset.config.preset == preset.name
    assert TrainingConfig.from_json(preset.config.to_json()) == preset.config


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda preset: preset.name)
def test_each_claim_is_one_that_can_be_reproduced(preset: Preset) -> None:
    """An accuracy without spread, seeds and machine is advertising."""
    claim = preset.claim_on("mnist")

    assert claim is not None
    assert 0.9 < claim.accuracy < 1.0
    assert 0.0 < claim.spread < 0.01
    assert claim.num_seeds >= 2
    assert claim.seconds > 0
    assert claim.machine


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda preset: preset.name)
def test_a_preset_augments_as_the_ink_allows(preset: Preset) -> None:
    """What fills 24 of 28 pixels must not be shifted by two; what is not, stays so."""
    config = preset.config_for("emnist-letters", "emnist")

    is_none = preset.config.augmentation.is_none
    assert config.augmentation.is_none == is_none
    assert is_none or config.augmentation.shift <= 1.0
    assert config.dataset == "emnist-letters"
    assert preset.config_for("mnist", "mnist") == preset.config


def test_a_recipe_is_named_after_the_preset_for_its_data_set() -> None:
    """MNIST's augmentation on EMNIST's images is another recipe."""
    lenet = presets.preset("lenet")
    on_letters = lenet.config_for("emnist-letters", "emnist")
    as_mnist = replace(lenet.config, dataset="emnist-letters")

    def name_of(config: TrainingConfig) -> str:
        return known_presets.name_of(config, network="16C5", ink_style="emnist")

    assert name_of(on_letters) == "lenet"
    assert name_of(as_mnist) == "16C5"


def test_a_data_set_that_was_not_measured_has_no_claim() -> None:
    """MNIST's figures must not be quoted for letters."""
    assert presets.preset("lenet").claim_on("my-letters") is None


def test_an_unknown_preset_is_refused_with_those_there_are() -> None:
    """A typing mistake must be easy to correct."""
    with pytest.raises(ConfigError, match="best-cnn, resnet-small, got 'clasic'"):
        presets.preset("clasic")


@pytest.mark.parametrize("style", presets.AUGMENTATIONS)
@pytest.mark.parametrize("name", ["rotation", "shift", "zoom", "shear"])
def test_what_suits_an_ink_style_can_be_set_by_hand(style: InkStyle, name: str) -> None:
    """A slider that lacks the value of a preset raises, and an address is not read."""
    assert getattr(presets.AUGMENTATIONS[style], name) in SETTINGS[name].choices
