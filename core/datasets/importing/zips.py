"""List the members of a zip, which is read where it is.

Nothing is unpacked onto the disk, and no more of a member is read than the zip
announces. So a path that leads out of the archive could do no harm; it is refused all
the same, since no honest program writes one.
"""

import re
import stat
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath
from typing import BinaryIO, Final, cast

from core.datasets.importing import limits
from core.datasets.importing.entries import Entry, Opener
from core.datasets.importing.problem_log import ProblemLog
from core.errors import DatasetFileError

MAX_UNPACKED: Final = 8 * 2**30
_MAX_RATIO: Final = 200
_SMALL: Final = 20 * 2**20  # so much may be packed as tightly as it likes

_DRIVE: Final = re.compile(r"[A-Za-z]:[\\/]")
_IS_UTF8: Final = 0x800
_IS_ENCRYPTED: Final = 0x1


def in_zip(path: Path, root: int, log: ProblemLog, empty: list[str]) -> Iterator[Entry]:
    """List the members of a zip.

    Args:
        path: The zip.
        root: Which of the given paths it is.
        log: Counts the links in it.
        empty: Its empty folders are added to it.

    Raises:
        DatasetFileError: If it is damaged, encrypted, too large or full of tricks.
    """
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


def _member(archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> Opener:
    def opener() -> BinaryIO:
        return cast("BinaryIO", archive.open(member))

    return opener


def _check_bomb(path: Path, members: Sequence[zipfile.ZipInfo]) -> None:
    unpacked = sum(member.file_size for member in members)
    most = min(MAX_UNPACKED, max(_SMALL, _MAX_RATIO * path.stat().st_size))
    if len(members) > limits.MAX_FILES or unpacked > most:
        message = (
            f"Expected a zip of at most {limits.MAX_FILES:,} files and {most:,} bytes "
            f"in them, got {len(members):,} files and {unpacked:,} bytes in {path}. "
            "Unpack it yourself if you trust it, and give the folder."
        )
        raise DatasetFileError(message)


def _parts(path: Path, member: zipfile.ZipInfo) -> tuple[str, ...]:
    name = _decoded(member)
    parts = PurePosixPath(name.replace("\\", "/")).parts
    leads_out = ".." in parts or name.startswith(("/", "\\")) or _DRIVE.match(name)
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
