"""The flags of a recipe in the terminal, and the configuration that they give.

`core.handover.commands` writes what is read here.
"""

import argparse
import dataclasses
from collections.abc import Iterable, Sequence
from typing import Any, Final, TypeVar, get_args

from core.config import (
    SINGLE_VALUES,
    Activation,
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    Monitor,
    Network,
    OptimizerName,
    Padding,
    Schedule,
    TrainingConfig,
    presets,
)
from core.errors import ConfigError

Config = TypeVar("Config", MlpConfig, CnnConfig, TrainingConfig, Augmentation)

_BLOCKS: Final = {
    "filters": "filters",
    "kernels": "kernel",
    "convolutions": "convolutions",
}
"""Flags with a number for each block, and what it is of a block."""

_IN_EACH: Final = ("activation", "dropout", "batch_norm")


def add_to(parser: argparse.ArgumentParser) -> None:
    """Add the flags; each that is not given is as the preset says."""
    names = [preset.name for preset in presets.PRESETS]
    parser.add_argument("--dataset", help="name of a data set (mnist)")
    parser.add_argument("--preset", choices=names, default=presets.DEFAULT)
    _add_network(parser.add_argument_group("network"))
    _add_optimisation(parser.add_argument_group("optimisation"))
    changes = parser.add_argument_group("changes of the training images, 0 is off")
    for field in dataclasses.fields(Augmentation):
        changes.add_argument(f"--{field.name}", type=float)
    validation = parser.add_argument_group("validation")
    validation.add_argument("--validation-fraction", type=float)
    validation.add_argument(
        "--patience", type=int, help="epochs without a better score"
    )
    validation.add_argument("--monitor", choices=get_args(Monitor))
    parser.add_argument("--seed", type=int)


def config_of(options: argparse.Namespace) -> TrainingConfig:
    """Make the configuration: the preset, and what was given.

    Raises:
        ConfigError: If a value is out of its range, or belongs to another kind of
            network.
    """
    base = presets.preset(options.preset).config
    config = _changed(base, options, SINGLE_VALUES)
    strengths = [field.name for field in dataclasses.fields(Augmentation)]
    return dataclasses.replace(
        config,
        network=_network(base.network, options),
        augmentation=_changed(base.augmentation, options, strengths),
    )


def _add_network(group: "argparse._ArgumentGroup") -> None:
    group.add_argument(
        "--hidden", type=_numbers, help="units of the dense layers, like 128,64"
    )
    group.add_argument(
        "--filters", type=_numbers, help="of each block of convolutions, like 16,32"
    )
    group.add_argument(
        "--kernels", type=_numbers, help="side of the filters of each block, like 5,3"
    )
    group.add_argument(
        "--convolutions", type=_numbers, help="how many each block has, like 1,2"
    )
    group.add_argument("--padding", choices=get_args(Padding))
    group.add_argument("--activation", choices=get_args(Activation))
    group.add_argument("--dropout", type=float)
    group.add_argument("--batch-norm", action=argparse.BooleanOptionalAction)


def _add_optimisation(group: "argparse._ArgumentGroup") -> None:
    group.add_argument("--epochs", type=int)
    group.add_argument("--batch-size", type=int)
    group.add_argument("--optimizer", choices=get_args(OptimizerName))
    group.add_argument("--learning-rate", type=float)
    group.add_argument("--schedule", choices=get_args(Schedule))
    for name in ("weight-decay", "label-smoothing", "gradient-clip", "weight-average"):
        group.add_argument(f"--{name}", type=float)


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        message = (
            f"expected whole numbers with commas between, like 128,64, got {text!r}"
        )
        raise argparse.ArgumentTypeError(message) from error


def _network(base: Network, options: argparse.Namespace) -> Network:
    match base:
        case MlpConfig():
            _refuse_blocks(options)
            return _changed(base, options, ("hidden", *_IN_EACH))
        case CnnConfig():
            changes = _given(options, ("padding", *_IN_EACH))
            if options.hidden is not None:
                changes["dense"] = options.hidden
            # All at once: what lies between may leave nothing of the image.
            blocks = _blocks(base.blocks, options)
            return dataclasses.replace(base, blocks=blocks, **changes)
        case _:
            _refuse_blocks(options)
            return dataclasses.replace(base, **_given(options, _IN_EACH))


def _refuse_blocks(options: argparse.Namespace) -> None:
    given = [name for name in (*_BLOCKS, "padding") if getattr(options, name)]
    if not given:
        return
    message = (
        f"Expected flags of a dense network for preset {options.preset}, got "
        f"--{given[0]}. Choose a preset with convolutions, for example lenet."
    )
    raise ConfigError(message)


def _blocks(
    blocks: Sequence[ConvBlock], options: argparse.Namespace
) -> tuple[ConvBlock, ...]:
    """Change the blocks; those beyond the preset's are like its last one."""
    given = {
        field: getattr(options, flag)
        for flag, field in _BLOCKS.items()
        if getattr(options, flag) is not None
    }
    if not given:
        return tuple(blocks)
    num_blocks = len(next(iter(given.values())))
    if any(len(numbers) != num_blocks for numbers in given.values()):
        _complain(given.values())
    kept = [*blocks, *[blocks[-1]] * num_blocks][:num_blocks]
    return tuple(
        dataclasses.replace(
            block, **{field: numbers[place] for field, numbers in given.items()}
        )
        for place, block in enumerate(kept)
    )


def _complain(given: Iterable[Sequence[int]]) -> None:
    lengths = ", ".join(str(len(numbers)) for numbers in given)
    message = (
        "Expected as many numbers for --filters, --kernels and --convolutions, one "
        f"for each block, got {lengths}. Give each block its own."
    )
    raise ConfigError(message)


def _changed(
    config: Config, options: argparse.Namespace, names: Sequence[str]
) -> Config:
    return dataclasses.replace(config, **_given(options, names))


def _given(options: argparse.Namespace, names: Sequence[str]) -> dict[str, Any]:
    values = {name: getattr(options, name) for name in names}
    return {name: value for name, value in values.items() if value is not None}
