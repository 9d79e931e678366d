"""What the labels of array files stand for, and which class each image is of."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.datasets.importing.limits import check_classes
from core.errors import DatasetFileError
from core.types import ByteImages, Labels, SplitName


@dataclass(frozen=True, eq=False)
class ArrayPart:
    """The images of one part, as they lie.

    Attributes:
        name: Where they are, for messages.
        values: The label of each as it is written: whole numbers or text, of
            shape (n,).
        num_images: How many images there are.
        image_shape: Height and width, in the order in which they lie.
        blocks: Reads the images from the first on, uint8 of shape
            (k, height, width), a few thousand at a time.
    """

    name: str
    values: NDArray[np.generic]
    num_images: int
    image_shape: tuple[int, int]
    blocks: Callable[[], Iterator[ByteImages]]


@dataclass(frozen=True, kw_only=True)
class Naming:
    """What the labels mean.

    Attributes:
        classes: Names of the classes; empty if they follow from the labels.
        first_label: The label of the first class.
    """

    classes: tuple[str, ...] = ()
    first_label: int = 0


def class_indices(
    parts: Mapping[SplitName, ArrayPart], naming: Naming
) -> tuple[tuple[str, ...], dict[SplitName, Labels]]:
    """Return the classes, and by part the class of each image."""
    if not naming.classes:
        return _named_by_value(parts)
    check_classes(naming.classes, "the list of class names")
    labels: dict[SplitName, Labels] = {}
    for name, part in parts.items():
        if not np.issubdtype(part.values.dtype, np.integer):
            labels[name] = _looked_up(part, naming.classes)
            continue
        numbers = part.values.astype(np.int64) - naming.first_label
        _check_range(part, numbers, naming)
        labels[name] = numbers.astype(np.uint8)
    return naming.classes, labels


def _named_by_value(
    parts: Mapping[SplitName, ArrayPart],
) -> tuple[tuple[str, ...], dict[SplitName, Labels]]:
    """Make a class of each label that occurs, in their order."""
    distinct = {name: np.unique(part.values) for name, part in parts.items()}
    # Named, because NumPy makes fractions of signed and unsigned numbers together.
    kind = np.int64 if all(map(_are_numbers, distinct.values())) else np.str_
    values = np.unique(
        np.concatenate([each.astype(kind) for each in distinct.values()])
    )
    classes = tuple(str(value) for value in values)
    check_classes(classes, " and ".join(part.name for part in parts.values()))
    labels: dict[SplitName, Labels] = {}
    for name, part in parts.items():
        index = np.searchsorted(values, part.values.astype(kind))
        labels[name] = index.astype(np.uint8)
    return classes, labels


def _are_numbers(distinct: NDArray[np.generic]) -> bool:
    """Tell whether labels are whole numbers that 64 bits with a sign can hold."""
    if not np.issubdtype(distinct.dtype, np.integer):
        return False
    return not len(distinct) or int(distinct[-1]) <= np.iinfo(np.int64).max


def _looked_up(part: ArrayPart, classes: tuple[str, ...]) -> Labels:
    index = {name: number for number, name in enumerate(classes)}
    strays = sorted({str(value) for value in np.unique(part.values)} - index.keys())
    if strays:
        message = (
            f"Expected labels in {part.name} that are in the list of classes, got "
            f"{strays[0]!r}. Add the missing classes to the list."
        )
        raise DatasetFileError(message)
    return np.array([index[str(value)] for value in part.values], np.uint8)


def _check_range(part: ArrayPart, numbers: NDArray[np.int64], naming: Naming) -> None:
    strays = np.flatnonzero((numbers < 0) | (numbers >= len(naming.classes)))
    if len(strays) > 0:
        first = naming.first_label
        message = (
            f"Expected labels of {first} to {first + len(naming.classes) - 1} in "
            f"{part.name}, got {part.values[strays[0]]} at index {strays[0]} "
            f"({len(strays):,} such labels). Correct the labels, or list the missing "
            "classes."
        )
        raise DatasetFileError(message)
