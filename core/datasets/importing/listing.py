"""List the files that lie in folders and zips, without the tricks of strangers."""

import os
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO

from core.datasets.importing import limits, zips
from core.datasets.importing.entries import Entry
from core.datasets.importing.problem_log import ProblemLog
from core.datasets.importing.source import Problem
from core.errors import DatasetFileError


@dataclass(frozen=True)
class Listing:
    """All that was found.

    Attributes:
        entries: The files, in the order of their paths.
        problems: What was passed over.
        renamed: How many names were put into Unicode's composed form.
        empty_folders: Folders in which nothing lies.
    """

    entries: tuple[Entry, ...]
    problems: tuple[Problem, ...]
    renamed: int
    empty_folders: tuple[str, ...] = ()


def list_entries(paths: Sequence[Path]) -> Listing:
    """List the files in folders and zips; of a zip within a zip, nothing.

    Args:
        paths: Folders, zips and other files.

    Raises:
        DatasetFileError: If a path does not exist or may not be read, if a zip is
            damaged, encrypted, too large or full of tricks, or if there are too many
            files.
    """
    log = ProblemLog()
    entries: list[Entry] = []
    empty: list[str] = []
    for root, path in enumerate(paths):
        if path.is_dir():
            found = _in_folder(path, root, log, empty)
        elif _is_zip(path):
            found = zips.in_zip(path, root, log, empty)
        else:
            found = iter((_file(path, PurePosixPath(path.name), root),))
        for entry in found:
            entries.append(entry)
            if len(entries) > limits.MAX_FILES:
                message = (
                    f"Expected at most {limits.MAX_FILES:,} files, got more in {path}. "
                    "Give a folder that holds the data set only."
                )
                raise DatasetFileError(message)
    composed = tuple(_composed(entry) for entry in entries)
    renamed = sum(a.path != b.path for a, b in zip(entries, composed, strict=True))
    entries = sorted(composed, key=lambda entry: (entry.root, entry.path.parts))
    return Listing(tuple(entries), log.problems(), renamed, tuple(empty))


def _is_zip(path: Path) -> bool:
    """Tell whether to look into a file; an archive of NumPy's is a zip too."""
    suffix = path.suffix.lower()
    return suffix == ".zip" or (suffix != ".npz" and zipfile.is_zipfile(path))


def _composed(entry: Entry) -> Entry:
    """Compose letters and accents: a Mac takes them apart in names of files."""
    text = str(entry.path)
    path = PurePosixPath(unicodedata.normalize("NFC", text))
    return Entry(path, entry.root, entry.size, entry.opener)


def _file(path: Path, shown: PurePosixPath, root: int) -> Entry:
    def opener() -> BinaryIO:
        return path.open("rb")

    try:
        size = path.stat().st_size
    except OSError as error:
        message = (
            f"Expected a folder or a file at {path}, got: {error.strerror}. "
            "Check the path, and whether you may read it."
        )
        raise DatasetFileError(message) from error
    return Entry(shown, root, size, opener)


def _in_folder(
    folder: Path, root: int, log: ProblemLog, empty: list[str]
) -> Iterator[Entry]:
    top = folder.resolve()

    def fail(error: OSError) -> None:
        message = (
            f"Expected to list the folder {error.filename}, got: {error.strerror}. "
            "Check whether you may read it."
        )
        raise DatasetFileError(message) from error

    for directory, folders, names in os.walk(top, onerror=fail):
        here = Path(directory)
        inside = here.relative_to(top)
        if not folders and not names:
            empty.append(_readable(str(PurePosixPath(top.name, *inside.parts))))
        for name in sorted(folders):
            if (here / name).is_symlink():
                log.add("is a link to a folder", _readable(str(inside / name)))
        for name in sorted(names):
            path = here / name
            shown = PurePosixPath(_readable(top.name), *map(_readable, inside.parts))
            if path.is_symlink() and not _stays_inside(path, top):
                log.add("is a link that leads out", str(shown / _readable(name)))
            elif path.is_file():
                yield _file(path, shown / _readable(name), root)


def _stays_inside(path: Path, top: Path) -> bool:
    try:
        return path.resolve(strict=True).is_relative_to(top)
    except (OSError, RuntimeError):  # it leads nowhere, or to itself
        return False


def _readable(name: str) -> str:
    """Give a name that can be written, also where the disk has bytes of no encoding."""
    return os.fsencode(name).decode("utf-8", errors="replace")
