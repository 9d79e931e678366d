"""How much room runs take on the disk, and what else does.

The files of a run that is over do not change any more, so their size is remembered;
analyses that come later are seen by the file that is written last.
"""

import contextlib
import os
import shutil
import sqlite3
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core import addresses, settings
from core.records import ANALYSES
from core.runs import database
from core.runs.mlflow_mapping import plain_errors
from core.runs.sql_listing import LOCK_SECONDS

if TYPE_CHECKING:
    from core.runs.reader import RunReader

SETTLED_SECONDS: Final = 600.0
"""Nobody writes into a folder any more in which nothing was made for so long."""

_PARTS: Final[Mapping[str, tuple[str, ...]]] = {
    "Data sets": ("datasets",),
    "Downloads and uploads": ("downloads", "uploads"),
    "Exports": ("exports",),
    "Caches": ("cache",),
    "States of unfinished trainings, and logs": ("unfinished", "logs"),
}

_remembered: Final[dict[Path, tuple[tuple[int, ...], int]]] = {}


@dataclass(frozen=True)
class Usage:
    """What takes room.

    Attributes:
        name: Of a file, or of a part of the home.
        num_bytes: How much it takes.
    """

    name: str
    num_bytes: int


@dataclass(frozen=True)
class StoredRun:
    """Where the files of a run are.

    Attributes:
        id: Its id.
        name: What it is called.
        folder: Its files; None if they are not on this machine.
        deleted: When it was deleted, in milliseconds since 1970; None if it is not.
        is_at_work: Whether it was not over, as far as the store knows.
    """

    id: str
    name: str
    folder: Path | None
    deleted: int | None
    is_at_work: bool


def stored_runs(store: "RunReader") -> tuple[StoredRun, ...]:
    """Return all runs and other jobs of a store, also the deleted ones.

    Returns:
        None of a store that is a server's.

    Raises:
        RunStoreError: If the store cannot be read.
    """
    path = store.database
    if path is None:
        return ()
    uri = addresses.of_existing_database(path)
    with plain_errors():
        opened = sqlite3.connect(uri, uri=True, timeout=LOCK_SECONDS)
        with contextlib.closing(opened) as tables:
            rows = tables.execute(
                "SELECT run_uuid, name, artifact_uri, lifecycle_stage, deleted_time, "
                "status FROM runs WHERE experiment_id = ?",
                (int(store.experiment),),
            ).fetchall()
    return tuple(
        StoredRun(
            run_id,
            name or "",
            database.folder_of(run_id, address or ""),
            (deleted or 0) if stage == "deleted" else None,
            status in ("RUNNING", "SCHEDULED"),
        )
        for run_id, name, address, stage, deleted, status in rows
    )


def sizes(store: "RunReader") -> Mapping[str, int] | None:
    """Return how many bytes the files of each run take, by its id.

    Returns:
        None of a store that is a server's: only the server knows.
    """
    if store.database is None:
        return None
    return {
        run.id: size_of_run(run.folder)
        for run in stored_runs(store)
        if run.folder is not None
    }


def size_of_run(folder: Path) -> int:
    """Return how many bytes the files of a run take; 0 if there are none."""
    try:
        stamp = _stamp(folder)
    except OSError:
        return 0
    known = _remembered.get(folder)
    if known is not None and known[0] == stamp:
        return known[1]
    size = size_of(folder)
    if time.time() - max(stamp) / 1e9 > SETTLED_SECONDS:
        _remembered[folder] = (stamp, size)
    return size


def size_of(path: Path) -> int:
    """Return how many bytes a file takes, or all files in a folder."""
    if path.is_file():
        with contextlib.suppress(OSError):
            return path.stat().st_size
    return sum(size for _, size in _files(path))


def files_of(store: "RunReader", run_id: str) -> tuple[Usage, ...]:
    """Return the files of a run, the largest first; none if a server has them."""
    folders = (run.folder for run in stored_runs(store) if run.id == run_id)
    folder = next(folders, None)
    if folder is None:
        return ()
    found = [
        Usage(path.relative_to(folder).as_posix(), size)
        for path, size in _files(folder)
    ]
    return tuple(sorted(found, key=lambda each: (-each.num_bytes, each.name)))


def other_usage(store: "RunReader") -> tuple[Usage, ...]:
    """Return what else takes room in the home, by its parts."""
    home = settings.home()
    found = [
        Usage(name, sum(size_of(home / folder) for folder in folders))
        for name, folders in _PARTS.items()
    ]
    if store.database is not None:
        found.append(Usage("Settings, scores and curves", size_of(store.database)))
    return tuple(each for each in found if each.num_bytes)


def num_free() -> int:
    """Return how many bytes are free on the disk that has the home."""
    folder = settings.home()
    while not folder.exists():
        folder = folder.parent
    return shutil.disk_usage(folder).free


def _stamp(folder: Path) -> tuple[int, ...]:
    """Return what changes when files are added to those of a run."""
    stamp = [folder.stat().st_mtime_ns]
    with contextlib.suppress(FileNotFoundError), os.scandir(folder / ANALYSES) as kinds:
        for kind in kinds:
            stamp.append(kind.stat().st_mtime_ns)
            with contextlib.suppress(OSError):
                stamp.append((Path(kind.path) / "about.json").stat().st_mtime_ns)
    return tuple(stamp)


def _files(folder: Path) -> Iterator[tuple[Path, int]]:
    """Give every file below a folder and its size; links are not followed."""
    with contextlib.suppress(OSError), os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                yield from _files(Path(entry.path))
            else:
                with contextlib.suppress(OSError):
                    size = entry.stat(follow_symlinks=False).st_size
                    yield Path(entry.path), size
