"""Arrays in a NumPy archive, of which the header is read before anything else."""

import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import BinaryIO, Final, cast

import numpy as np
from numpy.typing import NDArray

from core.datasets.importing.entries import Entry
from core.errors import DatasetFileError
from core.files import DAMAGED

_MAX_BYTES: Final = 2**33
_MAX_SMALL: Final = 2**28
_SUFFIX: Final = ".npy"


@dataclass(frozen=True)
class StoredArray:
    """An array in an archive, of which only the header was read."""

    entry: Entry
    key: str
    shape: tuple[int, ...]
    dtype: np.dtype[np.generic]
    is_fortran: bool

    def __str__(self) -> str:
        return f"{self.key} in {self.entry}"


@contextmanager
def _archive(entry: Entry) -> Iterator[zipfile.ZipFile]:
    try:
        with entry.open() as stream, zipfile.ZipFile(stream) as archive:
            yield archive
    except DAMAGED as error:
        message = (
            f"Expected a whole NumPy archive of plain arrays in {entry}, got: {error}. "
            "Save it again with numpy.savez."
        )
        raise DatasetFileError(message) from error


def headers(entry: Entry) -> dict[str, StoredArray]:
    """Read what is in an archive, by keys in small letters."""
    arrays: dict[str, StoredArray] = {}
    with _archive(entry) as archive:
        for name in archive.namelist():
            with archive.open(name) as stream:
                shape, is_fortran, dtype = _header(cast("BinaryIO", stream))
            key = name.removesuffix(_SUFFIX)
            if dtype.hasobject:
                message = (
                    f"Expected plain numbers or text, got an array of objects, {key}. "
                    "Such arrays can run a program, and are not read"
                )
                raise ValueError(message)
            if int(np.prod(shape, dtype=object)) * dtype.itemsize > _MAX_BYTES:
                message = f"{key} announces the shape {shape}, which is too large"
                raise ValueError(message)
            arrays[key.lower()] = StoredArray(entry, key, shape, dtype, is_fortran)
    return arrays


def _header(stream: BinaryIO) -> tuple[tuple[int, ...], bool, np.dtype[np.generic]]:
    version = np.lib.format.read_magic(stream)
    if version == (1, 0):
        return np.lib.format.read_array_header_1_0(stream)
    return np.lib.format.read_array_header_2_0(stream)


@contextmanager
def body(array: StoredArray) -> Iterator[BinaryIO]:
    """Open an array behind its header."""
    with _archive(array.entry) as archive, archive.open(array.key + _SUFFIX) as stream:
        _header(cast("BinaryIO", stream))
        yield cast("BinaryIO", stream)


def read(
    array: StoredArray, stream: BinaryIO, shape: tuple[int, ...]
) -> NDArray[np.generic]:
    """Read the next numbers of an open array, as many as the shape holds."""
    size = int(np.prod(shape, dtype=np.int64)) * array.dtype.itemsize
    content = stream.read(size)
    if len(content) != size:
        message = f"{array.key} ends after {len(content):,} of {size:,} bytes"
        raise ValueError(message)
    return np.frombuffer(content, array.dtype).reshape(
        shape, order="F" if array.is_fortran else "C"
    )


def read_whole(array: StoredArray) -> NDArray[np.generic]:
    """Read an array whole, which labels and names are."""
    check_memory(array)
    with body(array) as stream:
        return read(array, stream, array.shape)


def check_memory(array: StoredArray) -> None:
    """Refuse an array that is too large to be read whole.

    Raises:
        DatasetFileError: If it has more than 256 MB.
    """
    size = int(np.prod(array.shape, dtype=object)) * array.dtype.itemsize
    if size > _MAX_SMALL:
        message = (
            f"Expected at most {_MAX_SMALL:,} bytes, got {size:,} in {array}. "
            "Save images with numpy.ascontiguousarray, and labels as numbers."
        )
        raise DatasetFileError(message)
