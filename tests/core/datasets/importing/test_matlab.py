"""Importing MATLAB files in EMNIST's structure."""

import struct
import zlib
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy import io

from core.datasets.importing.recognise import recognise
from core.errors import DatasetFileError

Glyphs = Callable[..., NDArray[np.uint8]]


def save(
    path: Path,
    images: NDArray[np.uint8],
    labels: NDArray[np.uint8],
    mapping: list[list[float]] | None = None,
    *,
    is_packed: bool = True,
) -> None:
    """Save upright images as NIST does: pixels in MATLAB's order, column by column."""
    rows = np.stack([image.ravel(order="F") for image in images])
    part = {"images": rows, "labels": labels[:, None], "writers": labels[:, None]}
    codes = np.array(mapping or [[1, 65, 97], [2, 66, 98]])
    dataset = {"train": part, "test": part, "mapping": codes}
    io.savemat(path, {"dataset": dataset}, do_compression=is_packed)


def test_emnist_stands_upright_and_is_mapped(
    tmp_path: Path, glyphs: Glyphs, read: Callable
) -> None:
    """A row has the pixels column by column; labels of Letters count from 1."""
    path = tmp_path / "emnist-letters.mat"
    save(path, glyphs(3), np.array([1, 2, 26], np.uint8))

    source = recognise([path])
    images, labels = read(source, "test")

    np.testing.assert_array_equal(images, glyphs(3))
    assert [source.facts.classes[label] for label in labels] == ["A/a", "B/b", "Z/z"]
    assert any("not the official" in remark for remark in source.facts.remarks)


def test_another_name_is_mapped_by_the_file(tmp_path: Path, glyphs: Glyphs) -> None:
    """The file has the codes of the characters in itself."""
    path = tmp_path / "mine.mat"
    save(path, glyphs(3), np.array([1, 2, 2], np.uint8))

    assert recognise([path]).facts.classes == ("A/a", "B/b")


@pytest.mark.parametrize("code", [-1, 0xD800, 10.0**12, np.nan])
def test_codes_that_are_no_characters_are_refused(
    tmp_path: Path, glyphs: Glyphs, code: float
) -> None:
    """They could not be shown, or not be written down."""
    path = tmp_path / "mine.mat"
    save(path, glyphs(3), np.array([1, 2, 2], np.uint8), [[1, 65], [2, code]])

    with pytest.raises(DatasetFileError, match="codes of characters"):
        recognise([path])


def test_a_file_of_another_structure_is_refused(tmp_path: Path) -> None:
    """The message names what is expected and what is there."""
    io.savemat(tmp_path / "other.mat", {"digits": np.eye(3)})

    with pytest.raises(DatasetFileError, match=r"dataset\.train\.images.*got: digits"):
        recognise([tmp_path / "other.mat"])


@pytest.mark.parametrize("keep", [60, 200, -30])
def test_a_file_that_was_cut_is_refused(
    tmp_path: Path, glyphs: Glyphs, keep: int
) -> None:
    """Wherever the download broke off."""
    path = tmp_path / "emnist-letters.mat"
    save(path, glyphs(3), np.array([1, 2, 3], np.uint8))
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(DatasetFileError, match=r"MATLAB file|whole file"):
        recognise([path])


def test_a_file_that_announces_too_much_is_refused(tmp_path: Path) -> None:
    """A kilobyte that unpacks to gigabytes must not end the process."""
    inner = zlib.compress(struct.pack("<2I", 14, 2**31) + bytes(1000))
    header = b"MATLAB 5.0 MAT-file".ljust(124) + b"\x00\x01IM"
    path = tmp_path / "bomb.mat"
    path.write_bytes(header + struct.pack("<2I", 15, len(inner)) + inner)

    with pytest.raises(
        DatasetFileError, match=r"2,147,483,648 bytes of numbers, too much"
    ):
        recognise([path])


def test_a_file_with_wrong_bytes_never_ends_the_process(
    tmp_path: Path, glyphs: Glyphs
) -> None:
    """SciPy's reader can crash at one: whatever is wrong must end as an error."""
    path = tmp_path / "emnist-letters.mat"
    save(path, glyphs(3, 8), np.array([1, 2, 3], np.uint8), is_packed=False)
    whole = path.read_bytes()
    refused = 0
    for place in range(128, len(whole), 7):
        content = bytearray(whole)
        content[place] ^= 0xFF
        path.write_bytes(content)
        try:
            recognise([path])
        except DatasetFileError:
            refused += 1

    assert refused > 50


def test_the_order_of_bytes_is_that_of_the_file(tmp_path: Path, read: Callable) -> None:
    """Old files of other machines are big-endian; arrays of doubles are numbers too."""

    def element(kind: int, data: bytes) -> bytes:
        return struct.pack(">2I", kind, len(data)) + data + bytes(-len(data) % 8)

    def matrix(name: bytes, array_class: int, inside: bytes, *sides: int) -> bytes:
        start = element(6, struct.pack(">2I", array_class, 0))
        shape = element(5, struct.pack(f">{len(sides)}i", *sides))
        return element(14, start + shape + element(1, name) + inside)

    def structure(name: bytes, **fields: bytes) -> bytes:
        names = b"".join(key.encode().ljust(8, b"\0") for key in fields)
        width = struct.pack(">I", 4 << 16 | 5) + struct.pack(">i", 8)
        inside = width + element(1, names) + b"".join(fields.values())
        return matrix(name, 2, inside, 1, 1)

    pixels = np.arange(256, dtype=np.uint8).reshape(4, 64)
    images = matrix(b"", 9, element(2, pixels.tobytes(order="F")), 4, 64)
    labels = matrix(b"", 6, element(9, struct.pack(">4d", 1, 2, 1, 2)), 4, 1)
    part = structure(b"", images=images, labels=labels)
    content = structure(b"dataset", train=part, test=part)
    path = tmp_path / "old.mat"
    path.write_bytes(b"MATLAB 5.0 MAT-file".ljust(124) + b"\x01\x00MI" + content)

    source = recognise([path])
    received, given = read(source, "train")

    upright = pixels.reshape(4, 8, 8).swapaxes(1, 2)
    np.testing.assert_array_equal(received, upright)
    assert [source.facts.classes[label] for label in given] == ["1", "2", "1", "2"]
