"""What the labels of array files mean: by EMNIST's names, or by a list beside them."""

import sys
from collections.abc import Mapping, Sequence
from pathlib import PurePosixPath
from typing import Final

from core.datasets import emnist
from core.datasets.importing.array_labels import ArrayPart, Naming
from core.datasets.importing.entries import Entry
from core.errors import DatasetFileError
from core.types import SplitName

CLASSES_FILE: Final = "classes.txt"
"""A file with the name of a class per line, in the order of the labels."""

FASHION: Final = (
    *("T-shirt/top", "Trouser", "Pullover", "Dress", "Coat"),
    *("Sandal", "Shirt", "Sneaker", "Bag", "Ankle boot"),
)
"""The classes of Fashion-MNIST, whose files do not name them."""

_FASHION_SIZES: Final = {"train": 60_000, "test": 10_000}

_MAX_BYTES: Final = 100_000


def of_emnist(split: str) -> Naming:
    """Return the official names of EMNIST's classes."""
    official = emnist.SPLITS[split]
    return Naming(classes=official.classes, first_label=official.first_label)


def of_known(title: str, parts: Mapping[SplitName, ArrayPart]) -> Naming:
    """Return the names of the classes of a set that is known by name and sizes."""
    sizes = {name: part.num_images for name, part in parts.items()}
    is_fashion = "fashion" in title.lower() and sizes == _FASHION_SIZES
    return Naming(classes=FASHION) if is_fashion else Naming()


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


def name_of_codes(codes: Sequence[int]) -> str:
    """Return the name of a class by the codes of its characters: "C/c" of 67, 99.

    Raises:
        ValueError: If a code is none of a character.
    """
    strays = [code for code in codes if not 0 < code < sys.maxunicode]
    name = "" if strays else "/".join(dict.fromkeys(map(chr, codes)))
    if not name.isprintable() or not name:
        message = f"Expected codes of characters, got {list(codes)}. Correct them."
        raise ValueError(message)
    return name


def _lines(entry: Entry) -> list[str]:
    with entry.reading() as stream:
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
            names[label] = name_of_codes(codes)
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
