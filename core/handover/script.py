"""Write a run as a short script of plain Keras, which anybody can read and change.

The parts that never change are in script_parts.txt; what depends on the recipe
is made here. The script does what the run did with what Keras itself offers, so
its result is close to that of the run and not equal to it; its head says why.
"""

import re
import textwrap
from collections.abc import Iterable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from string import Template
from typing import Final

from core.config import TrainingConfig
from core.config.schedules import (
    COSINE_RISE,
    END_SHARE,
    ONE_CYCLE_RISE,
    START_SHARE,
    STEP_SHARE,
    STEPS_AT,
)
from core.datasets.spec import DatasetSpec
from core.datasets.splits import num_validation
from core.handover import script_data
from core.handover import script_pieces as pieces
from core.handover.script_differences import differences
from core.handover.script_network import network_lines
from core.proportion import percent
from core.records import Run

WIDTH: Final = 88
_PARTS: Final = Path(__file__).with_name("script_parts.txt")
_PART: Final = re.compile(r"^### (\w+)\n(.*?)\n(?=###|\Z)", re.DOTALL | re.MULTILINE)
_RISES: Final = {"one-cycle": ONE_CYCLE_RISE, "cosine": COSINE_RISE}


def script_of(run: Run, spec: DatasetSpec) -> str:
    """Write the script that trains as a run was trained.

    Args:
        run: The run.
        spec: Its data set.

    Returns:
        A Python program that needs nothing but Keras and TensorFlow.
    """
    config = run.training
    if not num_validation(spec.num_train, config.validation_fraction):
        # Keras refuses to validate with no image.
        config = replace(config, validation_fraction=0.0)
        run = replace(run, config=config)
    values = _head(run, spec) | _numbers(config, spec) | _body(config, spec)
    source = _PARTS.read_text(encoding="utf-8")
    parts = dict(_PART.findall(source))
    filled = (
        Template(parts[name]).substitute(values) for name in _needed(config, spec)
    )
    return "\n\n\n".join(filled) + "\n"


def _needed(config: TrainingConfig, spec: DatasetSpec) -> Iterator[str]:
    """Name the parts of the script, in order."""
    changes = config.augmentation
    yield from ("head", *script_data.parts_of(spec))
    if config.validation_fraction:
        yield "hold_out"
    if config.class_weights == "balanced":
        yield "balanced"
    if config.schedule != "constant":
        yield "rate_step" if config.schedule == "step" else "rate_cosine"
    if changes.shear or changes.elastic or changes.thickness:
        yield "change"
    if changes.shear:
        yield "slanted"
    if changes.elastic:
        yield "bent"
    if changes.thickness:
        yield "thickened"
    if not script_data.is_in_keras(spec):
        yield "by_class"
    yield from ("build", "main", "ending")


def _numbers(config: TrainingConfig, spec: DatasetSpec) -> dict[str, float | str]:
    changes, (height, width) = config.augmentation, spec.image_shape
    return {
        "epochs": config.epochs,
        "batch_size": config.batch_size,
        "learning_rate": config.learning_rate,
        "seed": config.seed,
        "rise": round(1 / _RISES.get(config.schedule, 1.0)),
        "start": round(1 / START_SHARE),
        "end": END_SHARE,
        "first_fall": _share_of_steps(STEPS_AT[0]),
        "second_fall": _share_of_steps(STEPS_AT[1]),
        "fall": round(1 / STEP_SHARE),
        "both_falls": round(1 / STEP_SHARE**2),
        "height": height,
        "width": width,
        "middle": (height - 1) / 2,
        "shear": changes.shear,
        "elastic": changes.elastic,
        "thickness": changes.thickness,
    }


def _share_of_steps(share: float) -> str:
    """Write the last step before a share of all steps is done."""
    exact = Fraction(share)
    times = "" if exact.numerator == 1 else f"{exact.numerator} * "
    return f"({times}num_steps - 1) // {exact.denominator}"


def _body(config: TrainingConfig, spec: DatasetSpec) -> dict[str, str]:
    """Write what stands inside `build` and `main`."""
    learned = pieces.learned_of(config)
    smoothing = config.label_smoothing
    return {
        "network": _indented(
            1,
            network_lines(
                config.network.graph(spec.dimensions),
                list(pieces.changes_of(config, spec.image_shape)),
            ),
        ).rstrip(),
        "prepare": _indented(1, pieces.preparations_of(config)),
        "optimizer": pieces.optimizer_of(config),
        "loss": f"keras.losses.CategoricalCrossentropy(label_smoothing={smoothing})"
        if smoothing
        else '"sparse_categorical_crossentropy"',
        "fit_images": f"images{learned},\n        labels{learned}",
        "fit_options": _indented(2, pieces.fit_options_of(config)),
    }


def _head(run: Run, spec: DatasetSpec) -> dict[str, str]:
    config = run.training
    held_out = config.validation_fraction
    return script_data.values_of(spec, width=WIDTH) | {
        "what": _folded(_what(run, spec)),
        "differences": "\n".join(
            _folded(each, bullet="- ") for each in differences(run)
        ),
        "imports": "\n".join(_imports(config, spec)),
        "held_out": f"HELD_OUT = {held_out}\n" if held_out else "",
    }


def _what(run: Run, spec: DatasetSpec) -> str:
    network = run.training.network.describe(spec.dimensions)
    said = f"The network is {network}, the data set {_named(run, spec)}."
    if not script_data.is_in_keras(spec):
        said += (
            " Export it as .npz or as IDX files, on the page Data sets or with "
            "`python -m core datasets export`."
        )
    if run.scores.test_accuracy is None:
        return said
    return (
        f"{said} Run {run.id} had a test accuracy of "
        f"{percent(run.scores.test_accuracy)} ({run.scores.test_size:,} images). This "
        "script has the same recipe and comes close to that, but it is not the same "
        "training:"
    )


def _named(run: Run, spec: DatasetSpec) -> str:
    """Name a data set so that nobody takes another version for it."""
    # It may have been typed by anybody, and this ends up in a program.
    title, name = (re.sub(r'["\\\s]+', " ", each) for each in (spec.title, spec.name))
    if script_data.is_in_keras(spec):
        return title
    known_by = f", fingerprint {run.fingerprint[:12]}" if run.fingerprint else ""
    return f"{title} ({name}{known_by})"


def _imports(config: TrainingConfig, spec: DatasetSpec) -> Iterator[str]:
    changes = config.augmentation
    yield "import argparse"
    yield "import gzip"
    if changes.shear or config.schedule != "constant":
        yield "import math"
    yield "import struct"
    if not script_data.is_in_keras(spec):
        yield "import zipfile"
    yield "from pathlib import Path\n"
    yield "import keras"
    yield "import numpy as np"
    uses_ops = changes.shear or changes.elastic or changes.thickness
    yield "from keras import layers, ops" if uses_ops else "from keras import layers"


def _folded(text: str, *, bullet: str = "") -> str:
    return textwrap.fill(
        text, WIDTH, initial_indent=bullet, subsequent_indent=" " * len(bullet)
    )


def _indented(depth: int, lines: Iterable[str]) -> str:
    return "".join("    " * depth + line + "\n" for line in lines)
