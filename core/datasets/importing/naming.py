"""What the labels of array files mean: by EMNIST's names, or by a list beside them."""

from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Final

from core.datasets import emnist
from core.datasets.importing.arrays import Naming
from core.datasets.importing.entries import Entry
from core.errors import DatasetFileError

CLASSES_FILE: Final = "classes.txt"
"""A file with the name of a class per line, in the order of the labels."""

_MAX_BYTES: Final = 100_000


def of_emnist(split: str) -> Naming:
    """Return the official names of EMNIST's classes."""
    official = emnist.SPLITS[split]
    return Naming(classes=official.classes, first_label=official.first_label)


def beside(entries: Sequence[Entry], folder: PurePosixPath) -> Naming:
    """Read the list of classes that lies in the folder of the data, if there is one.

    It is `classes.txt`, or a mapping in EMNIST's form (`*mapping.txt`): label, then
    the code of each character of the class.

    Args:
        entries: All files that were found.
        folder: Where the data files are.

    Raises:
        DatasetFileError: If there is a list that cannot be read.
    """
    for entry in entries:
        name = entry.name.lower()
        if entry.path.parent != folder:
            continue
        if name == CLASSES_FILE:
            return Naming(classes=tuple(_lines(entry)))
        if name.endswith("mapping.txt"):
            return _mapping(entry)
    return Naming()


def _lines(entry: Entry) -> list[str]:
    with entry.open() as stream:
        content = stream.read(_MAX_BYTES)
    try:
        lines = content.decode("utf-8-sig").splitlines()
    except UnicodeError as error:
        message = f"Expected {entry} in UTF-8, got: {error}. Save it as UTF-8."
        raise DatasetFileError(message) from error
    return [line.strip() for line in lines if line.strip()]


def _mapping(entry: Entry) -> Naming:
    names: dict[int, str] = {}
    for line in _lines(entry):
        try:
            label, *codes = (int(word) for word in line.split())
            names[label] = "/".join(map(chr, codes))
        except ValueError as error:
            message = (
                f"Expected lines such as '10 65' in {entry}, got {line!r}: label, then "
                "the code of each character. Correct it, or remove the file."
            )
            raise DatasetFileError(message) from error
    first = min(names, default=0)
    if sorted(names) != list(range(first, first + len(names))):
        message = (
            f"Expected the labels in {entry} to follow each other, got "
            f"{sorted(names)[:5]} and so on. Add the missing ones, or remove the file."
        )
        raise DatasetFileError(message)
    return Naming(classes=tuple(names[key] for key in sorted(names)), first_label=first)
