"""What the names of data files say: which set, train or test, images or labels.

MNIST's relatives follow one habit: `emnist-bymerge-train-images-idx3-ubyte.gz`,
`t10k-labels.idx1-ubyte`, `mnist_test.csv`, `k49-train-imgs.npz`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from types import MappingProxyType
from typing import Final

from core.datasets import emnist
from core.datasets.emnist import Content
from core.types import SplitName

PARTS: Final[Mapping[str, SplitName]] = MappingProxyType(
    {
        **dict.fromkeys(("train", "training", "tr"), "train"),
        **dict.fromkeys(("test", "testing", "t10k", "eval"), "test"),
    }
)
"""Words for the parts of a data set, in small letters."""

VALIDATION: Final = frozenset(("val", "valid", "validation", "dev"))
"""Words for images to validate with, in small letters."""

_CONTENTS: Final[Mapping[str, Content]] = MappingProxyType(
    {
        **dict.fromkeys(("images", "image", "imgs", "img"), "images"),
        **dict.fromkeys(("labels", "label"), "labels"),
    }
)
_SUFFIX_WORDS: Final = frozenset(
    ("gz", "csv", "npz", "mat", "idx", "idx1", "idx3", "ubyte", "")
)


_FILLERS: Final = frozenset(("images", "imgs", "pictures", "data", "set"))


@dataclass(frozen=True)
class FileName:
    """What the name of a file says.

    Attributes:
        group: What is equal for all files of one set, "emnist-bymerge"; may be empty.
        split: EMNIST's split, if it is named after one.
        part: Train or test, if it says so.
        content: Images or labels, if it says so.
    """

    group: str
    split: str | None
    part: SplitName | None
    content: Content | None


def parse(path: PurePosixPath) -> FileName:
    """Read the name of a data file, and those of the folders it lies in."""
    words = re.split(r"[-_. ]+", path.name.lower())
    part = next((PARTS[word] for word in words if word in PARTS), None)
    content = next((_CONTENTS[word] for word in words if word in _CONTENTS), None)
    known = PARTS.keys() | _CONTENTS.keys() | _SUFFIX_WORDS
    group = "-".join(word for word in words if word not in known)
    folders = path.parent.parts
    if part is None:
        named = (PARTS[each.lower()] for each in folders if each.lower() in PARTS)
        part = next(named, None)
    split = next(
        (name for name in emnist.SPLITS if f"{group}-".startswith(f"emnist-{name}-")),
        None,
    )
    if split is None:
        place = [each for each in folders if each.lower() not in PARTS]
        group = "/".join([*place, group] if group else place)
    return FileName(group, split, part, content)


def part_word(name: str) -> str:
    """Return the word for a part that a folder is named by: "train_images" by train.

    Returns:
        A word of `PARTS` or `VALIDATION`; empty if the name says something else.
    """
    words = [word for word in re.split(r"[-_. ]+", name.lower()) if word]
    rest = [word for word in words if word not in _FILLERS]
    is_word = len(rest) == 1 and (rest[0] in PARTS or rest[0] in VALIDATION)
    return rest[0] if is_word else ""
