"""What a run's script says of its data set: where it lies, and what its classes are.

Keras itself can load MNIST. Any other data set is read from a file that Inklab
exports: one .npz, or a zip of IDX files, which may be unpacked.
"""

import json
import textwrap
from collections.abc import Iterator
from typing import Final

from core.datasets.spec import BundledSpec, DatasetSpec

IN_KERAS: Final = "mnist"
"""The data set that Keras itself can download."""

_FILES: Final = (
    "train-images-idx3-ubyte.gz",
    "train-labels-idx1-ubyte.gz",
    "t10k-images-idx3-ubyte.gz",
    "t10k-labels-idx1-ubyte.gz",
)
"""The names that exported IDX files have, which are MNIST's."""

_FIELDS: Final = ("train_images", "train_labels", "test_images", "test_labels")
_CLASSES: Final = "CLASSES = "


def is_in_keras(spec: DatasetSpec) -> bool:
    """Tell whether Keras can load a data set without a file."""
    return isinstance(spec, BundledSpec) and spec.name == IN_KERAS


def parts_of(spec: DatasetSpec) -> Iterator[str]:
    """Name the parts of the script that load a data set, in order."""
    yield "load_mnist" if is_in_keras(spec) else "load_export"
    yield "read"


def values_of(spec: DatasetSpec, *, width: int) -> dict[str, str]:
    """Write what the parts about a data set are filled with.

    Args:
        spec: The data set.
        width: Of a line of the script.
    """
    in_keras = is_in_keras(spec)
    return {
        **dict(zip(_FIELDS, map(json.dumps, _files(spec)), strict=True)),
        "classes": f"NUM_CLASSES = {len(spec.classes)}\n"
        if in_keras
        else f"{_classes(spec, width)}\nNUM_CLASSES = len(CLASSES)\n",
        "usage": "python reproduce.py" + ("" if in_keras else " --data FILE.npz"),
        "required": "" if in_keras else " required=True,",
        "help": "folder of the .gz files" if in_keras else "exported data set",
        "keep": "" if in_keras else "    answers = test_labels\n",
        "tell": "" if in_keras else "\n    print_classes(model, test_images, answers)",
    }


def _files(spec: DatasetSpec) -> tuple[str, ...]:
    if isinstance(spec, BundledSpec):
        return tuple(getattr(spec, field).name for field in _FIELDS)
    return _FILES


def _classes(spec: DatasetSpec, width: int) -> str:
    """Write the names of the classes: in one line, or as few as there is room for."""
    names = [_literal(name) for name in spec.classes]
    line = f"{_CLASSES}({', '.join(names)})"
    if len(line) <= width:
        return line
    rows, row = [], ""
    for name in names:
        if row and len(row) + len(name) + 2 > width - 4:
            rows.append(row.rstrip())
            row = ""
        row += f"{name}, "
    inner = textwrap.indent("\n".join([*rows, row.rstrip()]), "    ")
    # Formatters would give each name a line.
    return f"# fmt: off\n{_CLASSES}(\n{inner}\n)\n# fmt: on"


def _literal(text: str) -> str:
    """Write a string as Python, in the quotes that a formatter leaves alone."""
    if '"' in text and "'" not in text:
        return repr(text)
    # What JSON escapes, Python reads the same way.
    return json.dumps(text, ensure_ascii=False)
