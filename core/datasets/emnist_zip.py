"""The official EMNIST zip on this machine: get it once, unpack any split from it.

It is kept at `downloads/emnist/gzip.zip` in the Inklab home, under the name that a
browser gives it, so it may as well be put there by hand.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from core import settings
from core.datasets import download, emnist, unpack
from core.datasets.data_file import DataFile
from core.datasets.download import Report
from core.datasets.emnist import EmnistSplit
from core.datasets.part_file import PartFile, writing
from core.errors import DatasetFileError

_REJECTED: Final = "gzip-rejected.zip"


@dataclass(frozen=True)
class KeptZip:
    """What there is of the official zip.

    Attributes:
        path: Where it is, or where to put it.
        is_whole: Whether a whole zip lies there; whether it is the official one shows
            when it is unpacked.
        size: Bytes that all of it takes on the disk, a download begun included.
        num_downloaded: Bytes of a download that was begun and not completed.
    """

    path: Path
    is_whole: bool
    size: int
    num_downloaded: int


def kept() -> KeptZip:
    """Tell what there is of the official zip."""
    path = _path()
    return KeptZip(
        path,
        is_whole=download.is_whole_zip(path),
        size=_total_size(_all_files(path)),
        num_downloaded=PartFile(path).size,
    )


@settings.changes
def get(report: Report, *, url: str = emnist.URL) -> Path:
    """Return the official zip, downloaded unless it is there; see `download.fetch`."""
    return download.fetch(url, _path(), report)


def unpack_split(
    split: EmnistSplit,
    folder: Path,
    report: Report,
    *,
    known: Mapping[str, DataFile] = emnist.OFFICIAL,
) -> dict[str, Path]:
    """Unpack the four files of a split from the zip that is kept.

    A zip of which they turn out not to be the official ones is set aside, so that the
    next `get` downloads it again instead of finding the same fault for ever.

    Args:
        split: Which of the six.
        folder: Where to put them.
        report: Called after every megabyte; may raise to stop it.
        known: Size and SHA-256 of files by name.

    Returns:
        Where each file is now, by its official name.

    Raises:
        DatasetFileError: If there is no zip, or it is not the official one.
        HomeError: If the folder cannot be written, or has too little space.
    """
    path = _path()
    if not path.exists():
        message = f"Expected the EMNIST zip at {path}, got none. Download it first."
        raise DatasetFileError(message)
    try:
        return unpack.unpack_members(
            path, split.idx_files(), folder, report, known=known
        )
    except DatasetFileError as error:
        aside = path.with_name(_REJECTED)
        with writing(path.parent):
            path.replace(aside)
        message = (
            f"{error} The zip was renamed to {aside.name}. Ask again to download the "
            "official one, or, if this one has the files that you want, import it: "
            f"python -m core datasets import {aside}"
        )
        raise DatasetFileError(message) from error


@settings.changes
def delete() -> int:
    """Delete the zip, what was set aside, and a download that was begun.

    Returns:
        How many bytes that frees.

    Raises:
        DownloadError: If it is being downloaded just now.
        HomeError: If the disk refuses.
    """
    path = _path()
    with PartFile(path).locked(), writing(path.parent):
        found = _all_files(path)
        size = _total_size(found)
        for each in found:
            each.unlink(missing_ok=True)
    return size


def _path() -> Path:
    return settings.home() / "downloads" / "emnist" / "gzip.zip"


def _all_files(path: Path) -> tuple[Path, ...]:
    part = PartFile(path)
    candidates = (path, path.with_name(_REJECTED), part.path, part.note)
    return tuple(each for each in candidates if each.is_file())


def _total_size(found: tuple[Path, ...]) -> int:
    return sum(each.stat().st_size for each in found)
