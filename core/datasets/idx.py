"""Read the IDX files in which MNIST and its relatives are published.

A file starts with two zero bytes, a byte for the type of its numbers, a byte
for the number of dimensions, and each dimension as a big-endian 32-bit number;
the numbers follow, the last dimension fastest. Most files are gzipped, whatever
their name says, so the first bytes decide.

A file may lie: its header may claim more than it holds, or a few kilobytes may
unpack to gigabytes. So the header is judged first, and never more than one byte
beyond what it announces is unpacked.
"""

import contextlib
import gzip
import math
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, Final, Protocol, cast

import numpy as np
from numpy.typing import NDArray

from core.errors import DatasetFileError
from core.types import ByteImages, Labels

_GZIP_START: Final = b"\x1f\x8b"
_UNSIGNED_BYTE: Final = 0x08
_TYPE_NAMES: Final = {
    0x08: "unsigned bytes",
    0x09: "signed bytes",
    0x0B: "16-bit integers",
    0x0C: "32-bit integers",
    0x0D: "32-bit floats",
    0x0E: "64-bit floats",
}

# Deflate, the method of gzip, cannot pack more tightly than this (zlib.net).
_TIGHTEST_PACKING: Final = 1032

# Twice the largest published set of this kind (EMNIST ByClass, 0.55 GB).
_MOST_BYTES: Final = 2**30

# More of anything than this is a number whose bytes are in the wrong order.
_MOST_OF_A_DIMENSION: Final = 2**24

_BLOCK_IMAGES: Final = 4096

_DAMAGED_GZIP: Final = (
    *(gzip.BadGzipFile, zipfile.BadZipFile),
    *(EOFError, zlib.error),
)

_GET_AGAIN: Final = "Download the file again."
_LITTLE_ENDIAN: Final = (
    "Its bytes look little-endian: write the numbers of the header big-endian."
)


class BinaryFile(Protocol):
    """A file that can be opened again and again, on disk or in an archive."""

    @property
    def size(self) -> int:
        """Length in bytes."""
        ...

    def open(self) -> BinaryIO:
        """Open it from its beginning."""
        ...


class _FileOnDisk:
    def __init__(self, path: Path) -> None:
        self._path = path

    def __str__(self) -> str:
        return str(self._path)

    @property
    def size(self) -> int:
        return self._path.stat().st_size

    def open(self) -> BinaryIO:
        return self._path.open("rb")


def read_images(path: Path, image_shape: tuple[int, int]) -> ByteImages:
    """Read a file of images.

    Args:
        path: An IDX file, gzipped or not, of unsigned bytes with dimensions
            (n, height, width).
        image_shape: The height and width that are expected, in pixels.

    Returns:
        The images as stored, uint8 of shape (n, height, width), n at least 1,
        read-only.

    Raises:
        DatasetFileError: If the file is missing, damaged or something else.
    """
    return _read(_FileOnDisk(path), content="images", item=image_shape)


def read_labels(path: Path | BinaryFile) -> Labels:
    """Read a file of labels.

    Args:
        path: An IDX file, gzipped or not, of unsigned bytes with dimension (n,).

    Returns:
        The labels as stored, uint8 of shape (n,), n at least 1, read-only.

    Raises:
        DatasetFileError: If the file is missing, damaged or something else.
    """
    file = _FileOnDisk(path) if isinstance(path, Path) else path
    return _read(file, content="labels", item=())


def is_idx(file: BinaryFile) -> bool:
    """Tell whether a file starts like one of unsigned bytes, in either byte order."""
    try:
        with unpacked(file) as stream:
            start = stream.read(4)
    except (*_DAMAGED_GZIP, OSError):
        return False
    return start[:3] == bytes((0, 0, _UNSIGNED_BYTE)) or start[1:] == b"\x08\0\0"


def images_shape(file: BinaryFile) -> tuple[int, int, int]:
    """Read how many images a file announces, and of which height and width.

    Raises:
        DatasetFileError: If it is no IDX file of images, or announces the impossible.
    """
    with _opened(file, content="images", item=None) as (_, shape):
        return cast("tuple[int, int, int]", shape)


def image_blocks(file: BinaryFile) -> Iterator[ByteImages]:
    """Read a file of images a few thousand at a time.

    Yields:
        Up to 4,096 images as stored, uint8 of shape (n, height, width), read-only.

    Raises:
        DatasetFileError: If the file is damaged or something else; if it ends too
            early or too late, after the last image that it has.
    """
    with _opened(file, content="images", item=None) as (stream, shape):
        num_images, item = shape[0], math.prod(shape[1:])
        for start in range(0, num_images, _BLOCK_IMAGES):
            count = min(_BLOCK_IMAGES, num_images - start)
            body = stream.read(count * item)
            if len(body) != count * item:
                _check_length(file, shape, start * item + len(body), "images")
            yield np.frombuffer(body, np.uint8).reshape(count, *shape[1:])
        excess = len(stream.read(1))
        _check_length(file, shape, num_images * item + excess, "images")


def _read(
    file: BinaryFile, *, content: str, item: tuple[int, ...]
) -> NDArray[np.uint8]:
    with _opened(file, content=content, item=item) as (stream, shape):
        body = stream.read(math.prod(shape) + 1)
        _check_length(file, shape, len(body), content)
    return np.frombuffer(body, dtype=np.uint8).reshape(shape)


@contextlib.contextmanager
def _opened(
    file: BinaryFile, *, content: str, item: tuple[int, ...] | None
) -> Iterator[tuple[BinaryIO, tuple[int, ...]]]:
    """Open a file behind its header, which is checked; tell in words what fails.

    Args:
        file: An IDX file, gzipped or not.
        content: What it shall hold, "images" or "labels".
        item: Shape of each; None for images of any size.

    Yields:
        The stream of numbers, unpacked, and the shape that the header announces.
    """
    try:
        with unpacked(file) as stream:
            num_dimensions = 3 if item is None else 1 + len(item)
            _check_start(file, stream.read(4), content, num_dimensions)
            shape = _read_shape(file, stream, num_dimensions)
            _check_shape(file, shape, content, item)
            yield stream, shape
    except _DAMAGED_GZIP as error:
        raise _problem(file, "a whole gzip file", f"a damaged one ({error})") from error
    except OSError as error:
        received = f"none ({error.strerror or error})"
        raise _problem(file, "a file that can be read", received) from error


@contextlib.contextmanager
def unpacked(file: BinaryFile) -> Iterator[BinaryIO]:
    """Open a file, through gzip if its first bytes say that it is packed."""
    with file.open() as stream:
        is_gzipped = stream.read(len(_GZIP_START)) == _GZIP_START
    with file.open() as stream:
        if is_gzipped:
            with gzip.GzipFile(fileobj=stream) as inner:
                yield cast("BinaryIO", inner)
        else:
            yield stream


def _check_start(
    file: BinaryFile, start: bytes, content: str, num_dimensions: int
) -> None:
    """Refuse a file whose first four bytes announce something else."""
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in _TYPE_NAMES:  # noqa: PLR2004 - two zeros, type, dimensions
        expected = "an IDX file, which starts with two zero bytes and a type"
        is_swapped = start[2:] == b"\0\0" and start[1:2] == b"\x08"
        remedy = _LITTLE_ENDIAN if is_swapped else _GET_AGAIN
        received = f"one that starts with {start!r}"
        raise _problem(file, expected, received, remedy=remedy)
    if start[2] != _UNSIGNED_BYTE:
        expected = f"{content} as {_TYPE_NAMES[_UNSIGNED_BYTE]}"
        remedy = "Convert the numbers to the range 0 to 255."
        raise _problem(file, expected, _TYPE_NAMES[start[2]], remedy=remedy)
    if start[3] != num_dimensions:
        expected = f"{content}, which have {num_dimensions} dimension(s)"
        remedy = "Were the files of images and of labels swapped?"
        raise _problem(file, expected, f"{start[3]}", remedy=remedy)


def _read_shape(
    file: BinaryFile, stream: BinaryIO, num_dimensions: int
) -> tuple[int, ...]:
    size = 4 * num_dimensions
    header = stream.read(size)
    if len(header) != size:
        raise _problem(file, f"{size} bytes of dimensions", f"{len(header)}")
    big, little = (np.frombuffer(header, dtype=order) for order in (">u4", "<u4"))
    shape = tuple(int(dimension) for dimension in big)
    if big.max() > _MOST_OF_A_DIMENSION > little.max():
        expected = f"at most {_MOST_OF_A_DIMENSION:,} in each dimension"
        raise _problem(file, expected, f"{shape}", remedy=_LITTLE_ENDIAN)
    return shape


def _check_shape(
    file: BinaryFile, shape: tuple[int, ...], content: str, item: tuple[int, ...] | None
) -> None:
    """Refuse images of another size, and more than the file can hold."""
    sides = shape[1:] if item is None else item
    if math.prod(shape) == 0 or shape[1:] != sides:
        expected = ", ".join(("n", *map(str, sides))) + ("" if sides else ",")
        side = f" of {sides[0]} x {sides[1]} pixels" if sides else ""
        remedy = f"This data set has {content}{side}, n > 0."
        raise _problem(file, f"dimensions ({expected})", f"{shape}", remedy=remedy)
    length = math.prod(shape)
    most = min(_MOST_BYTES, file.size * _TIGHTEST_PACKING)
    if length > most:
        expected = f"at most {most:,} bytes in a file of this size"
        raise _problem(file, expected, f"a header that announces {length:,}")


def _check_length(
    file: BinaryFile, shape: tuple[int, ...], received: int, content: str
) -> None:
    length = math.prod(shape)
    if received != length:
        words = f"{received:,}" if received < length else "more"
        raise _problem(file, f"{length:,} bytes of {content}", words)


def _problem(
    file: BinaryFile, expected: str, received: str, *, remedy: str = _GET_AGAIN
) -> DatasetFileError:
    return DatasetFileError(f"{file}: expected {expected}, got {received}. {remedy}")
