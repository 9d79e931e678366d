"""Write a configuration as what one would type: a shell command, or Python.

Both give the same configuration again, so a recipe that was found with sliders
can be repeated, changed and put on paper.
"""

import dataclasses
import json
import shlex
from collections.abc import Iterable
from typing import Final

from core.config import Augmentation, TrainingConfig, presets
from core.config.described import settings_of
from core.config.flags import values_by_flag
from core.config.setting import Value
from core.datasets import catalog
from core.errors import DatasetError
from core.types import InkStyle

PROGRAM: Final = "python -m core train"
LINE_LENGTH: Final = 88
INDENT: Final = " " * 4

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
    given = values_by_flag(config)
    # The data set is always told, unless it is the one that is meant without.
    usual = values_by_flag(base) | {"dataset": TrainingConfig().dataset}
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
    names = ", ".join(sorted(kind.__name__ for kind in _kinds_in(config)))
    return _SCRIPT.format(names=names, config=_written(config, depth=0))


def _base(config: TrainingConfig) -> TrainingConfig:
    """Return the recipe of the preset whose flags can describe the network."""
    ink_style = _ink_style(config.dataset)
    alike = [
        each.config_for(config.dataset, ink_style)
        for each in presets.PRESETS
        if each.config.network.family == config.network.family
    ]
    return next((base for base in alike if base.preset == config.preset), alike[0])


def _ink_style(dataset: str) -> InkStyle:
    """Return the ink style of a data set; MNIST's if it is not here any more."""
    try:
        return catalog.spec(dataset).ink_style
    except DatasetError:
        return "mnist"


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


def _kinds_in(value: Value) -> set[type]:
    """List the classes that a configuration is made of."""
    if isinstance(value, tuple):
        return set().union(*map(_kinds_in, value))
    if not dataclasses.is_dataclass(value):
        return set()
    parts = (getattr(value, name) for name in settings_of(type(value)))
    return {type(value)}.union(*map(_kinds_in, parts))


def _written(value: Value, *, depth: int) -> str:
    """Write a value as the Python that makes it."""
    if dataclasses.is_dataclass(value):
        return _call(value, depth=depth)
    if isinstance(value, tuple) and any(map(dataclasses.is_dataclass, value)):
        parts = [f"{_written(part, depth=depth + 1)}," for part in value]
        return _in_lines("(", parts, ")", depth=depth)
    # Python reads such text too, and formatters want these quotes.
    is_text = isinstance(value, str)
    return json.dumps(value, ensure_ascii=False) if is_text else repr(value)


def _call(value: Value, *, depth: int) -> str:
    fields = {name: getattr(value, name) for name in settings_of(type(value))}
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
