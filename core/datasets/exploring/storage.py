"""Save a summary as a folder of .npy files, and open it as a map of them.

`summary.json` describes each array, so a file that is missing, cut or of another
summary is noticed when the folder is opened. Nothing is unpickled.
"""

import json
import shutil
from dataclasses import fields, is_dataclass
from pathlib import Path
from typing import Any, Final, get_type_hints

import numpy as np
from numpy.typing import NDArray

from core import files
from core.datasets.exploring.summary import DatasetSummary
from core.errors import DatasetFileError

SCHEMA: Final = 1
"""Raise it when the same images give another summary."""

_INDEX: Final = "summary.json"


def save(summary: DatasetSummary, folder: Path) -> None:
    """Write a summary to a folder, which is there as a whole or not at all.

    Args:
        summary: What to save.
        folder: The folder to create; it is replaced if there is one.

    Raises:
        OSError: If it cannot be written, for example on a full disk.
    """
    values = _flattened(summary, "")
    arrays = {name: v for name, v in values.items() if isinstance(v, np.ndarray)}
    index = {
        "schema": SCHEMA,
        "arrays": {name: [a.dtype.str, *a.shape] for name, a in arrays.items()},
        "numbers": {name: v for name, v in values.items() if name not in arrays},
    }
    with files.creating_folder(folder) as temporary:
        for name, array in arrays.items():
            np.save(temporary / f"{name}.npy", array, allow_pickle=False)
        (temporary / _INDEX).write_text(json.dumps(index), "utf-8")
        if folder.exists():
            shutil.rmtree(folder)


def load(folder: Path) -> DatasetSummary:
    """Open a saved summary; the arrays are mapped from disk and read-only.

    Args:
        folder: Where it was saved.

    Raises:
        DatasetFileError: If it is missing, damaged, or of another version.
    """
    try:
        index = json.loads((folder / _INDEX).read_text("utf-8"))
        if index["schema"] != SCHEMA:
            message = (
                f"Expected a summary of schema {SCHEMA} in {folder}, got "
                f"{index['schema']}. Compute the summary again."
            )
            raise DatasetFileError(message)
        values = dict(index["numbers"])
        for name, described in index["arrays"].items():
            values[name] = _mapped(folder / f"{name}.npy", described)
        summary: DatasetSummary = _restored(DatasetSummary, values, "")
    except files.DAMAGED as error:
        message = (
            f"Expected a whole summary of a data set in {folder}, got: {error}. "
            "Compute the summary again."
        )
        raise DatasetFileError(message) from error
    return summary


def _mapped(path: Path, described: list[Any]) -> NDArray[Any]:
    array: NDArray[Any] = np.load(path, mmap_mode="r", allow_pickle=False)
    if [array.dtype.str, *array.shape] != described:
        message = f"{path.name} has {[array.dtype.str, *array.shape]}, not {described}"
        raise ValueError(message)
    return array


def _flattened(value: Any, name: str) -> dict[str, Any]:  # noqa: ANN401 - any field
    """Return the fields of a dataclass by dotted name, those of its fields included."""
    if not is_dataclass(value):
        return {name: value}
    found: dict[str, Any] = {}
    for field in fields(value):
        inner = f"{name}.{field.name}" if name else field.name
        found |= _flattened(getattr(value, field.name), inner)
    return found


def _restored(kind: Any, values: dict[str, Any], name: str) -> Any:  # noqa: ANN401 - any field
    """Build a dataclass from what `_flattened` made of one."""
    if not is_dataclass(kind):
        return values[name]
    types: dict[str, Any] = get_type_hints(kind)
    inner = {
        field.name: _restored(
            types[field.name],
            values,
            f"{name}.{field.name}" if name else field.name,
        )
        for field in fields(kind)
    }
    build: Any = kind
    return build(**inner)
