"""Recognise NumPy archives of images and labels, such as Keras's mnist.npz.

An archive is a zip of arrays. The header of each tells shape and type before anything
else is read, and arrays of objects, which could run a program, are refused by it.
"""

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.importing import choosing, naming
from core.datasets.importing.array_labels import ArrayPart, Naming
from core.datasets.importing.arrays import ArraySet, ArraySource
from core.datasets.importing.entries import Entry
from core.datasets.importing.npz_arrays import (
    StoredArray,
    body,
    check_memory,
    headers,
    read,
    read_whole,
)
from core.datasets.importing.source import ImportOptions
from core.errors import DatasetFileError
from core.types import ByteImages, SplitName

_IMAGES: Final[Mapping[SplitName, tuple[str, ...]]] = {
    "train": ("x_train", "train_images", "train_x", "images", "imgs", "x", "data"),
    "test": ("x_test", "test_images", "test_x"),
}
_LABELS: Final[Mapping[SplitName, tuple[str, ...]]] = {
    "train": ("y_train", "train_labels", "train_y", "labels", "y", "target"),
    "test": ("y_test", "test_labels", "test_y"),
}
_CLASSES: Final = ("classes", "class_names", "label_names")
_UNNAMED: Final = "arr_0"
_ROWS: Final = 4096


def find(entries: Sequence[Entry]) -> list[Entry]:
    """Return the files that are NumPy archives by their names."""
    return [entry for entry in entries if entry.name.lower().endswith(".npz")]


def source(
    found: Sequence[Entry], entries: Sequence[Entry], options: ImportOptions
) -> ArraySource:
    """Make a source of NumPy archives.

    Args:
        found: The archives: one with all arrays, or one for each, named like IDX files.
        entries: All files, among which may be a list of classes.
        options: Which set is meant, and how it lies.

    Raises:
        DatasetFileError: If arrays are missing, damaged, too large or of another kind.
    """
    group, files = choosing.chosen(choosing.by_group(found), options)
    images: dict[SplitName, StoredArray] = {}
    labels: dict[SplitName, StoredArray] = {}
    classes: tuple[str, ...] = ()
    for entry, name in files:
        arrays = headers(entry)
        if set(arrays) == {_UNNAMED} and name.content is not None:
            target = images if name.content == "images" else labels
            target[name.part or "train"] = arrays[_UNNAMED]
            continue
        for part in _IMAGES:
            image_key = next((key for key in _IMAGES[part] if key in arrays), None)
            label_key = next((key for key in _LABELS[part] if key in arrays), None)
            goes_to = name.part if name.part and len(files) > 1 else part
            if image_key is not None and label_key is not None:
                images[goes_to] = arrays[image_key]
                labels[goes_to] = arrays[label_key]
        for key in _CLASSES:
            if key in arrays:
                classes = _class_names(arrays[key])
    _check_found(files[0][0], images, labels)
    found_set = ArraySet(
        form="NumPy (.npz)",
        title=group.split("/")[-1] or "NumPy archive",
        parts={part: _part(images[part], labels[part]) for part in images},
        naming=Naming(classes=classes)
        if classes
        else naming.beside(entries, files[0][0].path.parent),
    )
    return ArraySource(found_set, options)


def _class_names(array: StoredArray) -> tuple[str, ...]:
    if len(array.shape) != 1:
        message = (
            f"Expected names of classes of shape (n,), got {array.shape} in {array}. "
            "Save them as a plain list."
        )
        raise DatasetFileError(message)
    return tuple(str(each) for each in read_whole(array))


def _check_found(
    entry: Entry,
    images: Mapping[SplitName, StoredArray],
    labels: Mapping[SplitName, StoredArray],
) -> None:
    if not images or images.keys() != labels.keys():
        names = ", ".join(headers(entry)) or "nothing"
        message = (
            "Expected arrays x_train, y_train, x_test, y_test, or images and labels, "
            f"got {names} in {entry}. Save them under these names."
        )
        raise DatasetFileError(message)


def _part(images: StoredArray, labels: StoredArray) -> ArrayPart:
    shape = _image_shape(images)
    if images.dtype.kind not in "uifb":
        message = (
            f"Expected images of whole numbers 0 to 255, or of fractions 0 to 1, got "
            f"{images.dtype} in {images}. Convert them to uint8."
        )
        raise DatasetFileError(message)
    values = read_whole(labels)
    if values.ndim == 2 and values.shape[1] == 1:  # noqa: PLR2004 - a column
        values = values[:, 0]
    if values.ndim != 1 or values.dtype.kind not in "iuU":
        message = (
            f"Expected labels of shape (n,) as whole numbers or text, got "
            f"{values.dtype} of shape {values.shape} in {labels}. Convert them."
        )
        raise DatasetFileError(message)
    return ArrayPart(
        name=images.entry.name,
        values=values,
        num_images=images.shape[0],
        image_shape=shape,
        blocks=partial(_blocks, images, shape),
    )


def _image_shape(images: StoredArray) -> tuple[int, int]:
    shape = images.shape
    if len(shape) == 4 and shape[3] == 1:  # noqa: PLR2004 - one channel
        return shape[1], shape[2]
    if len(shape) == 3:  # noqa: PLR2004 - images, rows, columns
        return shape[1], shape[2]
    if len(shape) == 2 and (side := round(shape[1] ** 0.5)) ** 2 == shape[1]:  # noqa: PLR2004 - images, pixels
        return side, side
    remedy = "Save them with one channel."
    if len(shape) == 4 and shape[3] in (3, 4):  # noqa: PLR2004 - colours
        remedy = "These have colours: average them, as in images.mean(axis=-1)."
    message = (
        "Expected images of shape (n, height, width), (n, height, width, 1) or "
        f"(n, side * side), got {shape} in {images}. {remedy}"
    )
    raise DatasetFileError(message)


def _blocks(images: StoredArray, shape: tuple[int, int]) -> Iterator[ByteImages]:
    """Read images a few thousand at a time; those in Fortran's order at once."""
    scale: float | None = None
    if images.is_fortran:
        check_memory(images)
    rows = images.shape[0] if images.is_fortran else _ROWS
    with body(images) as stream:
        for start in range(0, images.shape[0], rows):
            count = min(rows, images.shape[0] - start)
            block = read(images, stream, (count, *images.shape[1:]))
            if scale is None:
                scale = _scale(block)
            yield _bytes(images, block, scale).reshape(count, *shape)


def _scale(block: NDArray[np.generic]) -> float:
    """Return the factor that makes bytes of fractions, and of zeros and ones."""
    return 1.0 if (block.astype(np.float64) > 1.0).any() else 255.0


def _bytes(images: StoredArray, block: NDArray[np.generic], scale: float) -> ByteImages:
    if block.dtype == np.uint8 and scale == 1.0:
        return np.asarray(block, np.uint8)
    values = np.rint(block.astype(np.float64) * scale)
    if not ((values >= 0) & (values <= 255)).all():  # noqa: PLR2004 - the range of a byte
        message = (
            f"Expected pixels of 0 to 255, or fractions of 0 to 1, got others in "
            f"{images}: {block.min()} to {block.max()}. Scale them."
        )
        raise DatasetFileError(message)
    return values.astype(np.uint8)
