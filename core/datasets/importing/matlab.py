"""Recognise MATLAB files in EMNIST's official structure.

They have one structure: dataset.train.images, .labels, dataset.test.images, .labels and
dataset.mapping. A row of images is an image as MATLAB counts its pixels, column by
column: taken row by row, as NumPy does, it is transposed.
"""

import struct
from collections.abc import Iterator, Sequence
from functools import partial
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.datasets import emnist
from core.datasets.importing import choosing, matlab_file, naming
from core.datasets.importing.array_labels import ArrayPart, Naming
from core.datasets.importing.arrays import ArraySet, ArraySource
from core.datasets.importing.entries import Entry
from core.datasets.importing.source import ImportOptions
from core.errors import DatasetFileError
from core.files import DAMAGED
from core.types import ByteImages, SplitName

_ROWS: Final = 4096
_PARTS: Final[tuple[SplitName, ...]] = ("train", "test")
_STRUCTURE: Final = (
    "dataset.train.images, dataset.train.labels and the same of dataset.test"
)


def find(entries: Sequence[Entry]) -> list[Entry]:
    """Return the files that are MATLAB files by their names."""
    return [entry for entry in entries if entry.name.lower().endswith(".mat")]


def source(found: Sequence[Entry], options: ImportOptions) -> ArraySource:
    """Make a source of a MATLAB file.

    Args:
        found: The MATLAB files.
        options: Which of them is meant, and how it lies.

    Raises:
        DatasetFileError: If it is damaged, too large or of another structure.
    """
    _, files = choosing.chosen(choosing.by_group(found), options)
    entry, name = files[0]
    dataset = _load(entry)
    parts = {part: _part(entry, dataset, part) for part in _PARTS if part in dataset}
    split = name.split
    official = emnist.OFFICIAL.get(entry.name)
    is_emnist = split is not None
    return ArraySource(
        ArraySet(
            form="EMNIST (MATLAB)" if is_emnist else "MATLAB",
            title=emnist.SPLITS[split].title if split else entry.path.stem,
            parts=parts,
            naming=naming.of_emnist(split) if split else _mapping(entry, dataset),
            is_transposed=True,
            ink_style="emnist" if is_emnist else None,
            licence=emnist.LICENCE if is_emnist else "",
            citation=emnist.CITATION if is_emnist else "",
            remarks=()
            if official is not None and entry.size == official.size
            else (choosing.NOT_OFFICIAL,) * is_emnist,
        ),
        options,
    )


def _load(entry: Entry) -> dict[str, Any]:
    """Read the file, whose arrays of numbers hold no code."""
    try:
        with entry.open() as stream:
            content = matlab_file.read(stream)
    except (*DAMAGED, struct.error) as error:
        message = (
            f"Expected a whole MATLAB file (version 5 to 7) in {entry}, got: "
            f"{error}. Download it again, or save it with -v7."
        )
        raise DatasetFileError(message) from error
    dataset = content.get("dataset")
    if not isinstance(dataset, dict) or "train" not in dataset:
        names = ", ".join(name for name in content if not name.startswith("__"))
        message = (
            f"Expected {_STRUCTURE} in {entry}, got: {names or 'nothing'}. Save the "
            "images in that structure, or as .npz."
        )
        raise DatasetFileError(message)
    return dataset


def _part(entry: Entry, dataset: dict[str, Any], part: SplitName) -> ArrayPart:
    content = dataset[part]
    images, labels = (
        content.get(key) if isinstance(content, dict) else None
        for key in ("images", "labels")
    )
    if not isinstance(images, np.ndarray) or not isinstance(labels, np.ndarray):
        message = (
            f"Expected {_STRUCTURE} in {entry}. Save the images in that structure."
        )
        raise DatasetFileError(message)
    side = round(images.shape[-1] ** 0.5)
    if images.dtype != np.uint8 or images.ndim != 2 or side**2 != images.shape[1]:  # noqa: PLR2004 - images, pixels
        message = (
            f"Expected {part} images of type uint8 and shape (n, side * side) in "
            f"{entry}, got {images.dtype} and {images.shape}. Convert them."
        )
        raise DatasetFileError(message)
    return ArrayPart(
        name=entry.name,
        values=_whole(entry, labels),
        num_images=len(images),
        image_shape=(side, side),
        blocks=partial(_blocks, images, side),
    )


def _whole(entry: Entry, labels: NDArray[Any]) -> NDArray[np.int64]:
    numbers = labels.ravel()
    if numbers.dtype.kind not in "iuf" or not (numbers == np.floor(numbers)).all():
        message = (
            f"Expected whole numbers as labels in {entry}, got {labels.dtype}. "
            "Convert them."
        )
        raise DatasetFileError(message)
    return numbers.astype(np.int64)


def _blocks(images: NDArray[np.uint8], side: int) -> Iterator[ByteImages]:
    for start in range(0, len(images), _ROWS):
        rows = np.ascontiguousarray(images[start : start + _ROWS])
        yield rows.reshape(-1, side, side)


def _mapping(entry: Entry, dataset: dict[str, Any]) -> Naming:
    """Read the names of the classes: a row has a label, then codes of characters."""
    mapping = dataset.get("mapping")
    if not isinstance(mapping, np.ndarray) or mapping.ndim != 2:  # noqa: PLR2004 - rows, columns
        return Naming()
    try:
        rows = sorted([int(code) for code in row] for row in mapping)
        codes = [[code for code in row[1:] if code != 0] for row in rows]
        classes = tuple(map(naming.name_of_codes, codes))
    except (ValueError, TypeError, OverflowError) as error:
        message = (
            f"Expected labels and codes of characters in dataset.mapping of {entry}, "
            f"got: {error}. Correct it, or remove it."
        )
        raise DatasetFileError(message) from error
    return Naming(classes=classes, first_label=rows[0][0] if rows else 0)
