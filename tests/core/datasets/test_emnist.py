"""Facts about EMNIST, compared with excerpts of what NIST publishes."""

import re

import pytest

from core.datasets import classes, emnist
from core.datasets.emnist import SPLITS


@pytest.mark.parametrize(
    ("split", "num_classes", "num_train", "num_test"),
    [
        ("byclass", 62, 697_932, 116_323),
        ("bymerge", 47, 697_932, 116_323),
        ("balanced", 47, 112_800, 18_800),
        ("letters", 26, 124_800, 20_800),
        ("digits", 10, 240_000, 40_000),
        ("mnist", 10, 60_000, 10_000),
    ],
)
def test_each_split_has_the_published_size(
    split: str, num_classes: int, num_train: int, num_test: int
) -> None:
    """The numbers in the paper; an import compares the files with them."""
    described = SPLITS[split]

    assert len(described.classes) == num_classes
    assert described.num_train == num_train
    assert described.num_test == num_test


@pytest.mark.parametrize(
    ("split", "mapping"),
    [
        ("byclass", {0: 48, 9: 57, 10: 65, 35: 90, 36: 97, 61: 122}),
        ("bymerge", {9: 57, 12: 67, 35: 90, 36: 97, 37: 98, 38: 100, 43: 110, 46: 116}),
        ("balanced", {10: 65, 36: 97, 38: 100, 42: 104, 43: 110, 44: 113, 45: 114}),
        ("letters", {1: 65, 2: 66, 26: 90}),
        ("digits", {0: 48, 9: 57}),
        ("mnist", {0: 48, 9: 57}),
    ],
)
def test_a_label_means_the_character_of_the_official_mapping(
    split: str, mapping: dict[int, int]
) -> None:
    """Lines of the official mapping: label, ASCII code of the first character.

    A class too many or too few in the middle would shift all after it.
    """
    described = SPLITS[split]

    names = [described.classes[label - described.first_label] for label in mapping]

    assert [ord(name[0]) for name in names] == list(mapping.values())


@pytest.mark.parametrize("split", ["bymerge", "balanced"])
def test_letters_whose_cases_look_alike_are_one_class(split: str) -> None:
    """15 of the 26 letters, by the paper; small ones of these have no class."""
    names = SPLITS[split].classes

    merged = [name for name in names if len(classes.members(name)) > 1]

    assert merged == [f"{pair[0]}/{pair[1]}" for pair in _pairs("CIJKLMOPSUVWXYZ")]
    assert "".join(name for name in names if name.islower()) == "abdefghnqrt"


def _pairs(letters: str) -> list[str]:
    return [letter + letter.lower() for letter in letters]


def test_letters_has_one_class_for_both_cases_of_each_letter() -> None:
    """Its labels fold the cases of letters that look different, too."""
    letters = SPLITS["letters"]

    assert letters.classes[0] == "A/a"
    assert all(len(classes.members(name)) == 2 for name in letters.classes)
    assert letters.first_label == 1


@pytest.mark.parametrize("split", list(SPLITS))
def test_no_split_has_two_classes_of_one_name(split: str) -> None:
    """A class is found by its name."""
    names = SPLITS[split].classes

    assert len(set(names)) == len(names)


def test_a_split_has_a_name_for_people_and_one_for_the_terminal() -> None:
    """EMNIST has an MNIST of its own, which is not the bundled one."""
    assert SPLITS["bymerge"].title == "EMNIST ByMerge"
    assert SPLITS["mnist"].dataset_name == "emnist-mnist"


def test_the_official_table_has_every_file_of_every_split() -> None:
    """24 files in the IDX format and 6 in MATLAB's."""
    expected = {name for split in SPLITS.values() for name in split.idx_files()}
    expected |= {split.matlab_file for split in SPLITS.values()}

    assert len(expected) == 30
    assert set(emnist.OFFICIAL) == expected


def test_the_official_table_has_sizes_and_checksums() -> None:
    """Two literal rows, and the form of all."""
    letters = emnist.OFFICIAL["emnist-letters-test-labels-idx1-ubyte.gz"]
    mnist = emnist.OFFICIAL["emnist-mnist.mat"]

    assert letters.size == 144
    assert letters.sha256.startswith("924955c31fe7fd809b7303b5c0141282955f4b8390c7")
    assert mnist.size == 22_710_042
    for file in emnist.OFFICIAL.values():
        assert re.fullmatch("[0-9a-f]{64}", file.sha256)


def test_the_official_zip_is_as_long_as_its_files() -> None:
    """They are packed already, so the zip is hardly shorter than their sum."""
    total = sum(
        emnist.OFFICIAL[name].size
        for split in SPLITS.values()
        for name in split.idx_files()
    )

    assert 0.99 < emnist.ZIP_SIZE / total < 1.01
