"""Importing pictures in folders: which are classes, what becomes of each picture."""

import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.datasets.importing.recognise import recognise
from core.datasets.importing.source import ImportOptions, Source
from core.errors import DatasetFileError
from core.types import InkStyle

Draw = Callable[..., None]
Glyphs = Callable[..., NDArray[np.uint8]]


def fill(draw: Draw, folder: Path, *, count: int = 5, first: int = 0) -> None:
    for number in range(count):
        draw(folder / f"{number}.png", first + number)


def counts(source: Source) -> dict[str, int]:
    """Stream all of a source; return what was met, by reason."""
    for part in source.parts:
        list(source.chunks(part))
    return {problem.reason: problem.count for problem in source.problems()}


def test_a_folder_is_a_class(tmp_path: Path, draw: Draw, read: Callable) -> None:
    """The picture becomes light ink on black, in MNIST's style unless one chooses."""
    for name in ("B", "a", "7"):
        fill(draw, tmp_path / "own" / name)

    source = recognise([tmp_path / "own"])
    images, labels = read(source, "train")

    assert source.facts.classes == ("7", "B", "a")
    assert source.facts.ink_style == "mnist"
    assert images.shape[1:] == source.facts.image_shape == (28, 28)
    assert images[0, 0, 0] == 0
    assert images[0].max() == 255
    assert set(labels.tolist()) == {0, 1, 2}


def test_the_shape_can_be_chosen(tmp_path: Path, draw: Draw, read: Callable) -> None:
    """28 x 28 is the default, not a law."""
    for first, name in enumerate(("a", "b")):
        fill(draw, tmp_path / name, first=5 * first)

    source = recognise([tmp_path], ImportOptions(image_shape=(40, 40)))

    assert read(source, "test")[0].shape[1:] == source.facts.image_shape == (40, 40)


@pytest.mark.parametrize(
    ("folders", "classes", "has_parts"),
    [
        (["a", "b"], "ab", False),
        (["train/a", "train/b", "test/a", "test/b"], "ab", True),
        (["a/Training", "a/Testing", "b/Training", "b/Testing"], "ab", True),
        (["train_images/a", "train_images/b", "test_images/a"], "ab", True),
        (["data/x/a", "data/x/b"], "ab", False),
        (["latin/a", "latin/b", "greek/alpha"], ["a", "b", "alpha"], False),
        (["a/anna", "a/ben", "b/anna", "b/ben"], "ab", False),
        (["anna/a", "anna/b", "ben/a", "ben/b"], "ab", False),
        (["train/a", "train/b", "val/a", "val/b"], "ab", True),
        (["a_lower", "A_upper", "b_lower"], "Aab", False),
        (["10", "9", "x"], ["9", "10", "x"], False),
    ],
    ids=[
        "flat",
        "parts above",
        "parts below",
        "parts with a word more",
        "folders without meaning",
        "deeper",
        "writers below",
        "writers above",
        "validation as test",
        "cases by name",
        "numbers",
    ],
)
def test_folders_are_understood(
    tmp_path: Path,
    draw: Draw,
    folders: list[str],
    classes: str | list[str],
    *,
    has_parts: bool,
) -> None:
    """People nest their pictures in many ways."""
    for number, folder in enumerate(folders):
        fill(draw, tmp_path / "own" / folder, first=5 * number)

    source = recognise([tmp_path / "own"])

    assert list(source.facts.classes) == list(classes)
    is_split = any("set aside" in remark for remark in source.facts.remarks)
    assert is_split is not has_parts


def test_validation_images_are_training_images(tmp_path: Path, draw: Draw) -> None:
    """Which images validate is decided for each training."""
    for number, part in enumerate(("train", "val", "test")):
        for name in ("a", "b"):
            fill(draw, tmp_path / part / name, first=5 * number)

    source = recognise([tmp_path])

    assert source.num_expected("train") == 20
    assert source.num_expected("test") == 10
    assert any("validation" in remark for remark in source.facts.remarks)


@pytest.mark.parametrize("is_swapped", [False, True], ids=["in order", "swapped"])
def test_two_folders_are_training_and_test(
    tmp_path: Path, draw: Draw, *, is_swapped: bool
) -> None:
    """The first is for training, unless its name says that it is the test."""
    names = ("my-test", "rest") if is_swapped else ("first", "rest")
    for name, count in zip(names, (4, 2), strict=True):
        for letter in ("a", "b"):
            fill(draw, tmp_path / name / letter, count=count)

    source = recognise([tmp_path / name for name in names])

    assert source.num_expected("train") == (4 if is_swapped else 8)
    assert source.num_expected("test") == (8 if is_swapped else 4)


def test_folders_of_one_class_each_may_be_given(tmp_path: Path, draw: Draw) -> None:
    """Two folders with pictures right in them are two classes."""
    for name in ("a", "b"):
        fill(draw, tmp_path / name)

    assert recognise([tmp_path / "a", tmp_path / "b"]).facts.classes == ("a", "b")


def test_both_cases_in_a_zip_are_two_classes(tmp_path: Path, draw: Draw) -> None:
    """Nothing is unpacked, so a file system that folds cases does not matter."""
    fill(draw, tmp_path / "pictures")
    with zipfile.ZipFile(tmp_path / "own.zip", "w") as archive:
        for folder in ("A", "a", "ä", "あ"):
            for path in (tmp_path / "pictures").iterdir():
                archive.write(path, f"own/{folder}/{path.name}")

    source = recognise([tmp_path / "own.zip"])

    assert source.facts.classes == ("A", "a", "ä", "あ")


def test_junk_beside_the_pictures_is_ignored_and_counted(
    tmp_path: Path, draw: Draw
) -> None:
    """A Mac and a PC each leave files that nobody made."""
    for first, name in enumerate(("a", "b")):
        fill(draw, tmp_path / name, first=5 * first)
    for junk in (
        ".DS_Store",
        "a/Thumbs.db",
        "a/._0.png",
        "__MACOSX/a/0.png",
        "readme.txt",
        "more.zip",
        ".git/x/1.png",
    ):
        (tmp_path / junk).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / junk).write_bytes(b"junk")

    source = recognise([tmp_path], ImportOptions(on_problem="refuse"))

    assert source.facts.classes == ("a", "b")
    assert counts(source) == {"is no picture": 6, "is an archive inside": 1}


@pytest.mark.parametrize(
    ("mode", "suffix"),
    [
        ("L", "png"),
        ("RGB", "jpg"),
        ("P", "png"),
        ("P", "gif"),
        ("1", "png"),
        ("CMYK", "jpg"),
        ("I;16", "png"),
        ("I;16", "tif"),
        ("RGBA", "webp"),
        ("LA", "png"),
    ],
)
def test_pictures_of_all_modes_show_the_same_glyph(
    tmp_path: Path, draw: Draw, read: Callable, mode: str, suffix: str
) -> None:
    """A scan in CMYK or 16 bits is the same letter as a drawing."""
    for folder, number in (("train/a", 0), ("train/b", 3), ("test/b", 3)):
        draw(tmp_path / folder / "1.png", number)
    draw(tmp_path / "test" / "a" / f"1.{suffix}", mode=mode)

    source = recognise([tmp_path])
    images, labels = read(source, "test")
    list(source.chunks("train"))

    reference = np.stack([sample.glyph for sample in source.samples(2)])
    difference = np.abs(images[labels == 0][0].astype(int) - reference[0]).mean()
    assert difference < 5


def test_transparent_and_animated_pictures_are_read(
    tmp_path: Path, draw: Draw, read: Callable
) -> None:
    """Of an animation, the first image counts; what is transparent is paper."""
    fill(draw, tmp_path / "a")
    fill(draw, tmp_path / "b", first=5)
    ink = np.zeros((60, 60, 4), np.uint8)
    ink[10:50, 12:18, 3] = 255
    Image.fromarray(ink).save(tmp_path / "a" / "clear.png")
    frames = [Image.open(tmp_path / "a" / f"{number}.png") for number in (0, 1)]
    frames[0].save(
        tmp_path / "b" / "moves.gif", save_all=True, append_images=frames[1:]
    )

    source = recognise([tmp_path], ImportOptions(on_problem="refuse"))
    images = [read(source, part)[0] for part in ("test", "train")]

    assert sum(map(len, images)) == 12


def test_mixed_sizes_become_one(tmp_path: Path, draw: Draw, read: Callable) -> None:
    """A photo beside a thumbnail is no problem."""
    for number, side in enumerate((40, 60, 300, 2500)):
        for name in ("a", "b"):
            draw(tmp_path / name / f"{side}.png", number, side=side)

    source = recognise([tmp_path])

    assert read(source, "train")[0].shape[1:] == (28, 28)


def test_pictures_that_cannot_be_used_are_counted_by_reason(
    tmp_path: Path, draw: Draw
) -> None:
    """The import goes on without them, and tells of each kind."""
    for first, name in enumerate(("a", "b")):
        fill(draw, tmp_path / name, count=10, first=10 * first)
    (tmp_path / "a" / "broken.png").write_bytes(b"no picture")
    content = (tmp_path / "a" / "0.png").read_bytes()
    (tmp_path / "a" / "cut.png").write_bytes(content[: len(content) // 2])
    Image.new("L", (60, 60), 255).save(tmp_path / "b" / "blank.png")
    Image.new("1", (10_000, 10_000)).save(tmp_path / "b" / "huge.png")
    (tmp_path / "c").mkdir()
    (tmp_path / "d").mkdir()
    (tmp_path / "d" / "notes.txt").write_text("none yet")
    (tmp_path / "e").mkdir()
    (tmp_path / "e" / "broken.jpg").write_bytes(b"no picture")
    draw(tmp_path / "stray.png", 30)

    source = recognise([tmp_path])

    assert source.facts.classes == ("a", "b")
    assert counts(source) == {
        "is no picture": 1,
        "is a folder without pictures": 2,
        "lies in no class folder": 1,
        "is a class of which no training picture can be used": 1,
        "is damaged, or no picture of a form that is read": 2,
        "shows no character": 1,
        "has more than 40 million pixels": 1,
    }


def test_a_damaged_picture_in_a_zip_is_left_out(tmp_path: Path, draw: Draw) -> None:
    """The sum in the zip tells, before the picture is decoded."""
    packed = tmp_path / "own.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        for number in range(8):
            draw(tmp_path / "one.png", number)
            archive.write(tmp_path / "one.png", f"{'ab'[number % 2]}/{number}.png")
    content = bytearray(packed.read_bytes())
    content[content.index(b"IDAT") + 9] ^= 0xFF
    packed.write_bytes(content)

    source = recognise([packed])

    assert counts(source) == {"is damaged, or no picture of a form that is read": 1}


@pytest.mark.parametrize("name", ["a/broken.png", "c/broken.png"])
def test_the_user_may_refuse_a_source_with_problems(
    tmp_path: Path, draw: Draw, name: str
) -> None:
    """Then the message counts them and names examples."""
    for first, letter in enumerate(("a", "b")):
        fill(draw, tmp_path / letter, first=5 * first)
    (tmp_path / name).parent.mkdir(exist_ok=True)
    (tmp_path / name).write_bytes(b"no picture")

    source = recognise([tmp_path], ImportOptions(on_problem="refuse"))

    with pytest.raises(DatasetFileError, match=r"got: 1 x is .*\bc\b|a/broken\.png"):
        counts(source)


def test_duplicates_are_left_out_within_a_class_and_between_the_parts(
    tmp_path: Path, draw: Draw, read: Callable
) -> None:
    """A test image that was learned by heart proves nothing."""
    for folder, numbers in {
        "train/a": (0, 0, 1, 2),
        "train/b": (3, 4, 9),
        "test/a": (2, 5),
        "test/b": (6, 7, 9),
    }.items():
        for index, number in enumerate(numbers):
            draw(tmp_path / folder / f"{index}.png", number)
    draw(tmp_path / "train" / "b" / "like-a.png", 1)

    source = recognise([tmp_path])
    num_train, num_test = (len(read(source, part)[0]) for part in ("train", "test"))

    assert (num_train, num_test) == (5, 5)
    assert counts(source) == {
        "is the same image as another of its class": 1,
        "is the same image as a test image": 2,
        "is the same image as one of another class": 1,
    }


def test_whoever_reads_the_second_part_only_gets_the_same(
    tmp_path: Path, draw: Draw, read: Callable
) -> None:
    """The other part is looked through first, for its copies."""
    for folder, numbers in {"train/a": (0, 1), "train/b": (2,), "test/a": (1,)}.items():
        for number in numbers:
            draw(tmp_path / folder / f"{number}.png", number)

    images, _ = read(recognise([tmp_path]), "train")

    assert len(images) == 2


def test_a_class_of_which_some_pictures_are_copies_or_damaged_can_be_learned(
    tmp_path: Path, draw: Draw, read: Callable
) -> None:
    """Whichever are set aside for the test, one that can be used is learned from."""
    for number in range(10):
        folder = tmp_path / f"class-{number}"
        draw(folder / "1.png", number)
        draw(folder / "2.png", number)
        (folder / "0.png").write_bytes(b"no picture")

    source = recognise([tmp_path], ImportOptions(test_share=0.5))
    _, labels = read(source, "train")

    assert sorted(labels.tolist()) == list(range(10))


def test_a_class_that_is_only_tested_is_left_out(tmp_path: Path, draw: Draw) -> None:
    """It cannot be learned."""
    for number, folder in enumerate(("train/a", "train/b", "test/a", "test/c")):
        fill(draw, tmp_path / folder, first=5 * number)

    source = recognise([tmp_path])

    assert source.facts.classes == ("a", "b")
    assert counts(source)["is a class of which no training picture can be used"] == 1


def test_pictures_that_are_glyphs_already_stay_as_they_are(
    tmp_path: Path, glyphs: Glyphs, read: Callable
) -> None:
    """MNIST as pictures: to scale them would blur them."""
    images = glyphs(18)
    for number, image in enumerate(images):
        path = tmp_path / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(image).save(path)

    source = recognise([tmp_path])
    received, _ = read(source, "train")

    originals = {image.tobytes() for image in images}
    assert all(image.tobytes() in originals for image in received)
    assert any("stay as they are" in remark for remark in source.facts.remarks)


def test_a_chosen_style_changes_also_glyphs(tmp_path: Path, glyphs: Glyphs) -> None:
    """Whoever asks for MNIST's style gets it."""
    for number, image in enumerate(glyphs(18)):
        path = tmp_path / "ab"[number % 2] / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        Image.fromarray(image).save(path)

    source = recognise([tmp_path], ImportOptions(ink_style="mnist"))

    assert source.samples(1)[0].glyph[-4:].max() == 0


@pytest.mark.parametrize("side", [28, 40])
@pytest.mark.parametrize(
    ("style", "share"), [("mnist", 20 / 28), ("emnist", 24 / 28)], ids=str
)
def test_the_ink_fills_what_its_style_says(
    tmp_path: Path, draw: Draw, style: InkStyle, share: float, side: int
) -> None:
    """MNIST's characters fill 20 of 28 pixels, EMNIST's 24."""
    for first, name in enumerate(("a", "b")):
        fill(draw, tmp_path / name, first=5 * first)
    options = ImportOptions(ink_style=style, image_shape=(side, side))

    glyph = recognise([tmp_path], options).samples(1)[0].glyph

    rows = np.flatnonzero((glyph > 64).any(axis=1))
    assert abs(np.ptp(rows) + 1 - share * side) <= 2


def test_emnist_is_centred_by_its_box(tmp_path: Path, draw: Draw) -> None:
    """MNIST is centred by mass: the same drawing lies elsewhere."""
    for first, name in enumerate(("a", "b")):
        fill(draw, tmp_path / name, first=5 * first)

    glyph = recognise([tmp_path], ImportOptions(ink_style="emnist")).samples(1)[0].glyph

    for axis in (0, 1):
        inked = np.flatnonzero((glyph > 64).any(axis=axis))
        assert abs(inked[0] + inked[-1] - 27) <= 1
    assert glyph.max() == 255


def test_the_plain_style_is_the_whole_picture(tmp_path: Path, draw: Draw) -> None:
    """Where the ink lies in the picture, it lies in the glyph."""
    for first, name in enumerate(("a", "b")):
        fill(draw, tmp_path / name, first=5 * first)
    options = ImportOptions(ink_style="plain", image_shape=(30, 60))

    glyph = recognise([tmp_path], options).samples(1)[0].glyph

    # The picture of 60 x 60 has ink from row 10 to 49, from column 12 on.
    assert np.flatnonzero((glyph > 64).any(axis=1)).tolist() == list(range(5, 25))
    assert np.flatnonzero((glyph > 64).any(axis=0))[0] == 15 + 12 // 2


def test_a_preview_has_the_picture_beside_the_glyph(tmp_path: Path, draw: Draw) -> None:
    """One sees what was made of a picture before all are imported."""
    for first, name in enumerate(("a", "b", "c")):
        fill(draw, tmp_path / name, first=5 * first)

    samples = recognise([tmp_path]).samples(6)

    assert [sample.class_name for sample in samples] == ["a", "b", "c"] * 2
    assert samples[0].picture is not None
    assert samples[0].picture.shape == (60, 60, 4)
    assert samples[0].name.endswith(".png")


def test_a_preview_steps_over_pictures_that_cannot_be_read(
    tmp_path: Path, draw: Draw
) -> None:
    """They are counted later."""
    for name in ("train/a", "train/b", "test/a"):
        fill(draw, tmp_path / name, count=2)
    (tmp_path / "train" / "a" / "00.png").write_bytes(b"no picture")

    assert len(recognise([tmp_path]).samples(20)) == 4


def test_reading_can_be_stopped(tmp_path: Path, draw: Draw) -> None:
    """Also while the test pictures are looked through first."""
    for name in ("a", "b"):
        fill(draw, tmp_path / name)
    source = recognise([tmp_path])

    def stop(_share: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        next(source.chunks("train", stop))


@pytest.mark.parametrize("folders", [[""], ["train", "test"]], ids=["flat", "parts"])
def test_pictures_without_class_folders_are_refused(
    tmp_path: Path, draw: Draw, folders: list[str]
) -> None:
    """The message shows how they should lie."""
    for folder in folders:
        fill(draw, tmp_path / folder)

    with pytest.raises(DatasetFileError, match=r"letters/A/1\.png"):
        recognise([tmp_path])


@pytest.mark.parametrize("mode", ["one class", "too few"])
def test_too_little_is_refused(tmp_path: Path, draw: Draw, mode: str) -> None:
    """There is nothing to tell apart, or nothing to test with."""
    fill(draw, tmp_path / "own" / "a", count=1)
    (tmp_path / "own" / "b").mkdir()
    draw(tmp_path / "own" / "b" / "1.png", 1)
    if mode == "one class":
        (tmp_path / "own" / "b" / "1.png").write_bytes(b"no picture")

    with pytest.raises(DatasetFileError, match=r"2 to 256 classes|enough images"):
        recognise([tmp_path / "own"])
