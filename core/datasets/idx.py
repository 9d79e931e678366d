"""Read the IDX files in which MNIST and its relatives are published.

A file starts with two zero bytes, a byte for the type of its numbers, a byte
for the number of dimensions, and each dimension as a big-endian 32-bit number;
the numbers follow, the last dimension fastest. Most files are gzipped, whatever
their name says, so the first bytes decide.

A file may lie: its header may claim more than it holds, or a few kilobytes may
unpack to gigabytes. So the header is judged first, and never more than one byte
beyond what it announces is unpacked.
"""

import gzip
import math
import zlib
from io import BufferedReader
from pathlib import Path
from typing import Final

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

_GET_AGAIN: Final = "Download the file again."


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
    return _read(path, content="images", item=image_shape)


def read_labels(path: Path) -> Labels:
    """Read a file of labels.

    Args:
        path: An IDX file, gzipped or not, of unsigned bytes with dimension (n,).

    Returns:
        The labels as stored, uint8 of shape (n,), n at least 1, read-only.

    Raises:
        DatasetFileError: If the file is missing, damaged or something else.
    """
    return _read(path, content="labels", item=())


def _read(path: Path, *, content: str, item: tuple[int, ...]) -> NDArray[np.uint8]:
    try:
        with _open(path) as stream:
            _check_start(path, stream.read(4), content=content, item=item)
            shape = _read_shape(path, stream, content=content, item=item)
            length = math.prod(shape)
            _check_claim(path, length)
            body = stream.read(length + 1)
    except (gzip.BadGzipFile, EOFError, zlib.error) as error:
        raise _problem(path, "a whole gzip file", f"a damaged one ({error})") from error
    except OSError as error:
        received = f"none ({error.strerror})"
        raise _problem(path, "a file that can be read", received) from error
    if len(body) != length:
        received = f"{len(body):,}" if len(body) < length else "more"
        raise _problem(path, f"{length:,} bytes of {content}", received)
    return np.frombuffer(body, dtype=np.uint8).reshape(shape)


def _open(path: Path) -> gzip.GzipFile | BufferedReader:
    with path.open("rb") as stream:
        is_gzipped = stream.read(len(_GZIP_START)) == _GZIP_START
    return gzip.open(path, "rb") if is_gzipped else path.open("rb")


def _check_start(
    path: Path, start: bytes, *, content: str, item: tuple[int, ...]
) -> None:
    """Refuse a file whose first four bytes announce something else."""
    if len(start) < 4 or start[:2] != b"\0\0" or start[2] not in _TYPE_NAMES:  # noqa: PLR2004 - two zeros, type, dimensions
        expected = "an IDX file, which starts with two zero bytes and a type"
        raise _problem(path, expected, f"one that starts with {start!r}")
    type_code, num_dimensions = start[2], start[3]
    if type_code != _UNSIGNED_BYTE:
        expected = f"{content} as {_TYPE_NAMES[_UNSIGNED_BYTE]}"
        remedy = "Convert the numbers to the range 0 to 255."
        raise _problem(path, expected, _TYPE_NAMES[type_code], remedy=remedy)
    if num_dimensions != 1 + len(item):
        expected = f"{content}, which have {1 + len(item)} dimension(s)"
        remedy = "Were the files of images and of labels swapped?"
        raise _problem(path, expected, f"{num_dimensions}", remedy=remedy)


def _read_shape(
    path: Path,
    stream: gzip.GzipFile | BufferedReader,
    *,
    content: str,
    item: tuple[int, ...],
) -> tuple[int, ...]:
    size = 4 * (1 + len(item))
    header = stream.read(size)
    if len(header) != size:
        raise _problem(path, f"{size} bytes of dimensions", f"{len(header)}")
    shape = tuple(int(dimension) for dimension in np.frombuffer(header, dtype=">u4"))
    if shape[0] == 0 or shape[1:] != item:
        expected = ", ".join(("n", *map(str, item))) + ("" if item else ",")
        side = f" of {item[0]} x {item[1]} pixels" if item else ""
        remedy = f"This data set has {content}{side}, n > 0."
        raise _problem(path, f"dimensions ({expected})", f"{shape}", remedy=remedy)
    return shape


def _check_claim(path: Path, length: int) -> None:
    """Refuse a header that announces more than the file can hold."""
    most = min(_MOST_BYTES, path.stat().st_size * _TIGHTEST_PACKING)
    if length > most:
        expected = f"at most {most:,} bytes in a file of this size"
        raise _problem(path, expected, f"a header that announces {length:,}")


def _problem(
    path: Path, expected: str, received: str, *, remedy: str = _GET_AGAIN
) -> DatasetFileError:
    return DatasetFileError(f"{path}: expected {expected}, got {received}. {remedy}")
