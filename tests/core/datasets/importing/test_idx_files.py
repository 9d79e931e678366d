"""Importing IDX files: EMNIST's, torchvision's and others."""

import gzip
import hashlib
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.datasets import emnist
from core.datasets.data_file import DataFile
from core.datasets.importing import naming
from core.datasets.importing.array_labels import ArrayPart
from core.datasets.importing.recognise import recognise
from core.datasets.importing.source import ImportOptions
from core.errors import DatasetFileError

Glyphs = Callable[..., NDArray[np.uint8]]
Write = Callable[..., None]


def test_emnist_is_turned_upright(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write, read: Callable
) -> None:
    """Its files have rows and columns exchanged: a 7 would lie on its side."""
    write_emnist(tmp_path, "bymerge", glyphs(47), np.arange(47, dtype=np.uint8))

    source = recognise([tmp_path])
    images, labels = read(source, "train")

    np.testing.assert_array_equal(images, glyphs(47))
    np.testing.assert_array_equal(labels, np.arange(47))
    assert source.facts.classes[10:13] == ("A", "B", "C/c")
    assert source.facts.ink_style == "emnist"


def test_transposed_can_be_decided_by_the_user(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write, read: Callable
) -> None:
    """Somebody may have turned the files already and kept their names."""
    write_emnist(tmp_path, "mnist", glyphs(4), np.arange(4, dtype=np.uint8))

    source = recognise([tmp_path], ImportOptions(transposed=False))
    images, _ = read(source, "test")

    np.testing.assert_array_equal(images, glyphs(4).swapaxes(1, 2))


def test_labels_of_letters_count_from_one(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write, read: Callable
) -> None:
    """In the official files of Letters, 1 is A and 26 is Z."""
    write_emnist(tmp_path, "letters", glyphs(2), np.array([1, 26], np.uint8))

    source = recognise([tmp_path])
    _, labels = read(source, "test")

    assert [source.facts.classes[label] for label in labels] == ["A/a", "Z/z"]


@pytest.mark.parametrize("label", [0, 27])
def test_a_label_that_the_mapping_does_not_have_is_refused(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write, label: int
) -> None:
    """A label 0 in Letters would wrap around to the last class."""
    write_emnist(tmp_path, "letters", glyphs(2), np.array([1, label], np.uint8))

    with pytest.raises(DatasetFileError, match=f"labels of 1 to 26.*got {label} at"):
        recognise([tmp_path])


def test_files_of_other_sizes_are_imported_with_a_remark(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write
) -> None:
    """Whoever quotes a score must know whether the files are NIST's."""
    write_emnist(tmp_path, "digits", glyphs(2), np.arange(2, dtype=np.uint8))

    facts = recognise([tmp_path]).facts

    assert any("not the official files" in remark for remark in facts.remarks)


def test_official_files_need_no_remark(
    tmp_path: Path,
    glyphs: Glyphs,
    write_emnist: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Size and SHA-256 decide."""
    write_emnist(tmp_path, "digits", glyphs(2), np.arange(2, dtype=np.uint8))
    sums = {}
    for path in tmp_path.iterdir():
        content = path.read_bytes()
        sums[path.name] = DataFile(
            path.name, len(content), hashlib.sha256(content).hexdigest()
        )
    monkeypatch.setattr(emnist, "OFFICIAL", sums)

    facts = recognise([tmp_path]).facts

    assert facts.remarks == ()
    assert facts.title == "EMNIST Digits"


def test_of_several_splits_one_has_to_be_chosen(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write
) -> None:
    """The official zip has six; none of them is meant more than the others."""
    labels = np.array([1, 2], np.uint8)
    for split in ("letters", "bymerge"):
        write_emnist(tmp_path, split, glyphs(2), labels)

    with pytest.raises(DatasetFileError, match="lie there: bymerge, letters"):
        recognise([tmp_path])
    source = recognise([tmp_path], ImportOptions(split="letters"))

    assert source.facts.classes == ("A/a", "B/b")


def test_the_official_zip_is_read_without_unpacking_it(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write, read: Callable
) -> None:
    """It has all splits, 560 MB of which most are not wanted."""
    write_emnist(tmp_path / "gzip", "balanced", glyphs(3), np.arange(3, dtype=np.uint8))
    write_emnist(tmp_path / "gzip", "mnist", glyphs(3), np.arange(3, dtype=np.uint8))
    with zipfile.ZipFile(tmp_path / "gzip.zip", "w") as archive:
        for path in (tmp_path / "gzip").iterdir():
            archive.write(path, f"gzip/{path.name}")

    source = recognise([tmp_path / "gzip.zip"], ImportOptions(split="balanced"))
    images, _ = read(source, "train")

    np.testing.assert_array_equal(images, glyphs(3))
    assert source.facts.title.startswith("EMNIST Balanced")


def test_the_raw_folder_of_torchvision_is_read(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write, write_idx: Write
) -> None:
    """It has each file twice, packed and unpacked, and pickles beside."""
    labels = np.array([1, 2], np.uint8)
    write_emnist(tmp_path / "EMNIST" / "raw", "letters", glyphs(2), labels)
    write_emnist(tmp_path / "EMNIST" / "raw", "letters", glyphs(2), labels, "")
    write_idx(tmp_path / "EMNIST" / "processed" / "training_letters.pt", labels)

    source = recognise([tmp_path])

    assert source.facts.form == "EMNIST (IDX)"
    assert source.num_expected("train") == 2


def test_pickles_are_refused_with_a_word_about_raw(tmp_path: Path) -> None:
    """A pickle runs whatever its author wished."""
    (tmp_path / "training_letters.pt").write_bytes(b"\x80\x02}q\x00.")

    with pytest.raises(DatasetFileError, match=r"pickles.*folder `raw`"):
        recognise([tmp_path])


@pytest.mark.parametrize(
    "names",
    [
        ("train-images-idx3-ubyte.gz", "train-labels-idx1-ubyte.gz"),
        ("train-images.idx3-ubyte", "train-labels.idx1-ubyte"),
        ("images.idx", "labels.idx"),
        ("my-images", "my-labels"),
    ],
    ids=["MNIST", "MNIST unpacked", "plain", "without ending"],
)
def test_two_files_are_a_data_set(
    tmp_path: Path,
    glyphs: Glyphs,
    write_idx: Write,
    names: tuple[str, str],
) -> None:
    """Without test files, some images of each class are set aside, and that is told."""
    write_idx(tmp_path / names[0], glyphs(40, 16))
    write_idx(tmp_path / names[1], np.arange(40, dtype=np.uint8) % 2 + 5)

    source = recognise([tmp_path / names[0], tmp_path / names[1]])

    assert source.facts.classes == ("5", "6")
    assert source.facts.image_shape == (16, 16)
    assert (source.num_expected("train"), source.num_expected("test")) == (32, 8)
    assert any("20%" in remark for remark in source.facts.remarks)


def test_train_and_test_are_told_apart_by_their_names(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write, read: Callable
) -> None:
    """MNIST calls its test files t10k."""
    for name, count in (("train", 6), ("t10k", 4)):
        write_idx(tmp_path / f"{name}-images-idx3-ubyte.gz", glyphs(count))
        labels = np.arange(count, dtype=np.uint8) % 2
        write_idx(tmp_path / f"{name}-labels-idx1-ubyte.gz", labels)

    source = recognise([tmp_path])

    assert len(read(source, "train")[0]) == 6
    assert len(read(source, "test")[0]) == 4


def test_a_file_called_labels_need_not_be_idx(tmp_path: Path) -> None:
    """Without an ending, the first bytes decide."""
    (tmp_path / "labels").write_text("a b c")

    with pytest.raises(DatasetFileError, match="Understood are"):
        recognise([tmp_path])


def test_names_of_classes_may_lie_beside(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write
) -> None:
    """Labels are numbers; what they mean is in a list."""
    write_idx(tmp_path / "images.idx", glyphs(20))
    write_idx(tmp_path / "labels.idx", np.arange(20, dtype=np.uint8) % 2)
    (tmp_path / "classes.txt").write_text("boot\nя\n", "utf-8")

    assert recognise([tmp_path]).facts.classes == ("boot", "я")


def test_a_mapping_may_lie_beside(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write
) -> None:
    """EMNIST's mappings have a label and the codes of its characters in each line."""
    write_idx(tmp_path / "images.idx", glyphs(20))
    write_idx(tmp_path / "labels.idx", np.arange(20, dtype=np.uint8) % 2 + 1)
    (tmp_path / "my-mapping.txt").write_text("1 67 99\n2 68\n", "utf-8")

    assert recognise([tmp_path]).facts.classes == ("C/c", "D")


def test_images_and_labels_that_disagree_are_refused(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write
) -> None:
    """Labels of another file would be wrong from the first image on."""
    write_idx(tmp_path / "images.idx", glyphs(20))
    write_idx(tmp_path / "labels.idx", np.arange(19, dtype=np.uint8) % 2)

    with pytest.raises(DatasetFileError, match="got 20 images and 19 labels"):
        recognise([tmp_path])


def test_labels_that_are_missing_are_asked_for(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write
) -> None:
    """Images alone teach nothing."""
    write_idx(tmp_path / "train-images.idx", glyphs(20))

    with pytest.raises(DatasetFileError, match="file of training labels, got none"):
        recognise([tmp_path])


def test_a_gzip_that_was_cut_is_refused_before_its_end(
    tmp_path: Path, write_idx: Write
) -> None:
    """What was streamed so far must not count as the whole."""
    generator = np.random.default_rng(0)
    noise = generator.integers(0, 99, (5000, 8, 8), dtype=np.uint8)
    path = tmp_path / "images-idx3-ubyte.gz"
    write_idx(path, noise)
    labels = np.arange(5000, dtype=np.uint8) % 2
    write_idx(tmp_path / "labels-idx1-ubyte.gz", labels)
    path.write_bytes(path.read_bytes()[:-20])

    with pytest.raises(DatasetFileError, match="whole gzip file"):
        list(recognise([tmp_path]).chunks("train"))


def test_a_file_with_too_few_images_is_refused(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write
) -> None:
    """Without gzip there is no checksum, but there is a length."""
    write_idx(tmp_path / "images.idx", glyphs(20))
    write_idx(tmp_path / "labels.idx", np.arange(20, dtype=np.uint8) % 2)
    path = tmp_path / "images.idx"
    path.write_bytes(path.read_bytes()[:-1])

    with pytest.raises(DatasetFileError, match=r"15,680 bytes of images, got 15,679"):
        list(recognise([tmp_path]).chunks("train"))


@pytest.mark.parametrize(
    "start",
    [
        b"\x03\x08\0\0" + np.array([20, 28, 28], "<u4").tobytes(),
        b"\0\0\x08\x03" + np.array([20, 28, 28], "<u4").tobytes(),
    ],
    ids=["all of it", "dimensions only"],
)
def test_little_endian_files_are_refused_by_name(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write, start: bytes
) -> None:
    """Whoever wrote the file with the byte order of a PC is told so."""
    write_idx(tmp_path / "labels.idx", np.arange(20, dtype=np.uint8) % 2)
    (tmp_path / "images.idx").write_bytes(start + glyphs(20).tobytes())

    with pytest.raises(DatasetFileError, match="look little-endian"):
        recognise([tmp_path])


def test_images_that_are_too_large_are_refused(
    tmp_path: Path, write_idx: Write
) -> None:
    """Networks here are made for up to 64 x 64 pixels."""
    write_idx(tmp_path / "images.idx", np.zeros((4, 65, 64), np.uint8))
    write_idx(tmp_path / "labels.idx", np.arange(4, dtype=np.uint8) % 2)

    with pytest.raises(DatasetFileError, match="8 to 64 pixels a side, got 65 x 64"):
        recognise([tmp_path])


def test_a_report_that_raises_stops_the_reading(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write
) -> None:
    """An import can be cancelled."""
    write_emnist(tmp_path, "mnist", glyphs(5000), np.arange(5000, dtype=np.uint8) % 2)

    def stop(share: float) -> None:
        assert share < 1.0
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(recognise([tmp_path]).chunks("train", stop))


def test_progress_ends_at_one(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write
) -> None:
    """A bar that stops at 80 % looks like a failure."""
    write_emnist(tmp_path, "mnist", glyphs(5000), np.arange(5000, dtype=np.uint8) % 2)
    shares: list[float] = []

    list(recognise([tmp_path]).chunks("train", shares.append))

    assert shares == [4096 / 5000, 1.0]


def test_the_same_seed_gives_the_same_test_images(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write, read: Callable
) -> None:
    """Two imports of the same files are the same data set."""
    write_idx(tmp_path / "images.idx", glyphs(60))
    write_idx(tmp_path / "labels.idx", np.arange(60, dtype=np.uint8) % 3)

    first, again, other = (
        read(recognise([tmp_path], ImportOptions(seed=seed)), "test")[0]
        for seed in (1, 1, 2)
    )

    np.testing.assert_array_equal(first, again)
    assert not np.array_equal(first, other)


def test_a_class_with_one_image_keeps_it_for_training(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write, read: Callable
) -> None:
    """A class that is only tested can never be learned."""
    write_idx(tmp_path / "images.idx", glyphs(26))
    write_idx(tmp_path / "labels.idx", np.minimum(np.arange(26), 16).astype(np.uint8))

    _, labels = read(recognise([tmp_path], ImportOptions(test_share=0.5)), "train")

    assert set(range(16)) <= set(labels.tolist())


def test_dark_ink_on_light_paper_is_inverted(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write, read: Callable
) -> None:
    """Everywhere in Inklab, 0 is paper; the user is told."""
    write_idx(tmp_path / "images.idx", 255 - glyphs(20))
    write_idx(tmp_path / "labels.idx", np.arange(20, dtype=np.uint8) % 2)

    source = recognise([tmp_path])

    assert read(source, "test")[0][0, 0, 0] == 0
    assert any("inverted" in remark for remark in source.facts.remarks)


def test_a_preview_shows_images_of_all_classes(
    tmp_path: Path, glyphs: Glyphs, write_emnist: Write
) -> None:
    """Twenty images of one class would say little."""
    labels = np.repeat(np.arange(10), 30).astype(np.uint8)
    write_emnist(tmp_path, "digits", glyphs(300), labels)

    samples = recognise([tmp_path]).samples(20)

    assert sorted(sample.class_name for sample in samples) == sorted("0123456789" * 2)
    np.testing.assert_array_equal(samples[0].glyph, glyphs(1)[0])
    assert "image 1" in samples[0].name


def test_unpacked_official_names_are_not_called_foreign(
    tmp_path: Path,
    glyphs: Glyphs,
    write_emnist: Write,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Torchvision unpacks the files, after which their sums cannot be compared."""
    write_emnist(tmp_path, "tiny", glyphs(4), np.arange(4, dtype=np.uint8), "")
    tiny = emnist.EmnistSplit("tiny", "EMNIST Tiny", tuple("0123"), 4, 4)
    monkeypatch.setattr(emnist, "SPLITS", {"tiny": tiny})

    facts = recognise([tmp_path]).facts

    assert facts.title == "EMNIST Tiny"
    assert any("could not be compared" in remark for remark in facts.remarks)


def test_a_gzip_bomb_is_refused(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write
) -> None:
    """A few kilobytes that unpack to more than they announce."""
    write_idx(tmp_path / "labels-idx1-ubyte.gz", np.arange(20, dtype=np.uint8) % 2)
    path = tmp_path / "images-idx3-ubyte.gz"
    write_idx(path, glyphs(20))
    content = gzip.decompress(path.read_bytes()) + bytes(10_000_000)
    path.write_bytes(gzip.compress(content))

    with pytest.raises(DatasetFileError, match="15,680 bytes of images, got more"):
        list(recognise([tmp_path]).chunks("train"))


def test_a_class_without_training_images_is_left_out(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write, read: Callable
) -> None:
    """It cannot be learned, so its test images would only count as mistakes."""
    for part, labels in (("train", [0, 2, 0, 2]), ("test", [0, 1, 2, 3])):
        stem = f"emnist-digits-{part}"
        lying = glyphs(4).swapaxes(1, 2)
        write_idx(tmp_path / f"{stem}-images-idx3-ubyte.gz", lying)
        write_idx(tmp_path / f"{stem}-labels-idx1-ubyte.gz", np.array(labels, np.uint8))

    source = recognise([tmp_path])
    images, labels = read(source, "test")
    refusing = recognise([tmp_path], ImportOptions(on_problem="refuse"))

    assert source.facts.classes == ("0", "2")
    assert labels.tolist() == [0, 1]
    np.testing.assert_array_equal(images, glyphs(4)[[0, 2]])
    assert {problem.reason: problem.count for problem in source.problems()} == {
        "is a class without training images": 8,
        "is a test image of a class without training images": 2,
    }
    with pytest.raises(DatasetFileError, match="2 x is a test image"):
        list(refusing.chunks("train"))


def test_all_256_classes_are_read(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write, read: Callable
) -> None:
    """The last label is the largest byte."""
    labels = (np.arange(768) % 256).astype(np.uint8)
    write_idx(tmp_path / "images.idx", glyphs(768, 8))
    write_idx(tmp_path / "labels.idx", labels)

    source = recognise([tmp_path])

    received = np.concatenate([read(source, part)[1] for part in source.parts])
    assert len(source.facts.classes) == 256
    assert len(received) == 768


@pytest.mark.parametrize("line", ["2", "2 x", "2 55296", "2 99999999999"])
def test_a_mapping_that_cannot_be_read_is_refused(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write, line: str
) -> None:
    """The line is what one looks for in the file."""
    write_idx(tmp_path / "images.idx", glyphs(20))
    write_idx(tmp_path / "labels.idx", np.arange(20, dtype=np.uint8) % 2 + 1)
    (tmp_path / "my-mapping.txt").write_text(f"1 67\n{line}\n", "utf-8")

    with pytest.raises(DatasetFileError, match=f"got '{line}'"):
        recognise([tmp_path])


def test_two_classes_of_one_name_are_refused(
    tmp_path: Path, glyphs: Glyphs, write_idx: Write
) -> None:
    """Nobody could tell them apart on a chart."""
    write_idx(tmp_path / "images.idx", glyphs(20))
    write_idx(tmp_path / "labels.idx", np.arange(20, dtype=np.uint8) % 2)
    (tmp_path / "classes.txt").write_text("a\na\n", "utf-8")

    with pytest.raises(DatasetFileError, match="got 'a' twice"):
        recognise([tmp_path])


@pytest.mark.parametrize(
    ("title", "num_train", "first"),
    [
        ("fashion-mnist", 60_000, ("T-shirt/top",)),
        ("fashion-mnist", 59_999, ()),
        ("mnist", 60_000, ()),
    ],
    ids=["whole", "other images", "other name"],
)
def test_fashion_mnist_is_known_by_name_and_sizes(
    title: str, num_train: int, first: tuple[str, ...]
) -> None:
    """Its files do not name the classes, and other files of its form have others."""
    sizes = {"train": num_train, "test": 10_000}
    parts = {
        part: ArrayPart(part, np.zeros(1), size, (28, 28), lambda: iter(()))
        for part, size in sizes.items()
    }

    assert naming.of_known(title, parts).classes[:1] == first
