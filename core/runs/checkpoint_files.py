"""Where a training stood when it broke off: kept in the home while it goes on.

A run that is over has the state in which it ended among its files. Before that the
latest one lies in the Inklab home, where it outlives a process that is killed.
"""

import contextlib
import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core import settings
from core.errors import ArtifactError, HomeError, InklabError, UnknownRunError
from core.records import CHECKPOINT, TRIAL

if TYPE_CHECKING:
    from core.records import Run
    from core.runs.reader import RunReader

FOLDER: Final = "unfinished"
"""In the home; and among the files of a run that a worker of a cluster trains."""

_UNKNOWN_SECONDS: Final = 30 * 24 * 3600.0
"""A deleted run may come back, or be of another store that this home had."""

_HALF_SECONDS: Final = 3600.0
"""No state takes so long to be written."""


def file_of(run_id: str) -> Path:
    """Return where the latest state of a training lies until its run is over.

    Raises:
        HomeError: If the home cannot be written.
    """
    return settings.home() / FOLDER / f"{run_id}.npz"


def path_in_store(run_id: str) -> str:
    """Return where the same lies among the files of a run, if its worker put it there.

    It ends with the name of the run, as it does at home.
    """
    return f"{FOLDER}/{run_id}.npz"


def state_of(store: "RunReader", run: "Run") -> Path:
    """Return the file from which a run that is over can go on.

    Args:
        store: Where the run is.
        run: A run of the store that is over.

    Raises:
        ArtifactError: If its state was not kept, or is lost.
        HomeError: If the home cannot be written.
    """
    if run.has_model or run.kind == TRIAL:
        with contextlib.suppress(ArtifactError):
            return store.artifact(run.id, CHECKPOINT)
    path = file_of(run.id)
    if path.exists():
        return path
    with contextlib.suppress(ArtifactError):
        return store.artifact(run.id, path_in_store(run.id))
    message = (
        f"Expected the state in which the training of {run.name} ({run.status}) "
        "ended, but it was not saved, or is lost. The run stays as it is; start a new "
        "one."
    )
    raise ArtifactError(message)


@settings.changes
def discard(run_id: str) -> None:
    """Remove what is in the home of a run that does not need it any more."""
    with contextlib.suppress(OSError, HomeError):
        file_of(run_id).unlink(missing_ok=True)


@settings.changes
def note_deletion(run_id: str) -> None:
    """Let the time in which a deleted run may come back with its state begin now."""
    with contextlib.suppress(OSError, HomeError):
        os.utime(file_of(run_id))


@settings.changes
def sweep(store: "RunReader") -> None:
    """Remove what is left of runs that have all their files, or are gone.

    Args:
        store: Where the runs are.
    """
    for path in (settings.home() / FOLDER).glob("*"):
        with contextlib.suppress(OSError):
            age = time.time() - path.stat().st_mtime
            if not _is_needed(store, path, age):
                path.unlink()


def _is_needed(store: "RunReader", path: Path, age: float) -> bool:
    if path.suffix != ".npz":
        return age < _HALF_SECONDS
    try:
        return not store.get(path.stem).has_model
    except UnknownRunError:
        return age < _UNKNOWN_SECONDS
    except InklabError:
        # A run of another version of Inklab, for example.
        return True
