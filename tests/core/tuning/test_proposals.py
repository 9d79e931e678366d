"""Values to try around the one of a recipe."""

from dataclasses import replace

import pytest

from core.config import MlpConfig, TrainingConfig, presets
from core.config.controls import SETTINGS
from core.errors import ConfigError
from core.tuning import proposals, space
from core.tuning.space import Choices, SearchSpace

CLASSIC = presets.preset("classic-mlp").config
LENET = presets.preset("lenet").config


@pytest.mark.parametrize(
    ("key", "expected"),
    [
        ("learning_rate", (0.0003, 0.0005, 0.001, 0.002, 0.003)),
        ("dropout", (0.0, 0.05, 0.1, 0.15, 0.2)),
        ("epochs", (2, 5, 10, 20, 50)),
        ("units_0", (64, 96, 128, 192, 256)),
        ("hidden", ("64,16", "96,32", "128,64", "192,96", "256,128")),
        ("seed", (0, 1, 2, 3, 4)),
        ("batch_norm", (False, True)),
        ("optimizer", ("adam", "adamw", "sgd", "lion", "muon")),
    ],
    ids=str,
)
def test_values_are_proposed_around_that_of_the_recipe(
    key: str, expected: tuple[object, ...]
) -> None:
    assert proposals.proposed(key, CLASSIC) == expected


@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda each: each.name)
def test_what_is_proposed_can_be_read_and_trained(preset: presets.Preset) -> None:
    """Also of every setting that has an effect in a preset, alone."""
    base = preset.config
    for key in proposals.keys(base):
        values = proposals.proposed(key, base)
        written = [proposals.write(key, each) for each in proposals.offered(key, base)]

        assert 2 <= len(values) <= proposals.MAX_VALUES
        assert len(set(values)) == len(values)
        assert proposals.current(key, base) in proposals.offered(key, base)
        assert {proposals.write(key, each) for each in values} <= set(written)
        assert [
            proposals.write(key, proposals.read(key, each)) for each in written
        ] == (written)
        varied = SearchSpace(varied={key: Choices(values=values)})
        found = {space.config_of(base, params) for params in space.grid(varied, base)}
        assert len(found) >= 2


def test_a_value_between_the_steps_is_in_the_middle() -> None:
    odd = replace(CLASSIC, learning_rate=0.00137, seed=41)

    assert proposals.proposed("learning_rate", odd) == (
        *(0.0005, 0.001, 0.00137, 0.002, 0.003),
    )
    assert proposals.proposed("seed", odd)[0] == 41


def test_only_what_has_an_effect_is_offered() -> None:
    """Neither weight decay with adam, nor the validation split, which scores trials."""
    none = replace(CLASSIC, network=MlpConfig(hidden=()))

    assert not {"weight_decay", "filters_0", "validation_percent", "monitor"} & set(
        proposals.keys(CLASSIC)
    )
    assert "hidden" not in proposals.keys(none)
    assert set(proposals.keys(LENET)) - space.LISTS.keys() <= set(SETTINGS)


@pytest.mark.parametrize(
    ("key", "written", "expected"),
    [
        ("learning_rate", "2", "a number from 1e-06 to 1"),
        ("epochs", "2.5", "a whole number from 1 to 500"),
        ("dropout", "much", "a number from 0 to 0.9"),
        ("optimizer", "best", "one of adam, adamw"),
        ("hidden", "128;64", "separated by commas"),
    ],
)
def test_what_cannot_be_tried_is_told(key: str, written: str, expected: str) -> None:
    with pytest.raises(ConfigError, match=expected):
        proposals.read(key, written)


def test_a_typed_value_has_the_type_of_its_setting() -> None:
    assert proposals.read("learning_rate", " 0.0042 ") == 0.0042
    epochs = proposals.read("epochs", "137")
    assert (epochs, type(epochs)) == (137, int)
    assert proposals.read("hidden", "64, 32") == "64,32"
    assert TrainingConfig(epochs=epochs).epochs == 137
