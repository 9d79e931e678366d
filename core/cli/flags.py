"""The flags of a recipe in the terminal, made from the descriptions of its settings."""

import argparse
from collections.abc import Callable, Mapping
from typing import Any, Final

from core.config import TrainingConfig, known_presets, presets
from core.config.flags import FLAGS, Flag, Given, changed
from core.datasets import catalog
from core.errors import InklabError

_METAVARS: Final[Mapping[type, str]] = {int: "N", float: "X", str: "NAME"}


def add_to(
    parser: argparse.ArgumentParser, *, renamed: Mapping[str, str] | None = None
) -> None:
    """Add the flags; each that is not given is as the preset says.

    Args:
        parser: Of a command that trains.
        renamed: What flags are called there whose names mean something else.
    """
    names = ", ".join(preset.name for preset in presets.PRESETS)
    parser.add_argument(
        "--preset",
        type=_preset,
        metavar="NAME",
        help=f"The recipe to start from: {names}, or one of your own. (default "
        f"{presets.DEFAULT})",
    )
    groups: dict[str, Callable[..., object]] = {"": parser.add_argument}
    for name, flag in FLAGS.items():
        heading = flag.setting.group
        if heading not in groups:
            groups[heading] = parser.add_argument_group(heading.lower()).add_argument
        called = (renamed or {}).get(name, name).replace("_", "-")
        groups[heading](f"--{called}", dest=name, **_options(name, flag))


def config_of(options: argparse.Namespace) -> TrainingConfig:
    """Make the configuration: the preset, and what was given.

    Raises:
        UnknownDatasetError: If there is no data set of that name.
        ConfigError: If a value is out of its range, or belongs to another family of
            networks.
    """
    return changed(_base(options), given(options))


def given(options: argparse.Namespace) -> Given:
    """Return the flags that were given."""
    values = {name: getattr(options, name) for name in FLAGS}
    return {name: value for name, value in values.items() if value is not None}


def _base(options: argparse.Namespace) -> TrainingConfig:
    """Return the recipe of the preset, for the data set that was given."""
    preset = known_presets.preset(options.preset or presets.DEFAULT)
    dataset = options.dataset or preset.config.dataset
    return preset.config_for(dataset, catalog.spec(dataset).ink_style)


def _preset(name: str) -> str:
    try:
        return known_presets.preset(name).name
    except InklabError as error:
        raise argparse.ArgumentTypeError(str(error)) from error


def _options(name: str, flag: Flag) -> dict[str, Any]:
    # argparse fills in what follows a percent sign.
    told: dict[str, Any] = {"help": flag.help(name).replace("%", "%%")}
    if flag.is_list:
        return told | {"type": _numbers, "metavar": "N,N"}
    if flag.kind is bool:
        return told | {"action": argparse.BooleanOptionalAction}
    if flag.choices:
        return told | {"choices": flag.choices}
    return told | {"type": flag.kind, "metavar": _METAVARS[flag.kind]}


def _numbers(text: str) -> tuple[int, ...]:
    try:
        return tuple(int(part) for part in text.split(",") if part.strip())
    except ValueError as error:
        message = (
            f"expected whole numbers separated by commas, like 128,64, got {text!r}"
        )
        raise argparse.ArgumentTypeError(message) from error
