"""Importing NumPy archives."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.datasets.importing.recognise import recognise
from core.errors import DatasetFileError

Glyphs = Callable[..., NDArray[np.uint8]]

LABELS = np.arange(20) % 4


def test_the_archive_of_keras_is_read(
    tmp_path: Path, glyphs: Glyphs, read: Callable
) -> None:
    """Its mnist.npz has x_train, y_train, x_test and y_test."""
    path = tmp_path / "mnist.npz"
    np.savez_compressed(
        path,
        x_train=glyphs(20),
        y_train=LABELS.astype(np.uint8),
        x_test=glyphs(8),
        y_test=LABELS[:8].astype(np.uint8),
    )

    source = recognise([path])
    images, labels = read(source, "train")

    np.testing.assert_array_equal(images, glyphs(20))
    np.testing.assert_array_equal(labels, LABELS)
    assert source.num_expected("test") == 8
    assert source.facts.classes == ("0", "1", "2", "3")


@pytest.mark.parametrize(
    "change",
    [
        lambda images: images[..., None],
        lambda images: images.reshape(len(images), -1),
        lambda images: (images / 255).astype(np.float32),
        lambda images: images.astype(np.int64),
        np.asfortranarray,
        lambda images: images.astype(">u2"),
    ],
    ids=["channel", "flat", "fractions", "int64", "Fortran", "big-endian"],
)
def test_images_come_in_many_shapes_and_types(
    tmp_path: Path, glyphs: Glyphs, read: Callable, change: Callable
) -> None:
    """All of these are the same images."""
    path = tmp_path / "own.npz"
    images = change(glyphs(20))
    np.savez(path, x_train=images, y_train=LABELS, x_test=images, y_test=LABELS)

    received, _ = read(recognise([path]), "train")

    np.testing.assert_array_equal(received, glyphs(20))


def test_zeros_and_ones_become_full_ink(
    tmp_path: Path, glyphs: Glyphs, read: Callable
) -> None:
    """An image with 1 for ink would be taken for blank paper."""
    path = tmp_path / "own.npz"
    np.savez(path, images=glyphs(20) > 0, labels=LABELS)

    received, _ = read(recognise([path]), "train")

    assert set(np.unique(received)) == {0, 255}


def test_names_of_classes_may_be_in_the_archive(tmp_path: Path, glyphs: Glyphs) -> None:
    """What Inklab exports has them."""
    path = tmp_path / "own.npz"
    names = np.array(["alpha", "beta", "γ", "delta"])  # noqa: RUF001 - a Greek letter
    np.savez(path, images=glyphs(20), labels=LABELS, classes=names)

    source = recognise([path])

    assert source.facts.classes == ("alpha", "beta", "γ", "delta")  # noqa: RUF001


def test_labels_may_be_names(tmp_path: Path, glyphs: Glyphs) -> None:
    """Text labels name their classes themselves."""
    path = tmp_path / "own.npz"
    np.savez(path, images=glyphs(20), labels=np.array(["b", "a"] * 10))

    assert recognise([path]).facts.classes == ("a", "b")


def test_an_archive_for_each_array_is_read(tmp_path: Path, glyphs: Glyphs) -> None:
    """Kuzushiji-49 is published as four archives of one array without a name."""
    for part in ("train", "test"):
        np.savez(tmp_path / f"k49-{part}-imgs.npz", glyphs(20))
        np.savez(tmp_path / f"k49-{part}-labels.npz", LABELS)

    source = recognise([tmp_path])

    assert source.num_expected("train") == source.num_expected("test") == 20


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"images": np.zeros((20, 28, 28, 3), np.uint8)}, "have colours: average"),
        ({"images": np.zeros((20, 783), np.uint8)}, r"got \(20, 783\)"),
        ({"images": np.full((20, 8, 8), 300)}, "Expected pixels of 0 to 255"),
        ({"images": np.full((20, 8, 8), np.nan)}, "Expected pixels of 0 to 255"),
        ({"images": np.zeros((20, 4, 4), np.uint8)}, "8 to 64 pixels a side"),
        ({"labels": LABELS[:19]}, "got 20 images and 19 labels"),
        ({"labels": LABELS / 3}, "labels of shape .* got float64"),
        ({"labels": LABELS * 0}, "2 to 256 classes"),
        ({"labels": np.eye(20)}, r"labels of shape .* \(20, 20\)"),
        ({"classes": np.array(["a", "b", "c"])}, "labels of 0 to 2.*got 3 at index 3"),
        ({"labels": np.array([object()] * 20)}, "array of objects"),
    ],
    ids=[
        "colours",
        "783 pixels",
        "too bright",
        "NaN",
        "too small",
        "label missing",
        "fractions",
        "one class",
        "one-hot",
        "out of range",
        "pickle",
    ],
)
def test_what_cannot_be_used_is_refused(
    tmp_path: Path, arrays: dict[str, NDArray[np.generic]], message: str
) -> None:
    """The message says what was expected and what was there."""
    path = tmp_path / "own.npz"
    defaults = {"images": np.zeros((20, 8, 8), np.uint8), "labels": LABELS}
    np.savez(path, allow_pickle=True, **(defaults | arrays))

    with pytest.raises(DatasetFileError, match=message):
        list(recognise([path]).chunks("train"))


def test_an_archive_without_images_is_refused(tmp_path: Path) -> None:
    """It names the arrays that are there."""
    np.savez(tmp_path / "own.npz", weights=np.zeros(3))

    with pytest.raises(DatasetFileError, match=r"x_train.*got weights in own\.npz"):
        recognise([tmp_path / "own.npz"])


def test_an_array_that_announces_too_much_is_refused(tmp_path: Path) -> None:
    """The shape in the header is judged before memory is taken for it."""
    path = tmp_path / "own.npz"
    np.savez(path, images=np.zeros((20, 28, 28), np.uint8), labels=LABELS)
    content = path.read_bytes()
    start = b"(20, 28, 28), }"
    assert start in content
    path.write_bytes(content.replace(start + b"    ", b"(20000000,28,28)}  "))

    with pytest.raises(DatasetFileError):
        recognise([path])


@pytest.mark.parametrize("keep", [10, 1000, -10])
def test_an_archive_that_was_cut_is_refused(
    tmp_path: Path, glyphs: Glyphs, keep: int
) -> None:
    """Wherever the copy broke off."""
    path = tmp_path / "own.npz"
    np.savez(path, images=glyphs(20), labels=LABELS)
    path.write_bytes(path.read_bytes()[:keep])

    with pytest.raises(DatasetFileError, match="whole NumPy archive"):
        recognise([path])


@pytest.mark.parametrize("unsigned", [np.uint64, np.uint8], ids=["uint64", "uint8"])
def test_labels_of_two_integer_types_are_whole_numbers(
    tmp_path: Path, glyphs: Glyphs, unsigned: type[np.unsignedinteger]
) -> None:
    """NumPy makes fractions of int64 and uint64 together: classes 0.0 and 1.0."""
    path = tmp_path / "own.npz"
    np.savez(
        path,
        x_train=glyphs(20),
        y_train=LABELS.astype(np.int64),
        x_test=glyphs(8),
        y_test=LABELS[:8].astype(unsigned),
    )

    assert recognise([path]).facts.classes == ("0", "1", "2", "3")


def test_labels_beyond_64_bits_with_a_sign_keep_their_digits(
    tmp_path: Path, glyphs: Glyphs
) -> None:
    """They would wrap around and become negative."""
    path = tmp_path / "own.npz"
    labels = np.where(LABELS == 3, 2**64 - 1, LABELS.astype(np.uint64))
    np.savez(path, images=glyphs(20), labels=labels)

    assert recognise([path]).facts.classes == ("0", "1", str(2**64 - 1), "2")


@pytest.mark.parametrize(
    ("classes", "problem"),
    [
        (["", "a", "b", "c"], "got ''"),
        ([" ", "a", "b", "c"], "got ' '"),
        (["\x1b[31m", "a", "b", "c"], "got '.x1b.31m'"),
        (["a\nb", "a", "b", "c"], "got 'a.nb'"),
        (["\ud800", "a", "b", "c"], "got '.ud800'"),
        (["x" * 101, "a", "b", "c"], "of 1 to 100 characters"),
        (["\u00e9", "e\u0301", "b", "c"], "twice"),
        ("abcd", r"shape \(n,\), got \(\)"),
        ([["a", "b"], ["c", "d"]], r"shape \(n,\), got \(2, 2\)"),
    ],
    ids=[
        *("empty", "blank", "escape", "line break", "half a character", "long"),
        *("two spellings", "no list", "table"),
    ],
)
def test_names_that_cannot_be_shown_are_refused(
    tmp_path: Path, glyphs: Glyphs, classes: object, problem: str
) -> None:
    """They go to terminals, into JSON, into legends and into names of folders."""
    path = tmp_path / "own.npz"
    np.savez(path, images=glyphs(20), labels=LABELS, classes=np.array(classes))

    with pytest.raises(DatasetFileError, match=problem):
        recognise([path])
