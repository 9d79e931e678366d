"""Configurations written as commands and as Python."""

import dataclasses
import io
import shlex
from contextlib import redirect_stdout
from typing import Any

import pytest

from core import cli
from core.config import (
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    TrainingConfig,
    presets,
)
from core.datasets.store import Dataset
from core.handover.commands import as_command, as_python

CLASSIC = presets.preset("classic-mlp").config
FAST = presets.preset("fast-mlp").config
DEEP = presets.preset("deep-mlp").config
LENET = presets.preset("lenet").config
PRESET_CONFIGS = [pytest.param(each.config, id=each.name) for each in presets.PRESETS]
THREE_BLOCKS = CnnConfig(
    blocks=(
        ConvBlock(filters=8, convolutions=2),
        ConvBlock(filters=16),
        ConvBlock(filters=32, kernel=2),
    ),
    dense=(),
)


def changed(config: TrainingConfig, **values: Any) -> TrainingConfig:  # noqa: ANN401 - any field
    return dataclasses.replace(config, **values)


EVERYTHING = changed(
    FAST,
    dataset='a "quoted" \\ name',
    network=MlpConfig(hidden=(), activation="gelu", dropout=0.25, batch_norm=True),
    epochs=3,
    batch_size=64,
    optimizer="adamw",
    learning_rate=1e-6,
    schedule="cosine",
    weight_decay=0.01,
    label_smoothing=0.1,
    gradient_clip=1.0,
    weight_average=0.99,
    augmentation=Augmentation(rotation=10.0, erasing=0.25),
    validation_fraction=0.0,
    seed=2**31 - 1,
)


@pytest.mark.parametrize("config", PRESET_CONFIGS)
def test_a_preset_is_its_name(config: TrainingConfig) -> None:
    """A command of twenty flags would hide that nothing was changed."""
    assert as_command(config) == f"python -m core train --preset {config.preset}"


@pytest.mark.parametrize(
    ("config", "flags"),
    [
        pytest.param(changed(FAST, epochs=8), "--epochs 8", id="epochs"),
        pytest.param(
            changed(FAST, batch_size=32, seed=7, learning_rate=1e-6),
            "--batch-size 32 --learning-rate 1e-06 --seed 7",
            id="several in the order of the fields",
        ),
        pytest.param(
            changed(FAST, network=MlpConfig(hidden=(64, 8), dropout=0.5)),
            "--hidden 64,8 --dropout 0.5",
            id="layers",
        ),
        pytest.param(
            changed(FAST, network=MlpConfig(hidden=())), "--hidden ''", id="no layer"
        ),
        pytest.param(
            changed(FAST, network=MlpConfig(batch_norm=True, activation="gelu")),
            "--activation gelu --batch-norm",
            id="how layers work",
        ),
        pytest.param(
            changed(FAST, dataset="my digits; rm -r"),
            "--dataset 'my digits; rm -r'",
            id="quoted for the shell",
        ),
        pytest.param(
            changed(FAST, augmentation=Augmentation(rotation=10.0, shift=1.5)),
            "--rotation 10.0 --shift 1.5",
            id="changes of the images",
        ),
    ],
)
def test_what_differs_from_the_preset_is_a_flag(
    config: TrainingConfig, flags: str
) -> None:
    assert as_command(config) == f"python -m core train --preset fast-mlp {flags}"


@pytest.mark.parametrize(
    ("config", "flags"),
    [
        pytest.param(
            changed(LENET, augmentation=Augmentation()),
            "--rotation 0.0 --shift 0.0 --zoom 0.0 --shear 0.0",
            id="no changes of the images",
        ),
        pytest.param(
            changed(LENET, network=CnnConfig(dense=(64,), padding="same")),
            "--hidden 64 --padding same",
            id="after the blocks",
        ),
        pytest.param(
            changed(LENET, network=dataclasses.replace(THREE_BLOCKS, padding="valid")),
            "--filters 8,16,32 --kernels 3,3,2 --convolutions 2,1,1 --hidden ''",
            id="other blocks",
        ),
    ],
)
def test_a_convolutional_network_has_flags_of_its_own(
    config: TrainingConfig, flags: str
) -> None:
    assert as_command(config) == f"python -m core train --preset lenet {flags}"


def test_what_a_preset_has_switched_on_can_be_switched_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    normed = presets.Preset(
        name="normed",
        summary="",
        config=TrainingConfig(preset="normed", network=MlpConfig(batch_norm=True)),
        claims=presets.PRESETS[0].claims,
    )
    monkeypatch.setattr(presets, "PRESETS", (normed,))

    command = as_command(changed(normed.config, network=MlpConfig()))

    assert command == "python -m core train --preset normed --no-batch-norm"


@pytest.mark.parametrize(
    ("config", "start"),
    [
        pytest.param(TrainingConfig(), "--preset classic-mlp", id="no preset"),
        pytest.param(
            changed(CLASSIC, network=CnnConfig(padding="valid")),
            "--preset lenet --epochs 10 --batch-size 32",
            id="another kind of network",
        ),
    ],
)
def test_a_recipe_starts_from_a_preset_with_such_a_network(
    config: TrainingConfig, start: str
) -> None:
    """No flag turns a dense network into a convolutional one."""
    assert as_command(config).startswith(f"python -m core train {start}")


class AskedError(Exception):
    """What the command line would have trained."""

    def __init__(self, config: TrainingConfig) -> None:
        self.config = config


class AskedStore:
    """A run store that only says what it was asked for."""

    def create(self, config: TrainingConfig, **_: object) -> str:
        """Say it."""
        raise AskedError(config)


@pytest.mark.parametrize(
    "config",
    [
        *PRESET_CONFIGS,
        pytest.param(
            changed(
                FAST,
                network=MlpConfig(hidden=(), dropout=0.25),
                optimizer="adamw",
                weight_decay=0.01,
                patience=4,
                monitor="val_accuracy",
                validation_fraction=1 / 3,
            ),
            id="changed",
        ),
        pytest.param(
            changed(
                LENET,
                network=dataclasses.replace(
                    THREE_BLOCKS, padding="valid", batch_norm=True, activation="elu"
                ),
                augmentation=Augmentation(elastic=0.5, noise=0.1),
            ),
            id="convolutions",
        ),
        pytest.param(
            changed(
                LENET,
                network=CnnConfig(
                    blocks=(
                        ConvBlock(filters=16, kernel=5),
                        ConvBlock(filters=32, kernel=5, convolutions=3),
                    ),
                    padding="same",
                ),
            ),
            id="more than fits the edge of the preset",
        ),
    ],
)
def test_the_command_line_understands_the_command(
    config: TrainingConfig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Copied into a terminal, it trains the same thing."""
    monkeypatch.setattr("core.cli.train.open_store", AskedStore)
    _, _, _, *words = shlex.split(as_command(config))

    with pytest.raises(AskedError) as asked:
        cli.main(words)

    assert asked.value.config == config


@pytest.mark.parametrize(
    "config",
    [
        *PRESET_CONFIGS,
        pytest.param(TrainingConfig(), id="defaults"),
        pytest.param(EVERYTHING, id="everything changed"),
        pytest.param(TrainingConfig(network=THREE_BLOCKS), id="blocks"),
        pytest.param(
            TrainingConfig(
                network=CnnConfig(blocks=(ConvBlock(filters=1),) * 4),
                augmentation=Augmentation(
                    rotation=1 / 3, shift=1 / 7, zoom=0.2, shear=1e-9, noise=0.1
                ),
            ),
            id="long numbers",
        ),
    ],
)
def test_the_python_makes_an_equal_configuration(config: TrainingConfig) -> None:
    code, _, _ = as_python(config).partition("\ntrained = ")
    names: dict[str, Any] = {}

    exec(code, names)  # noqa: S102 - that is what it is for

    assert names["config"] == config
    assert max(map(len, code.splitlines())) <= 88


def test_the_python_is_laid_out_for_people() -> None:
    """One value a line, and what is not done to the images is not told."""
    code = as_python(changed(LENET, epochs=3))

    assert code.startswith(
        "from core.config import Augmentation, CnnConfig, ConvBlock, TrainingConfig\n"
    )
    assert '    preset="lenet",\n    network=CnnConfig(\n        blocks=(\n' in code
    assert "            ConvBlock(filters=16, kernel=5, convolutions=1),\n" in code
    assert "    epochs=3,\n    batch_size=128,\n" in code
    assert "noise" not in code


def test_the_python_trains_and_says_how_good_it_is(small_mnist: Dataset) -> None:
    """What one copies must run."""
    code = as_python(changed(FAST, epochs=1, network=MlpConfig(hidden=(8,))))

    with redirect_stdout(io.StringIO()) as output:
        exec(code, {})  # noqa: S102 - that is what it is for

    assert len(small_mnist.test.labels) == 200
    assert output.getvalue().endswith(" % of 200 test images\n")
