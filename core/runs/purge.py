"""Free the room that deleted runs take, for good, and what else nobody needs.

A run that can be restored must have its files. So its rows go first, and its files
then. A mark in its folder, made before, says that they may go: whoever frees next finds
it if this process is killed in between. Nothing outside the home is removed, wherever
the store says that files are: a home that was copied names those of the original.
"""

import contextlib
import sqlite3
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core import settings
from core.errors import RunStoreError
from core.runs import (
    checkpoint_files,
    disk,
    logs,
    purge_files,
    purge_rows,
    unpacked,
)
from core.runs.disk import StoredRun
from core.runs.mlflow_mapping import now_ms, plain_errors

if TYPE_CHECKING:
    from core.runs.reader import RunReader

USUAL_AGE: Final = timedelta(days=7)
"""Until then a deletion can be taken back, unless somebody says otherwise."""

_BATCH: Final = 20
WORKER_MS: Final = 3_600_000
"""A worker has noticed by then that its run was deleted."""

_FOREIGN: Final = timedelta(days=1)
"""The home may have served another store, whose trainings are not over."""


_FULL: Final = (
    "Expected some free space in {} to write down which runs are gone before their "
    "files go, got a full disk. Delete or move another file there, of a megabyte or "
    "more, then free again. No run was removed in part."
)


class _FullError(Exception):
    """The disk has no room for what SQLite notes before it removes rows."""


@dataclass(frozen=True)
class Freeable:
    """What can be freed.

    Attributes:
        runs: The deleted runs whose time is over.
        num_bytes: What their files take, and the other files.
        files: Files and folders of the home that nobody needs: exports and caches that
            were not used for so long, and what is left of runs that are gone.
        num_later: Deleted runs that can still be restored.
        num_elsewhere: Deleted runs whose files are outside the home; they are left.
    """

    runs: tuple[StoredRun, ...] = ()
    num_bytes: int = 0
    files: tuple[Path, ...] = ()
    num_later: int = 0
    num_elsewhere: int = 0

    def __bool__(self) -> bool:
        return bool(self.runs or self.files)


@dataclass(frozen=True)
class Freed:
    """What was freed.

    Attributes:
        run_ids: The runs that are gone for good.
        num_files: How many other files and folders are.
        num_bytes: What all of it took.
    """

    run_ids: tuple[str, ...]
    num_files: int
    num_bytes: int


def find(store: "RunReader", *, older_than: timedelta = USUAL_AGE) -> Freeable:
    """Return what can be freed.

    Args:
        store: Where the runs are; of one that is a server's, only files of the home
            are found.
        older_than: What was deleted, written or used later than so long ago stays.

    Raises:
        RunStoreError: If the store cannot be read.
    """
    stored = disk.stored_runs(store)
    deleted = [run for run in stored if run.deleted is not None]
    due = [run for run in deleted if _is_due(run, _before(older_than))]
    ours = tuple(run for run in due if _is_at_home(run))
    files = tuple(_files(store, stored, older_than=older_than))
    paths = [*files, *filter(None, (purge_files.folder_of(run.id) for run in ours))]
    return Freeable(
        runs=ours,
        num_bytes=sum(map(disk.size_of, paths)),
        files=files,
        num_later=len(deleted) - len(due),
        num_elsewhere=len(due) - len(ours),
    )


@settings.changes
def free(store: "RunReader", *, older_than: timedelta = USUAL_AGE) -> Freed:
    """Remove deleted runs for good, and what else nobody needs; see `find`.

    Two that do it at once share the work; a run that is restored meanwhile stays.

    Args:
        store: Where the runs are.
        older_than: As for `find`.

    Raises:
        RunStoreError: If the store cannot be written; what was freed before is freed.
        HomeError: If the home cannot be written.
    """
    found = find(store, older_than=older_than)
    # What needs no write to the store makes room for that if the disk is full.
    num_bytes = sum(map(purge_files.remove, found.files))
    gone: set[str] = set()
    for removed in _remove_rows(store, found.runs, until=_before(older_than)):
        gone |= removed
        num_bytes += sum(map(_remove_files, removed))
    run_ids = tuple(run.id for run in found.runs if run.id in gone)
    return Freed(run_ids, len(found.files), num_bytes)


def _remove_rows(
    store: "RunReader", runs: Sequence[StoredRun], *, until: int
) -> Iterator[frozenset[str]]:
    """Remove runs from the tables, and give the ids of those whose files may go.

    Each time, the files go before the next ones are removed.
    """
    start, size = 0, _BATCH
    while start < len(runs) and store.database is not None:
        batch = [run.id for run in runs[start : start + size]]
        try:
            removed = _remove_batch(store, store.database, batch, until=until)
        except _FullError as error:
            if size == 1:
                raise RunStoreError(_FULL.format(store.database.parent)) from error
            # What SQLite notes first takes less for a single run.
            size = 1
            continue
        start += size
        yield removed


def _remove_batch(
    store: "RunReader", path: Path, run_ids: Sequence[str], *, until: int
) -> frozenset[str]:
    marks = [purge_files.mark(path, run_id) for run_id in run_ids]
    with plain_errors(), _noticing_a_full_disk():
        removed = purge_rows.remove(
            path,
            run_ids,
            experiment=store.experiment,
            until=until,
            idle=now_ms() - WORKER_MS,
        )
        left = purge_rows.remaining(path, run_ids)
    for mark in filter(None, marks):
        if mark.parent.name in left:
            mark.unlink(missing_ok=True)
    return removed


@contextlib.contextmanager
def _noticing_a_full_disk() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if "full" in str(error):
            raise _FullError from error
        raise


def _remove_files(run_id: str) -> int:
    checkpoint_files.discard(run_id)
    with contextlib.suppress(OSError):
        logs.file_of(run_id).unlink(missing_ok=True)
    folder = purge_files.folder_of(run_id)
    return purge_files.remove(folder) if folder else 0


def _files(
    store: "RunReader", stored: Sequence[StoredRun], *, older_than: timedelta
) -> Iterator[Path]:
    """Give files and folders of the home that nobody needs."""
    exports = (settings.home() / "exports").glob("*")
    yield from _old((*exports, *unpacked.folders()), age=older_than)
    path = store.database
    if path is None:
        return
    known = {run.id for run in stored}
    unfinished = checkpoint_files.file_of("*"), logs.file_of("*")
    lost = (each for like in unfinished for each in like.parent.glob(like.name))
    foreign = [each for each in lost if each.stem not in known]
    yield from _old(foreign, age=max(older_than, _FOREIGN))
    yield from purge_files.left_behind(path, known=known)


def _old(paths: Sequence[Path], *, age: timedelta) -> Iterator[Path]:
    """Give those of some files that nobody wrote or used for so long."""
    latest = time.time() - age.total_seconds()
    for path in paths:
        with contextlib.suppress(OSError):
            if path.stat().st_mtime <= latest:
                yield path


def _before(age: timedelta) -> int:
    return now_ms() - round(age.total_seconds() * 1000)


def _is_due(run: StoredRun, until: int) -> bool:
    if run.deleted is None:
        return False
    # Its worker may not have noticed.
    latest = min(until, now_ms() - WORKER_MS) if run.is_at_work else until
    return run.deleted <= latest


def _is_at_home(run: StoredRun) -> bool:
    """Tell whether the files of a run are in the home, or nowhere any more."""
    ours = purge_files.folder_of(run.id)
    if ours is None:
        return False
    return run.folder is None or not run.folder.exists() or ours.exists()
