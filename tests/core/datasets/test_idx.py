"""Reading IDX files, honest and other."""

import gzip
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.datasets import idx
from core.errors import DatasetFileError

IMAGES = np.arange(3 * 28 * 28).reshape(3, 28, 28).astype(np.uint8)
LABELS = np.array([7, 0, 9, 1], dtype=np.uint8)

Encode = Callable[..., bytes]


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzipped", "plain"])
def test_images_are_read_as_they_were_written(
    tmp_path: Path, idx_bytes: Encode, pack: Callable[[bytes], bytes]
) -> None:
    """Rows are not columns: a transposed glyph is another character."""
    path = tmp_path / "file"
    path.write_bytes(pack(idx_bytes(IMAGES)))

    images = idx.read_images(path, (28, 28))

    assert images.dtype == np.uint8
    np.testing.assert_array_equal(images, IMAGES)


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzipped", "plain"])
def test_labels_are_read_as_they_were_written(
    tmp_path: Path, idx_bytes: Encode, pack: Callable[[bytes], bytes]
) -> None:
    """The bytes decide whether a file is gzipped, not its name."""
    path = tmp_path / "file"
    path.write_bytes(pack(idx_bytes(LABELS)))

    labels = idx.read_labels(path)

    assert labels.dtype == np.uint8
    np.testing.assert_array_equal(labels, LABELS)


@pytest.mark.parametrize(
    ("array", "lie", "message"),
    [
        (
            LABELS,
            {},
            r"expected images.*3 dimension.*got 1\. Were the files .* swapped",
        ),
        (
            IMAGES,
            {"type_code": 0x0D},
            r"expected images as unsigned.*got 32-bit floats",
        ),
        (
            IMAGES,
            {"type_code": 0x77},
            r"expected an IDX file.*got one that starts with",
        ),
        (
            IMAGES[:, :27],
            {},
            r"dimensions \(n, 28, 28\), got \(3, 27, 28\)\. .*28 x 28",
        ),
        (IMAGES[:0], {}, r"dimensions \(n, 28, 28\), got \(0, 28, 28\)"),
        (
            IMAGES,
            {"dimensions": (4, 28, 28)},
            r"3,136 bytes of images, got 2,352\. Download",
        ),
        (IMAGES, {"dimensions": (2, 28, 28)}, r"1,568 bytes of images, got more"),
    ],
    ids=[
        "labels instead of images",
        "floats",
        "unknown type",
        "images of another size",
        "no images",
        "too few images",
        "too many images",
    ],
)
def test_a_file_that_is_something_else_is_refused(
    tmp_path: Path,
    idx_bytes: Encode,
    array: NDArray[np.uint8],
    lie: dict[str, object],
    message: str,
) -> None:
    """Whoever brings a file must learn what is wrong with it."""
    path = tmp_path / "images"
    path.write_bytes(gzip.compress(idx_bytes(array, **lie)))

    with pytest.raises(DatasetFileError, match=message):
        idx.read_images(path, (28, 28))


def test_images_instead_of_labels_are_refused(
    tmp_path: Path, idx_bytes: Encode
) -> None:
    """The two files of a split have similar names."""
    path = tmp_path / "labels"
    path.write_bytes(idx_bytes(IMAGES))

    with pytest.raises(DatasetFileError, match=r"expected labels.*swapped"):
        idx.read_labels(path)


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", r"got one that starts with b''"),
        (b"\0\0\x08", r"expected an IDX file"),
        (b"\0\0\x08\x03\0\0", r"expected 12 bytes of dimensions, got 2"),
        (b"<!DOCTYPE html>", r"two zero bytes.*got one that starts with b'<!DO'"),
        (b"\0\0\x08\x01\0\0\0\x04\x07\0", r"expected images.*got 1\. Were"),
    ],
    ids=["empty", "three bytes", "half a header", "a web page", "labels cut short"],
)
def test_a_file_without_a_whole_header_is_refused(
    tmp_path: Path, content: bytes, message: str
) -> None:
    """A failed download is often an empty file, or a page with an apology."""
    path = tmp_path / "images"
    path.write_bytes(content)

    with pytest.raises(DatasetFileError, match=message):
        idx.read_images(path, (28, 28))


@pytest.mark.parametrize("end", [-1, -8, -9, 200, 20, 5])
def test_a_gzip_file_that_was_cut_is_refused(
    tmp_path: Path, idx_bytes: Encode, end: int
) -> None:
    """A download that was interrupted at any point is noticed."""
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(idx_bytes(IMAGES))[:end])

    with pytest.raises(DatasetFileError, match="expected a whole gzip file, got a"):
        idx.read_images(path, (28, 28))


@pytest.mark.parametrize("position", [-6, -2, 40, 12], ids="byte {}".format)
def test_a_gzip_file_with_a_wrong_byte_is_refused(
    tmp_path: Path, idx_bytes: Encode, position: int
) -> None:
    """A damaged file must not become wrong pixels."""
    generator = np.random.default_rng(0)
    noise = generator.integers(0, 64, (3, 28, 28), dtype=np.uint8)
    content = bytearray(gzip.compress(idx_bytes(noise)))
    content[position] ^= 0xFF
    path = tmp_path / "images.gz"
    path.write_bytes(content)

    with pytest.raises(DatasetFileError, match="got a damaged one"):
        idx.read_images(path, (28, 28))


def test_a_plain_file_that_was_cut_is_refused(
    tmp_path: Path, idx_bytes: Encode
) -> None:
    """Without gzip there is no checksum, but there is a length."""
    path = tmp_path / "images"
    path.write_bytes(idx_bytes(IMAGES)[:-1])

    with pytest.raises(DatasetFileError, match=r"expected 2,352 bytes.*got 2,351"):
        idx.read_images(path, (28, 28))


def test_a_missing_file_is_refused_by_name(tmp_path: Path) -> None:
    """The message names the file to bring back."""
    with pytest.raises(DatasetFileError, match=r"nowhere\.gz.*No such file"):
        idx.read_images(tmp_path / "nowhere.gz", (28, 28))


def test_a_folder_is_not_a_file(tmp_path: Path) -> None:
    """A folder of the right name gives the same kind of error."""
    with pytest.raises(DatasetFileError, match="expected a file that can be read"):
        idx.read_images(tmp_path, (28, 28))


@pytest.mark.parametrize("pack", [gzip.compress, bytes], ids=["gzipped", "plain"])
def test_a_header_that_claims_too_much_costs_no_memory(
    tmp_path: Path, idx_bytes: Encode, pack: Callable[[bytes], bytes]
) -> None:
    """A file of 3 kB that announces 3 TB must not end the process."""
    path = tmp_path / "images"
    path.write_bytes(pack(idx_bytes(IMAGES, dimensions=(2**32 - 1, 28, 28))))

    tracemalloc.start()
    with pytest.raises(DatasetFileError, match=r"header that announces 3,367,254,35"):
        idx.read_images(path, (28, 28))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1_000_000


def test_a_gzip_bomb_is_unpacked_no_further_than_announced(
    tmp_path: Path, idx_bytes: Encode
) -> None:
    """100 kB that unpack to 100 MB must not end the process."""
    path = tmp_path / "images.gz"
    path.write_bytes(gzip.compress(idx_bytes(IMAGES) + bytes(100_000_000)))

    tracemalloc.start()
    with pytest.raises(DatasetFileError, match="got more"):
        idx.read_images(path, (28, 28))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert peak < 1_000_000
