"""Importing tables: Kaggle's and others of their form."""

import gzip
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.datasets.importing.recognise import recognise
from core.errors import DatasetFileError

Glyphs = Callable[..., NDArray[np.uint8]]

HEADER = ["label", *(f"pixel{number}" for number in range(784))]


def rows_of(images: NDArray[np.uint8], labels: Sequence[object]) -> list[list[str]]:
    """Return a table with a label and pixels, as text."""
    return [
        [str(label), *map(str, image.ravel())]
        for label, image in zip(labels, images, strict=True)
    ]


def write(path: Path, rows: list[list[str]], separator: str = ",") -> None:
    path.write_text(
        "".join(separator.join(row) + "\n" for row in rows),
        encoding="utf-8",
        errors="surrogateescape",
    )


def test_kaggles_emnist_is_turned_upright(
    tmp_path: Path, glyphs: Glyphs, read: Callable
) -> None:
    """Its tables have no header, and images that lie transposed."""
    images = glyphs(4)
    rows = rows_of(images.swapaxes(1, 2), [1, 2, 26, 3])
    write(tmp_path / "emnist-letters-train.csv", rows)
    write(tmp_path / "emnist-letters-test.csv", rows[:2])

    source = recognise([tmp_path])
    received, labels = read(source, "train")

    np.testing.assert_array_equal(received, images)
    assert [source.facts.classes[label] for label in labels][:3] == [
        "A/a",
        "B/b",
        "Z/z",
    ]
    assert source.num_expected("test") == 2
    assert source.facts.form == "EMNIST (CSV)"


def test_kaggles_mnist_has_a_header(
    tmp_path: Path, glyphs: Glyphs, read: Callable
) -> None:
    """Its images lie upright; the test file without labels is not used, and told of."""
    images = glyphs(10)
    rows = rows_of(images, np.arange(10) % 2 + 3)
    write(tmp_path / "train.csv", [HEADER, *rows])
    write(tmp_path / "test.csv", [HEADER[1:], *(row[1:] for row in rows)])
    write(tmp_path / "sample_submission.csv", [["ImageId", "Label"], ["1", "0"]])

    source = recognise([tmp_path])
    train, test = (read(source, part)[0] for part in ("train", "test"))

    assert len(train) == 8
    assert len(test) == 2
    assert {image.tobytes() for image in (*train, *test)} == {
        image.tobytes() for image in images
    }
    assert source.facts.classes == ("3", "4")
    assert any("no label" in remark for remark in source.facts.remarks)


@pytest.mark.parametrize("has_header", [True, False], ids=["header", "no header"])
def test_a_table_without_labels_is_refused(
    tmp_path: Path, glyphs: Glyphs, *, has_header: bool
) -> None:
    """Kaggle keeps the labels of its test images to itself."""
    rows = [row[1:] for row in rows_of(glyphs(3), [0, 1, 2])]
    write(tmp_path / "test.csv", [HEADER[1:], *rows] if has_header else rows)

    with pytest.raises(DatasetFileError, match=r"784 pixels and no label.*train\.csv"):
        recognise([tmp_path])


def test_labels_may_be_names_of_classes(
    tmp_path: Path, glyphs: Glyphs, read: Callable
) -> None:
    """Names may be quoted, in any script, and have a comma in them."""
    names = ["ä", '"x, y"', "Z"] * 6
    write(tmp_path / "own.csv", [HEADER, *rows_of(glyphs(18), names)])

    source = recognise([tmp_path])
    _, labels = read(source, "train")

    assert source.facts.classes == ("Z", "x, y", "ä")
    assert set(labels.tolist()) == {0, 1, 2}


def test_the_label_may_be_the_last_column(
    tmp_path: Path, glyphs: Glyphs, read: Callable
) -> None:
    """OpenML's tables end with the class."""
    images = glyphs(12)
    rows = [row[1:] + row[:1] for row in rows_of(images, ["p", "q"] * 6)]
    write(tmp_path / "own.csv", [[*HEADER[1:], "class"], *rows], ";")

    source = recognise([tmp_path])
    received, labels = read(source, "test")

    assert source.facts.classes == ("p", "q")
    originals = {image.tobytes(): number % 2 for number, image in enumerate(images)}
    for image, label in zip(received, labels, strict=True):
        assert originals[image.tobytes()] == label


def test_a_packed_table_is_read(tmp_path: Path, glyphs: Glyphs) -> None:
    """1 GB of digits packs to a tenth."""
    write(tmp_path / "own.csv", rows_of(glyphs(12), [0, 1] * 6))
    content = (tmp_path / "own.csv").read_bytes()
    (tmp_path / "own.csv").unlink()
    (tmp_path / "own.csv.gz").write_bytes(gzip.compress(content))

    assert recognise([tmp_path]).num_expected("train") == 10


@pytest.mark.parametrize("text", ["", "NaN", "256", "-1", "0.5", "ink", "\udcff"])
def test_a_pixel_that_is_none_is_refused_by_its_row(
    tmp_path: Path, glyphs: Glyphs, text: str
) -> None:
    """The row is what one looks for in the file, counted from 1 with the header."""
    rows = rows_of(glyphs(12), [0, 1] * 6)
    rows[6][300] = text
    write(tmp_path / "own.csv", [HEADER, *rows])

    with pytest.raises(DatasetFileError, match=r"whole numbers of 0 to 255.*row 8\."):
        list(recognise([tmp_path]).chunks("train"))


@pytest.mark.parametrize("change", [-1, 1], ids=["a field too few", "one too many"])
def test_a_row_of_another_length_is_refused(
    tmp_path: Path, glyphs: Glyphs, change: int
) -> None:
    """From there on all pixels would be shifted."""
    rows = rows_of(glyphs(12), [0, 1] * 6)
    rows[4] = rows[4][:-1] if change < 0 else [*rows[4], "0"]
    write(tmp_path / "own.csv", rows)

    with pytest.raises(DatasetFileError, match=f"got {785 + change} in row 5"):
        recognise([tmp_path])


def test_783_pixels_are_refused(tmp_path: Path, glyphs: Glyphs) -> None:
    """A column that was lost makes no square image."""
    rows = [row[:-2] for row in rows_of(glyphs(3), [0, 1, 2])]
    write(tmp_path / "own.csv", rows)

    with pytest.raises(
        DatasetFileError, match=r"square image.*got 783 fields in row 1"
    ):
        recognise([tmp_path])


@pytest.mark.parametrize("label", ["", "nan"])
def test_a_row_without_a_label_is_refused(
    tmp_path: Path, glyphs: Glyphs, label: str
) -> None:
    """An empty name would become a class of its own."""
    rows = rows_of(glyphs(12), [0, 1] * 6)
    rows[3][0] = label
    write(tmp_path / "own.csv", rows)

    with pytest.raises(DatasetFileError, match="got none in row 4"):
        recognise([tmp_path])


def test_more_than_256_classes_are_refused(tmp_path: Path) -> None:
    """Labels are bytes."""
    images = np.zeros((257, 8, 8), np.uint8)
    write(tmp_path / "own.csv", rows_of(images, range(257)))

    with pytest.raises(DatasetFileError, match=r"2 to 256 classes.*got 257"):
        recognise([tmp_path])


def test_numbers_with_a_point_are_whole_numbers(tmp_path: Path, glyphs: Glyphs) -> None:
    """Tables that had a gap once have 7.0 for 7."""
    write(tmp_path / "own.csv", rows_of(glyphs(12), ["7.0", "10.0"] * 6))

    assert recognise([tmp_path]).facts.classes == ("7", "10")


@pytest.mark.parametrize(
    ("label", "expected"),
    [
        ("1e300", ("1e300", "7")),
        ("18446744073709551615", ("18446744073709551615", "7")),
        ("9007199254740993", ("7", "9007199254740993")),
        ("-1", ("-1", "7")),
        ("7.5", ("7", "7.5")),
    ],
    ids=["vast", "uint64", "no float has it", "negative", "fraction"],
)
def test_a_label_keeps_its_digits(
    tmp_path: Path, glyphs: Glyphs, label: str, expected: tuple[str, ...]
) -> None:
    """A number too large for 64 bits is a name like any other."""
    write(tmp_path / "own.csv", [HEADER, *rows_of(glyphs(4), [label, "7"] * 2)])

    assert recognise([tmp_path]).facts.classes == expected


def test_an_empty_label_in_quotes_is_refused(tmp_path: Path, glyphs: Glyphs) -> None:
    """It is no number, though it may stand for one that is missing."""
    write(tmp_path / "own.csv", [HEADER, *rows_of(glyphs(4), ['""', "7"] * 2)])

    with pytest.raises(DatasetFileError, match="got ''"):
        recognise([tmp_path])
