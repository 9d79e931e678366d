"""Which folder is a class, and which pictures are to train and to test with.

Pictures lie in one folder per class. Above the classes, or below them, may be folders
for training and test, and anywhere folders without meaning. Where a file system folds
cases, `a` and `A` cannot lie side by side: so `a_lower` and `A_upper` mean these, and
`C%2Fc` means `C/c`.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from core.datasets import classes as class_names
from core.datasets.class_folders import class_of
from core.datasets.importing.entries import Entry
from core.datasets.importing.file_names import PARTS, VALIDATION, part_word
from core.datasets.importing.listing import Listing
from core.datasets.importing.problem_log import ProblemLog
from core.datasets.importing.source import Problem
from core.errors import DatasetFileError
from core.imaging import pictures
from core.types import SplitName

_HIDDEN: Final = (".", "__MACOSX")
_ARCHIVES: Final = frozenset((".zip", ".tar", ".gz", ".tgz", ".7z", ".rar"))
_NUM_ROOTS: Final = 2  # training and test, if two paths are given

_COMPOSED: Final = "Names were put into Unicode's composed form (NFC)."
_NAMED_CASES: Final = (
    "Folders such as a_lower, A_upper and C%2Fc are the classes a, A and C/c."
)
_VALIDATION_TOO: Final = (
    "The validation images were added to the training images: which images validate "
    "is decided for each training."
)
_VALIDATION_TESTS: Final = "The validation images are used as the test images."
_BY_ORDER: Final = (
    "The first path holds the training images, the second the test images."
)
_TREE: Final = (
    "Put the pictures into one folder for each class, as in letters/A/1.png and "
    "letters/B/1.png."
)


@dataclass(frozen=True)
class Layout:
    """Pictures in classes.

    Attributes:
        classes: Names of the classes, in order.
        pictures: The files.
        labels: The class of each.
        parts: Whether each is to train or to test with; empty if nothing says so.
        problems: What was passed over.
        remarks: How the folders were understood.
    """

    classes: tuple[str, ...]
    pictures: tuple[Entry, ...]
    labels: tuple[int, ...]
    parts: tuple[SplitName, ...]
    problems: tuple[Problem, ...]
    remarks: tuple[str, ...]


def picture_entries(listing: Listing, log: ProblemLog) -> list[Entry]:
    """Return the files that are pictures by their names; count the others."""
    found = []
    for entry in listing.entries:
        if not is_hidden(entry.path) and pictures.is_picture_name(Path(entry.name)):
            found.append(entry)
        elif entry.path.suffix.lower() in _ARCHIVES:
            log.add("is an archive inside", str(entry), consequence="ignored")
        else:
            log.add("is no picture", str(entry), consequence="ignored")
    return found


def arrange(listing: Listing) -> Layout:
    """Find out what the folders mean.

    Args:
        listing: All files that were found.

    Raises:
        DatasetFileError: If there are no pictures in folders.
    """
    log = ProblemLog()
    found = picture_entries(listing, log)
    for folder in _without_pictures(listing, found):
        log.add("is a folder without pictures", folder)
    found = _with_part(found, log)
    parts, places, remarks = _parts(found)
    prefix = _common_prefix(places)
    inside = [index for index, place in enumerate(places) if place != prefix]
    if not inside:
        message = (
            f"Expected pictures in folders, one for each class, got {len(found):,} "
            f"pictures in one place. {_TREE}"
        )
        raise DatasetFileError(message)
    for index in sorted(set(range(len(found))) - set(inside)):
        log.add("lies in no class folder", str(found[index]))
    names = _class_names([places[index][len(prefix) :] for index in inside])
    plain = [class_of(name) for name in names]
    remarks += [_NAMED_CASES] if plain != names else []
    remarks += [_COMPOSED] if listing.renamed else []
    classes = tuple(sorted(set(plain), key=_order))
    number = {name: label for label, name in enumerate(classes)}
    return Layout(
        classes=classes,
        pictures=tuple(found[index] for index in inside),
        labels=tuple(number[name] for name in plain),
        parts=tuple(parts[index] for index in inside) if parts else (),
        problems=(*listing.problems, *log.problems()),
        remarks=tuple(remarks),
    )


_Place = tuple[str, ...]


def _with_part(found: Sequence[Entry], log: ProblemLog) -> list[Entry]:
    """Leave out pictures beside the folders for training and test."""
    words = [_part_words(entry) for entry in found]
    if not _tell_parts({word for each in words for word in each[:1]}):
        return list(found)
    for entry, each in zip(found, words, strict=True):
        if not each:
            log.add("lies neither with the training nor with the test", str(entry))
    return [entry for entry, each in zip(found, words, strict=True) if each]


def _part_words(entry: Entry) -> list[str]:
    return [word for word in map(part_word, entry.path.parent.parts) if word]


def _tell_parts(words: set[str]) -> bool:
    """Tell whether folders are named by training and at least one other part."""
    kinds = {PARTS.get(word, "validation") for word in words}
    return "train" in kinds and len(kinds) > 1


def _parts(
    found: Sequence[Entry],
) -> tuple[list[SplitName], list[_Place], list[str]]:
    """Return for each picture its part and its folders without that of the part."""
    folders = [entry.path.parent.parts for entry in found]
    words = {word for entry in found for word in _part_words(entry)[:1]}
    if _tell_parts(words):
        return _by_words(folders, has_test=any(PARTS.get(w) == "test" for w in words))
    roots = [entry.root for entry in found]
    is_deep = min(map(len, folders), default=0) > 1
    if set(roots) == set(range(_NUM_ROOTS)) and is_deep:
        first = folders[roots.index(0)][0]
        is_swapped = "test" in re.split(r"[-_. ]+", first.lower())
        order: tuple[SplitName, ...] = (
            ("test", "train") if is_swapped else ("train", "test")
        )
        remarks = [] if is_swapped else [_BY_ORDER]
        return [order[root] for root in roots], [each[1:] for each in folders], remarks
    return [], folders, []


def _by_words(
    folders: Sequence[_Place], *, has_test: bool
) -> tuple[list[SplitName], list[_Place], list[str]]:
    validation: SplitName = "train" if has_test else "test"
    parts: list[SplitName] = []
    places: list[_Place] = []
    remarks: list[str] = []
    for place in folders:
        position = next(i for i, name in enumerate(place) if part_word(name))
        word = part_word(place[position])
        parts.append(PARTS.get(word, validation))
        places.append(place[:position] + place[position + 1 :])
        if word in VALIDATION and not remarks:
            remarks.append(_VALIDATION_TOO if has_test else _VALIDATION_TESTS)
    return parts, places, remarks


def _common_prefix(places: Sequence[_Place]) -> _Place:
    if not places:
        return ()
    first, last = min(places), max(places)
    length = 0
    while length < min(len(first), len(last)) and first[length] == last[length]:
        length += 1
    return first[:length]


def _class_names(places: Sequence[_Place]) -> list[str]:
    level = _class_level(places)
    return [place[level] for place in places]


def _class_level(places: Sequence[_Place]) -> int:
    """Return which folder names the class: -1 for the one that holds the pictures.

    It is another one only where that says so: if all its names are single characters,
    and those of the innermost folders are not (writers, sessions).
    """
    depth = min(map(len, places))
    if depth == 1:
        return 0
    if _are_characters(places, -1):
        return -1
    return next((i for i in range(depth) if _are_characters(places, i)), -1)


def _are_characters(places: Sequence[_Place], level: int) -> bool:
    names = {place[level] for place in places}
    return len(names) > 1 and all(len(class_of(name)) == 1 for name in names)


def _order(name: str) -> tuple[int, list[tuple[int, int, str]]]:
    """Sort digits, capitals, small letters, others; and numbers by value."""
    groups = list(class_names.GROUP_TITLES)
    pieces = re.split(r"(\d+)", name)
    natural = [
        (0, int(piece), "") if piece.isascii() and piece.isdigit() else (1, 0, piece)
        for piece in pieces
        if piece
    ]
    group = "digit" if name.isdecimal() else class_names.group_of(name)
    return groups.index(group), natural


def _without_pictures(listing: Listing, found: Sequence[Entry]) -> list[str]:
    """Return the folders without a picture in or below them, but not those above."""
    filled = {folder for entry in found for folder in entry.path.parents}
    others = {entry.path.parent for entry in listing.entries} - filled
    shown = [str(each) for each in sorted(others) if not is_hidden(each)]
    return [*shown, *listing.empty_folders]


def is_hidden(path: PurePosixPath) -> bool:
    """Tell whether a path leads through what systems put beside files."""
    return any(part.startswith(_HIDDEN) for part in path.parts[1:])
