"""Flat settings and configurations: there and back without a loss."""

from dataclasses import replace
from typing import Any

import pytest

from core.config import (
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    TrainingConfig,
    presets,
    settings_table,
)
from core.config.controls import SETTINGS

CONFIGS = [
    *(pytest.param(each.config, id=each.name) for each in presets.PRESETS),
    pytest.param(
        TrainingConfig(
            network=CnnConfig(
                blocks=(ConvBlock(filters=8, kernel=3, convolutions=3),),
                dense=(),
                activation="gelu",
                dropout=0.4,
                batch_norm=True,
            ),
            optimizer="sgd",
            weight_decay=0.01,
            gradient_clip=1.0,
            emphasis=(5, 17),
            emphasis_factor=7,
            augmentation=Augmentation(noise=0.1, erasing=0.3),
            validation_fraction=0.2,
            patience=3,
            monitor="val_accuracy",
            seed=7,
        ),
        id="everything changed",
    ),
]


@pytest.mark.parametrize("config", CONFIGS)
def test_a_configuration_survives_its_controls(config: TrainingConfig) -> None:
    """What is shown is what is trained."""
    values = settings_table.values_of(config)

    again = settings_table.config_of(
        values, preset=config.preset, dataset=config.dataset
    )

    assert again == config
    assert set(values) == set(SETTINGS)


@pytest.mark.parametrize("config", CONFIGS)
def test_each_value_is_among_the_choices(config: TrainingConfig) -> None:
    """A slider cannot show what it cannot be set to; images are chosen elsewhere."""
    values = settings_table.values_of(config)

    assert {
        key: value
        for key, value in values.items()
        if value not in SETTINGS[key].choices and key != "emphasis"
    } == {}


def test_what_is_written_in_an_address_is_read_back() -> None:
    """Two choices with the same words would become one."""
    choices = [
        (key, choice)
        for key in set(SETTINGS) - {"seed"}
        for choice in SETTINGS[key].choices
    ]

    assert [
        (key, choice)
        for key, choice in choices
        if settings_table.read(key, settings_table.write(choice)) != choice
    ] == []


@pytest.mark.parametrize(
    ("key", "written"),
    [("seed", "9" * 5000), ("seed", "-1"), ("epochs", "\u0663x"), ("dropout", "nan")],
    ids=["long", "negative", "no number", "nan"],
)
def test_what_cannot_be_read_is_nothing(key: str, written: str) -> None:
    assert settings_table.read(key, written) is None


@pytest.mark.parametrize(
    ("changed", "unused"),
    [
        ({"layers": 1}, {"units_1"}),
        ({"kind": "dense"}, {"blocks", "kernel_0", "filters_1", "padding"}),
        ({"blocks": 1}, {"filters_1", "kernel_1", "convolutions_1"}),
        ({"optimizer": "adam"}, {"weight_decay"}),
        ({"validation_percent": 0}, {"patience", "monitor"}),
    ],
    ids=["layers", "kind of network", "blocks", "optimizer", "nothing held out"],
)
def test_a_setting_without_effect_is_known(
    changed: dict[str, Any], unused: set[str]
) -> None:
    """Its control is off, and it does not count as changed."""
    config = TrainingConfig(
        network=CnnConfig(dense=(64, 32)), optimizer="adamw", patience=2
    )
    values = settings_table.values_of(config)

    before = {key for key in unused if settings_table.is_used(key, values)}
    after = {key for key in unused if settings_table.is_used(key, values | changed)}

    assert (before, after) == (unused, set())


def test_weight_decay_of_another_optimizer_does_not_break_adam() -> None:
    """One tries optimizers one after the other."""
    config = TrainingConfig(
        network=MlpConfig(), optimizer="adamw", weight_decay=0.05, patience=3
    )
    values = settings_table.values_of(config) | {
        "optimizer": "adam",
        "validation_percent": 0,
    }

    found = settings_table.config_of(values, preset="", dataset="mnist")

    assert found == replace(
        config, optimizer="adam", weight_decay=0.0, patience=0, validation_fraction=0.0
    )


@pytest.mark.parametrize(
    ("key", "written", "expected"),
    [
        ("learning_rate", "0.00137", 0.00137),
        ("learning_rate", "1.5e-05", 1.5e-05),
        ("units_0", "137", 137),
        ("epochs", "500", 500),
        ("validation_percent", "13.7", 13.7),
        ("validation_percent", "13", 13),
        ("units_0", "137.5", None),
        ("units_0", "2049", None),
        ("epochs", "501", None),
        ("learning_rate", "1.01", None),
        ("validation_percent", "51", None),
        ("learning_rate", "1_0", None),
        ("learning_rate", "1e-999", None),
    ],
)
def test_a_number_may_lie_between_the_steps_but_within_the_limits(
    key: str, written: str, expected: float | None
) -> None:
    found = settings_table.read(key, written)

    assert (found, type(found)) == (expected, type(expected))
    if found is not None:
        assert settings_table.write(found) == written


def test_a_share_is_the_same_after_its_percent() -> None:
    """0.57 x 100 is not 57 in binary."""
    shares = [number / 1000 for number in range(501)]
    configs = [TrainingConfig(validation_fraction=share) for share in shares]

    found = [
        settings_table.config_of(
            settings_table.values_of(each), preset="", dataset="mnist"
        ).validation_fraction
        for each in configs
    ]

    assert found == shares
