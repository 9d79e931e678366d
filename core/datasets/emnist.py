"""EMNIST: its six splits, the names of its classes, and its official files.

All six are cut from the same 814,255 characters, and NIST publishes them as one
zip. In its files the images lie transposed, and the labels of Letters count from
1, not from 0. Where a capital and its small letter look alike, ByMerge and
Balanced have one class for both ("C/c"); Letters has one for each pair of cases.
"""

import csv
import string
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Final, Literal, get_args

from core.datasets.data_file import DataFile
from core.types import SplitName

Content = Literal["images", "labels"]
"""What a file in the IDX format holds."""

PAGE: Final = "https://www.nist.gov/itl/products-and-services/emnist-dataset"
"""Where NIST tells about EMNIST."""

URL: Final = "https://biometrics.nist.gov/cs_links/EMNIST/gzip.zip"
"""The official zip with the files of all splits in the IDX format."""

ZIP_SIZE: Final = 561_753_746
"""Length of the official zip in bytes."""

LICENCE: Final = (
    "NIST states no licence for EMNIST. Works of its employees are not subject to "
    "copyright in the United States (17 U.S.C. 105), but may be elsewhere; its data "
    "come as they are, without warranty. Made at Western Sydney University from NIST "
    "Special Database 19."
)

CITATION: Final = (
    "G. Cohen, S. Afshar, J. Tapson and A. van Schaik, "
    '"EMNIST: an extension of MNIST to handwritten letters", arXiv:1702.05373, 2017.'
)

_MERGED: Final = "CIJKLMOPSUVWXYZ"
"""Letters whose cases ByMerge and Balanced hold to look alike."""

_IDX_SUFFIXES: Final[Mapping[Content, str]] = MappingProxyType(
    {"images": "images-idx3-ubyte", "labels": "labels-idx1-ubyte"}
)


@dataclass(frozen=True)
class EmnistSplit:
    """One of the six ways in which EMNIST is cut into classes.

    Attributes:
        name: Its name in the names of the official files: "bymerge".
        title: Its name as people write it: "EMNIST ByMerge".
        classes: Name of each class, in the order of the labels.
        num_train: Official number of training images.
        num_test: Official number of test images.
        first_label: Label of the first class in the official files.
    """

    name: str
    title: str
    classes: tuple[str, ...]
    num_train: int
    num_test: int
    first_label: int = 0

    @property
    def dataset_name(self) -> str:
        """Its name among the data sets: "emnist-bymerge"."""
        return f"emnist-{self.name}"

    @property
    def matlab_file(self) -> str:
        """Name of the official file that has all of it in MATLAB's format."""
        return f"emnist-{self.name}.mat"

    def idx_file(self, part: SplitName, content: Content) -> str:
        """Return the name of an official file in the IDX format, gzipped."""
        return f"emnist-{self.name}-{part}-{_IDX_SUFFIXES[content]}.gz"

    def idx_files(self) -> tuple[str, ...]:
        """Return the names of its four official files in the IDX format."""
        return tuple(
            self.idx_file(part, content)
            for part in get_args(SplitName)
            for content in get_args(Content)
        )


def _cases(letter: str) -> str:
    return f"{letter}/{letter.lower()}"


def _merged_classes() -> tuple[str, ...]:
    upper = (
        _cases(letter) if letter in _MERGED else letter
        for letter in string.ascii_uppercase
    )
    lower = (
        letter for letter in string.ascii_lowercase if letter.upper() not in _MERGED
    )
    return (*string.digits, *upper, *lower)


_BYCLASS: Final = tuple(string.digits + string.ascii_uppercase + string.ascii_lowercase)

SPLITS: Final[Mapping[str, EmnistSplit]] = MappingProxyType(
    {
        split.name: split
        for split in (
            EmnistSplit("byclass", "EMNIST ByClass", _BYCLASS, 697_932, 116_323),
            EmnistSplit(
                "bymerge", "EMNIST ByMerge", _merged_classes(), 697_932, 116_323
            ),
            EmnistSplit(
                "balanced", "EMNIST Balanced", _merged_classes(), 112_800, 18_800
            ),
            EmnistSplit(
                *("letters", "EMNIST Letters"),
                tuple(_cases(letter) for letter in string.ascii_uppercase),
                *(124_800, 20_800),
                first_label=1,
            ),
            EmnistSplit(
                "digits", "EMNIST Digits", tuple(string.digits), 240_000, 40_000
            ),
            EmnistSplit("mnist", "EMNIST MNIST", tuple(string.digits), 60_000, 10_000),
        )
    }
)
"""The six splits by their names in the official files."""


def _official_files() -> Mapping[str, DataFile]:
    with Path(__file__).with_name("emnist_files.csv").open(encoding="utf-8") as table:
        files = [
            DataFile(row["name"], int(row["size"]), row["sha256"])
            for row in csv.DictReader(table)
        ]
    return MappingProxyType({file.name: file for file in files})


OFFICIAL: Final = _official_files()
"""The official files, in the IDX format and in MATLAB's, by their names without folder.

The 144 bytes of the test labels of Letters are right: they are sorted by class, and
so gzip packs them well.
"""
