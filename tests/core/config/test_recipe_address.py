"""A recipe in an address: what is read is what was written, and no preset is needed."""

import random
from dataclasses import replace

import pytest

from core.config import (
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    Network,
    ResidualStage,
    ResNetConfig,
    TrainingConfig,
    own_presets,
    presets,
    recipe_address,
    settings_table,
)

NUM_RANDOM = 200


def _number(generator: random.Random, low: float, high: float) -> float:
    digits = generator.choice([3, 6, 14])
    return round(generator.uniform(low, high), digits)


def _network(generator: random.Random) -> Network:
    common = {
        "activation": generator.choice(["relu", "gelu", "tanh"]),
        "dropout": _number(generator, 0, 0.9),
        "batch_norm": generator.choice([True, False]),
    }
    units = tuple(generator.randint(1, 2048) for _ in range(generator.randint(0, 6)))
    filters, kernel = generator.randint(1, 256), generator.randint(1, 11)
    match generator.choice(["mlp", "cnn", "resnet"]):
        case "mlp":
            return MlpConfig(hidden=units, **common)
        case "cnn":
            block = ConvBlock(filters=filters, kernel=kernel, convolutions=2)
            return CnnConfig(blocks=(block,) * 3, dense=units, **common)
        case _:
            stages = (ResidualStage(filters=filters, blocks=3),) * 2
            return ResNetConfig(stages=stages, stem_filters=filters, **common)


def random_config(seed: int) -> TrainingConfig:
    """Make a recipe that no control has the steps for."""
    generator = random.Random(seed)  # noqa: S311 - nothing is secret here
    optimizer = generator.choice(["adam", "adamw", "sgd", "lion", "muon"])
    is_adam = optimizer == "adam"
    return TrainingConfig(
        preset=generator.choice(["", "lenet", "best-cnn", "mine", "gone", "a~b % c"]),
        network=_network(generator),
        epochs=generator.randint(1, 500),
        batch_size=generator.randint(1, 8192),
        optimizer=optimizer,
        learning_rate=10 ** generator.uniform(-6, 0),
        weight_decay=0.0 if is_adam else _number(generator, 0, 1),
        label_smoothing=_number(generator, 0, 0.5),
        gradient_clip=_number(generator, 0, 1000),
        weight_average=_number(generator, 0, 0.9999),
        augmentation=Augmentation(
            rotation=_number(generator, 0, 45), noise=_number(generator, 0, 0.5)
        ),
        validation_fraction=round(generator.uniform(0.01, 0.5), 6),
        patience=generator.randint(0, 500),
        monitor=generator.choice(["val_loss", "val_accuracy"]),
        seed=generator.randrange(2**31),
    )


def there_and_back(config: TrainingConfig, *, style: str = "mnist") -> TrainingConfig:
    """Write a recipe as an address and read it again."""
    written = recipe_address.write(
        settings_table.values_of(config), preset=config.preset, ink_style=style
    )
    preset, values = recipe_address.read(written, style)
    return settings_table.config_of(values, preset=preset, dataset=config.dataset)


@pytest.mark.parametrize("style", ["mnist", "emnist", "plain"])
@pytest.mark.parametrize("preset", presets.PRESETS, ids=lambda each: each.name)
def test_a_preset_is_the_same_after_an_address(
    preset: presets.Preset, style: str
) -> None:
    config = preset.config_for("mnist", style)

    assert there_and_back(config, style=style) == config
    assert there_and_back(replace(config, seed=7), style=style) == replace(
        config, seed=7
    )


@pytest.mark.parametrize("start", range(0, NUM_RANDOM, 50))
def test_any_recipe_is_the_same_after_an_address(start: int) -> None:
    """A trial's learning rate of 0.00137 is shown and trained as 0.00137."""
    own_presets.save("mine", random_config(10**6))
    configs = [random_config(seed) for seed in range(start, start + 50)]

    assert [each for each in configs if there_and_back(each) != each] == []


def test_an_address_outlives_the_preset_it_names() -> None:
    """Also one that was changed since: the address says all settings itself."""
    config = replace(random_config(1), preset="mine")
    own_presets.save("mine", config)
    values = settings_table.values_of(config)
    written = recipe_address.write(values, preset="mine", ink_style="mnist")

    own_presets.save("mine", random_config(2), replaces=True)
    changed = recipe_address.read(written, "mnist")
    own_presets.delete("mine")
    deleted = recipe_address.read(written, "mnist")

    assert changed == deleted
    assert changed[0] == "mine"
    assert settings_table.config_of(changed[1], preset="mine", dataset="mnist") == (
        config
    )


def test_the_name_alone_means_the_preset_as_it_is() -> None:
    """And the default's values under another name are told apart from that."""
    own_presets.save("mine", TrainingConfig(epochs=137))
    default = replace(presets.preset(presets.DEFAULT).config, preset="mine")

    assert recipe_address.read("mine", "mnist")[1]["epochs"] == 137
    assert there_and_back(default) == default


def test_an_endless_name_is_none() -> None:
    assert recipe_address.read("x" * 5000, "mnist")[0] == presets.DEFAULT
