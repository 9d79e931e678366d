"""Remove the files of runs that are gone, and nothing outside the home.

Between the moment in which a run has no rows any more and the one in which its folder
gets the name of what is gone, a mark in the folder says that it may go.
"""

import errno
import hashlib
import re
import shutil
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from core import settings
from core.errors import HomeError
from core.runs import database, disk

_GONE: Final = ".freed-"
_RUN_ID: Final = re.compile(r"[0-9a-f]{32}")
_FULL: Final = (errno.ENOSPC, errno.EDQUOT)


def folder_of(run_id: str) -> Path | None:
    """Return the folder of a run in the home; None if its id is no name of one."""
    if _RUN_ID.fullmatch(run_id):
        return database.files_folder() / run_id
    return None


def mark(store: Path, run_id: str) -> Path | None:
    """Say that the files of a run may go as soon as the store does not know it.

    Args:
        store: The SQLite file: a home may have served several, each of which knows its
            own runs only.
        run_id: The run.

    Returns:
        The mark, or None if the run has no files in the home.

    Raises:
        HomeError: If its files belong to somebody else.
    """
    folder = folder_of(run_id)
    if folder is None or not folder.is_dir():
        return None
    made = folder / _name_of_mark(store)
    try:
        made.touch()
    except OSError as error:
        # The mark is for a process that is killed; a full disk has to be freed.
        if error.errno in _FULL:
            return None
        message = (
            f"Expected to remove the files in {folder}, got: {error.strerror}. Do it "
            "as the user to whom they belong."
        )
        raise HomeError(message) from error
    return made


def left_behind(store: Path, *, known: Collection[str]) -> Iterator[Path]:
    """Give what a process that was killed did not get to remove.

    Args:
        store: The SQLite file.
        known: The ids of all runs that it has.
    """
    name = _name_of_mark(store)
    for folder in database.files_folder().glob("*"):
        is_marked = folder.name not in known and (folder / name).exists()
        if is_marked or folder.name.startswith(_GONE):
            yield folder


def remove(path: Path) -> int:
    """Remove a file, or a folder at once for all who look.

    Returns:
        How many bytes that frees; 0 if somebody else has removed it.
    """
    size = disk.size_of(path)
    try:
        if path.is_symlink() or path.is_file():
            path.unlink()
        elif path.name.startswith(_GONE):
            shutil.rmtree(path)
        else:
            gone = path.with_name(f"{_GONE}{path.name}")
            path.rename(gone)
            shutil.rmtree(gone)
    except OSError:
        # What is left is found by whoever frees next.
        return 0
    return size


def _name_of_mark(store: Path) -> str:
    told = store.name if store.parent == settings.home() else str(store.absolute())
    digest = hashlib.sha256(told.encode("utf-8", "surrogateescape")).hexdigest()
    return f"{_GONE}{digest[:16]}"
