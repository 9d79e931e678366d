"""Write a configuration as what one would type: a shell command, or Python.

Both give the same configuration again, so a recipe that was found with sliders
can be repeated, changed and put on paper.
"""

import dataclasses
import json
import shlex
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from core.config import (
    SINGLE_VALUES,
    Augmentation,
    CnnConfig,
    MlpConfig,
    Network,
    ResNetConfig,
    TrainingConfig,
    presets,
)

PROGRAM: Final = "python -m core train"
LINE_LENGTH: Final = 88
INDENT: Final = " " * 4

Flags = Mapping[str, object]

_SCRIPT: Final = """\
from core.config import {names}
from core.datasets import store
from core.evaluation import metrics
from core.training.train import train

config = {config}

trained = train(store.load(config.dataset), config)
predictions = trained.predictions
accuracy = metrics.accuracy(predictions.labels, predictions.probabilities)
print(f"{{accuracy.value * 100:.2f}} % of {{accuracy.total:,}} test images")
"""


def as_command(config: TrainingConfig) -> str:
    """Write the command that trains this, with what differs from its preset.

    A configuration without a preset, or whose network is of another kind than
    its preset's, is told from the first preset with such a network; the run then
    has the name of that one as its preset.

    Returns:
        One line for a shell, like "python -m core train --preset fast-mlp --epochs 8".
    """
    base = _base(config)
    given, usual = _flags(config), _flags(base)
    words = [PROGRAM, f"--preset {base.preset}"]
    words += [
        _word(name, value) for name, value in given.items() if value != usual[name]
    ]
    return " ".join(words)


def as_python(config: TrainingConfig) -> str:
    """Write a Python program that trains this and prints its test accuracy.

    Every value is written out, because defaults may change; only changes of the
    images that are not made are left out.
    """
    kinds = {TrainingConfig, Augmentation, *_kinds_in(config.network)}
    names = ", ".join(sorted(kind.__name__ for kind in kinds))
    return _SCRIPT.format(names=names, config=_written(config, depth=0))


def _base(config: TrainingConfig) -> TrainingConfig:
    """Return the recipe of the preset whose flags can describe the network."""
    alike = [
        each.config
        for each in presets.PRESETS
        if type(each.config.network) is type(config.network)
    ]
    return next((base for base in alike if base.preset == config.preset), alike[0])


def _flags(config: TrainingConfig) -> Flags:
    """List all values under the names of their flags."""
    return {
        **{name: getattr(config, name) for name in SINGLE_VALUES},
        **_network_flags(config.network),
        **dataclasses.asdict(config.augmentation),
    }


def _network_flags(network: Network) -> Flags:
    shared = {
        "activation": network.activation,
        "dropout": network.dropout,
        "batch_norm": network.batch_norm,
    }
    match network:
        case MlpConfig():
            return {"hidden": network.hidden, **shared}
        case CnnConfig():
            return {
                "filters": tuple(block.filters for block in network.blocks),
                "kernels": tuple(block.kernel for block in network.blocks),
                "convolutions": tuple(block.convolutions for block in network.blocks),
                "hidden": network.dense,
                "padding": network.padding,
                **shared,
            }
        case _:
            return shared


def _word(name: str, value: object) -> str:
    flag = name.replace("_", "-")
    match value:
        case bool():
            return f"--{flag}" if value else f"--no-{flag}"
        case tuple():
            text = ",".join(map(str, value))
        case _:
            text = str(value)
    return f"--{flag} {shlex.quote(text)}"


def _kinds_in(network: Network) -> Iterator[type]:
    yield type(network)
    for value in vars(network).values():
        if isinstance(value, tuple):
            yield from {type(part) for part in value if dataclasses.is_dataclass(part)}


def _written(value: object, *, depth: int) -> str:
    """Write a value as the Python that makes it."""
    match value:
        case (
            TrainingConfig()
            | MlpConfig()
            | CnnConfig()
            | ResNetConfig()
            | Augmentation()
        ):
            return _call(value, depth=depth)
        case tuple() if any(map(dataclasses.is_dataclass, value)):
            parts = [f"{_written(part, depth=depth + 1)}," for part in value]
            return _in_lines("(", parts, ")", depth=depth)
        case str():
            # Python reads such text too, and formatters want these quotes.
            return json.dumps(value, ensure_ascii=False)
        case _:
            return repr(value)


def _call(value: TrainingConfig | Network | Augmentation, *, depth: int) -> str:
    fields = {
        each.name: getattr(value, each.name) for each in dataclasses.fields(value)
    }
    if isinstance(value, Augmentation):
        fields = {name: strength for name, strength in fields.items() if strength}
    name = type(value).__name__
    parts = [f"{key}={_written(each, depth=depth + 1)}" for key, each in fields.items()]
    line = f"{name}({', '.join(parts)})"
    # A comma, and the name of the field it is given to.
    room = LINE_LENGTH - len(INDENT) * depth - len("augmentation=,")
    if len(line) <= room and "\n" not in line:
        return line
    return _in_lines(f"{name}(", [f"{part}," for part in parts], ")", depth=depth)


def _in_lines(start: str, parts: Iterable[str], end: str, *, depth: int) -> str:
    indent = INDENT * depth
    return "\n".join(
        [start, *(f"{indent}{INDENT}{part}" for part in parts), indent + end]
    )
