"""The files that lie in folders and zips, each with a way to open it.

Nothing is unpacked onto the disk: a member of a zip is read from where it is, and no
more of it than the zip announces. So a path that leads out of the archive could do no
harm; it is refused all the same, since no honest program writes one.
"""

import os
import stat
import unicodedata
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, Protocol, cast

from core.datasets.importing.source import Consequence, Problem
from core.errors import DatasetFileError

MAX_FILES: Final = 1_000_000
MAX_UNPACKED: Final = 8 * 2**30
_MAX_RATIO: Final = 200
_SMALL: Final = 20 * 2**20  # so much may be packed as tightly as it likes

_NUM_EXAMPLES: Final = 5
_IS_UTF8: Final = 0x800
_IS_ENCRYPTED: Final = 0x1


class _Opener(Protocol):
    def __call__(self) -> BinaryIO: ...


@dataclass(frozen=True)
class Entry:
    """A file that was found.

    Attributes:
        path: Where it lies, from the folder or zip that was given, whose own name is
            the first part. In Unicode's composed form (NFC).
        root: Which of the given paths it is from, counted from 0.
        size: Length in bytes, of a member of a zip as it announces it.
        opener: Opens it from its beginning.
    """

    path: PurePosixPath
    root: int
    size: int
    opener: _Opener

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.path.name

    def open(self) -> BinaryIO:
        """Open it from its beginning.

        Raises:
            DatasetFileError: If it cannot be opened.
        """
        try:
            return self.opener()
        except (OSError, RuntimeError, ValueError, zipfile.BadZipFile) as error:
            message = (
                f"Expected to read {self.path}, got: {error}. "
                "Check that you may read it, or download or copy it again."
            )
            raise DatasetFileError(message) from error


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


class ProblemLog:
    """Counts what goes wrong, by reason, and remembers the first few of each."""

    def __init__(self) -> None:
        self._counts: dict[tuple[str, Consequence], int] = {}
        self._examples: dict[tuple[str, Consequence], list[str]] = {}

    def add(
        self, reason: str, name: str, *, consequence: Consequence = "left-out"
    ) -> None:
        """Count one thing."""
        key = (reason, consequence)
        self._counts[key] = self._counts.get(key, 0) + 1
        examples = self._examples.setdefault(key, [])
        if len(examples) < _NUM_EXAMPLES:
            examples.append(name)

    def problems(self) -> tuple[Problem, ...]:
        """Return what was counted, in the order in which it first occurred."""
        return tuple(
            Problem(
                reason=reason,
                consequence=consequence,
                count=count,
                examples=tuple(self._examples[reason, consequence]),
            )
            for (reason, consequence), count in self._counts.items()
        )


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
            found = _in_zip(path, root, log, empty)
        else:
            found = iter((_file(path, PurePosixPath(path.name), root),))
        for entry in found:
            entries.append(entry)
            if len(entries) > MAX_FILES:
                message = (
                    f"Expected at most {MAX_FILES:,} files, got more in {path}. "
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


def _in_zip(
    path: Path, root: int, log: ProblemLog, empty: list[str]
) -> Iterator[Entry]:
    try:
        archive = zipfile.ZipFile(path)
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile) as error:
        message = f"Expected a whole zip in {path}, got: {error}. Download it again."
        raise DatasetFileError(message) from error
    members = [member for member in archive.infolist() if not member.is_dir()]
    _check_bomb(path, members)
    folders = {member.filename for member in archive.infolist() if member.is_dir()}
    filled = {f"{each}/" for name in archive.namelist() for each in _parents(name)}
    empty.extend(
        str(PurePosixPath(path.stem, each)) for each in sorted(folders - filled)
    )
    for member in members:
        shown = PurePosixPath(path.stem, *_parts(path, member))
        if stat.S_ISLNK(member.external_attr >> 16):
            log.add("is a link in a zip", str(shown))
        else:
            yield Entry(shown, root, member.file_size, _member(archive, member))


def _parents(name: str) -> list[str]:
    return [str(folder) for folder in PurePosixPath(name).parents]


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> _Opener:
    def opener() -> BinaryIO:
        return cast("BinaryIO", archive.open(member))

    return opener


def _check_bomb(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    most = min(MAX_UNPACKED, max(_SMALL, _MAX_RATIO * path.stat().st_size))
    if len(members) > MAX_FILES or unpacked > most:
        message = (
            f"Expected a zip of at most {MAX_FILES:,} files and {most:,} bytes in "
            f"them, got {len(members):,} files and {unpacked:,} bytes in {path}. "
            "Unpack it yourself if you trust it, and give the folder."
        )
        raise DatasetFileError(message)


def _parts(path: Path, member: zipfile.ZipInfo) -> tuple[str, ...]:
    name = _decoded(member)
    parts = PurePosixPath(name.replace("\\", "/")).parts
    leads_out = ".." in parts or name.startswith(("/", "\\")) or ":" in name[:2]
    if leads_out or not parts or member.flag_bits & _IS_ENCRYPTED:
        expected = "without a password" if not leads_out else "with paths inside it"
        message = (
            f"Expected a zip {expected}, got the member {name!r} in {path}. "
            "Pack the folder of the data set again, with an ordinary program."
        )
        raise DatasetFileError(message)
    return parts


def _decoded(member: zipfile.ZipInfo) -> str:
    """Read a name in UTF-8, which some programs write without saying so."""
    if member.flag_bits & _IS_UTF8:
        return member.filename
    try:
        return member.filename.encode("cp437").decode("utf-8")
    except UnicodeError:
        return member.filename
