"""Unpack known files from a zip, each checked by its size and SHA-256.

A zip may lie: its members may have names that lead elsewhere, or unpack to much more
than they should. So its names serve only to find the wanted members, and one that
announces another size than the known one is refused before it is unpacked (`zipfile`
never unpacks more than is announced).
"""

import hashlib
import zipfile
from collections.abc import Generator, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from core import files
from core.datasets import emnist
from core.datasets.data_file import DataFile
from core.datasets.download import Report, check_space
from core.datasets.part_file import writing
from core.errors import DatasetFileError

_CHUNK_SIZE: Final = 2**20
_FOLDERS: Final = ("gzip/", "")
"""Where in the zip its members may be."""

# What zipfile says of a member with a password.
_DAMAGED: Final = (*files.DAMAGED, RuntimeError)


def unpack_members(
    path: Path,
    wanted: Iterable[str],
    folder: Path,
    report: Report,
    *,
    known: Mapping[str, DataFile] = emnist.OFFICIAL,
) -> dict[str, Path]:
    """Unpack some members of a zip into a folder.

    Args:
        path: The zip. Its members lie in a folder `gzip`, or in none.
        wanted: Names of files that are known.
        folder: Where to put them, made if it is not there. Files of these names are
            replaced; none is ever there by half.
        report: Called after every megabyte. What was unpacked whole stays if it raises.
        known: Size and SHA-256 of files by name.

    Returns:
        Where each wanted file is now, by name.

    Raises:
        DatasetFileError: If the zip is damaged, lacks a member, or has another one of
            that name.
        HomeError: If the folder cannot be written, or has too little space.
    """
    sources = [known[name] for name in wanted]
    total = sum(source.size for source in sources)
    done = 0
    with _opened(path) as archive:
        members = [_member(path, archive, source) for source in sources]
        with writing(folder):
            folder.mkdir(parents=True, exist_ok=True)
        check_space(folder, total)
        for source, member in zip(sources, members, strict=True):
            target = folder / source.name
            with closing(_unpack(path, archive, member, source, target)) as sizes:
                for size in sizes:
                    done += size
                    report(done / total, f"Unpacking {source.name}")
    return {source.name: folder / source.name for source in sources}


@contextmanager
def _opened(path: Path) -> Iterator[zipfile.ZipFile]:
    try:
        archive = zipfile.ZipFile(path)
    except files.DAMAGED as error:
        raise _problem(path, "a zip that can be read", str(error)) from error
    with archive:
        yield archive


def _member(path: Path, archive: zipfile.ZipFile, source: DataFile) -> zipfile.ZipInfo:
    """Find a member, and judge what it announces."""
    names = set(archive.namelist())
    for name in (f"{folder}{source.name}" for folder in _FOLDERS):
        if name in names:
            member = archive.getinfo(name)
            break
    else:
        received = f"a zip of {len(names):,} members without it"
        raise _problem(path, f"{source.name} in it", received)
    if member.file_size != source.size:
        raise _problem(
            path,
            f"{source.name} of {source.size:,} bytes in it",
            f"one of {member.file_size:,}",
        )
    return member


def _unpack(
    path: Path,
    archive: zipfile.ZipFile,
    member: zipfile.ZipInfo,
    source: DataFile,
    target: Path,
) -> Generator[int, None, None]:
    """Unpack one member; gives the number of bytes of each chunk."""
    digest = hashlib.sha256()
    with (
        writing(target.parent),
        files.creating_file(target) as temporary,
        temporary.open("wb") as file,
    ):
        for chunk in _chunks(path, archive, member, source):
            digest.update(chunk)
            file.write(chunk)
            yield len(chunk)
        if digest.hexdigest() != source.sha256:
            raise _problem(
                path,
                f"{source.name} with SHA-256 {source.sha256} in it",
                f"one with {digest.hexdigest()}",
            )


def _chunks(
    path: Path, archive: zipfile.ZipFile, member: zipfile.ZipInfo, source: DataFile
) -> Iterator[bytes]:
    try:
        with archive.open(member) as stream:
            while chunk := stream.read(_CHUNK_SIZE):
                yield chunk
    except _DAMAGED as error:
        received = f"a damaged one ({error})"
        raise _problem(path, f"{source.name} in it", received) from error


def _problem(path: Path, expected: str, received: str) -> DatasetFileError:
    return DatasetFileError(f"{path}: expected {expected}, got {received}.")
