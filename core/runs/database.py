"""The SQLite file of a run store: made as a whole, and moved with its home.

MLflow makes its tables in dozens of steps that take seconds, and either an
interruption or a second process that does the same leaves a file that can
never be opened again. So a new file is made under another name and renamed.

MLflow writes down where the files of each run are, from the root of the disk on. When
the home is moved or copied, they are with it, and what is written down is put right.
"""

import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

from mlflow.tracking import MlflowClient

from core import addresses, settings
from core.errors import RunStoreError

LOCK_SECONDS: Final = 120.0


def make_if_missing(uri: str) -> None:
    """Make sure that a SQLite store can be opened; leave other stores alone.

    Args:
        uri: Address of a run store, as MLflow takes it.

    Raises:
        OSError: If the file cannot be written.
        RunStoreError: If it is missing, and this Inklab is read-only.
        sqlite3.Error: If there is a file that is not a database.
    """
    path = addresses.database_of(uri)
    if path is None:
        return
    if settings.is_read_only() and not path.exists():
        message = (
            f"Expected a run store at {path}, got none. {settings.READ_ONLY}. Set "
            "INKLAB_HOME to the folder that has the runs."
        )
        raise RunStoreError(message)
    path.parent.mkdir(parents=True, exist_ok=True)
    if not path.exists():
        # SQLite's own lock works on every system and ends with its process.
        lock = sqlite3.connect(f"{path}.lock", timeout=LOCK_SECONDS)
        with contextlib.closing(lock):
            lock.execute("BEGIN EXCLUSIVE")
            if not path.exists():
                _make(path)
    # MLflow would try to open a broken file for over a minute.
    with contextlib.closing(sqlite3.connect(path, timeout=LOCK_SECONDS)) as database:
        database.execute("PRAGMA schema_version")


def files_folder() -> Path:
    """Return where the files of the runs of a store at home are."""
    return settings.home() / "artifacts"


def folder_of(run_id: str, address: str) -> Path | None:
    """Return where the files of a run are; None if a server has them.

    Args:
        run_id: Its id.
        address: Where they are as it is written down, which in a home that was moved
            and may not be written (see `follow_home`) is where they were.
    """
    folder = addresses.folder_of(address)
    if folder is None or not settings.is_read_only() or folder.exists():
        return folder
    return files_folder() / run_id / "artifacts"


def follow_home(uri: str, *, experiment: str, recorded: str) -> None:
    """Write down where the files of runs are if the store was moved or copied.

    A store that is not at home is left alone, and so is a home under another name, and
    every store if this Inklab is read-only.

    Args:
        uri: Address of a run store, as MLflow takes it.
        experiment: Id of the experiment that the runs belong to.
        recorded: Address of the folder of their files, as written down.

    Raises:
        sqlite3.Error: If the store cannot be written.
    """
    path = addresses.database_of(uri)
    if path is None or settings.named_store() or settings.is_read_only():
        return
    folder = files_folder()
    if path.parent != folder.parent:
        return
    opened = sqlite3.connect(path, timeout=LOCK_SECONDS)
    with contextlib.closing(opened) as database, database:
        old = addresses.folder_of(recorded)
        if old is not None and not _is_same(old.parent, folder.parent):
            database.execute(
                "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?",
                (folder.as_uri(), int(experiment)),
            )
        database.executemany(
            "UPDATE runs SET artifact_uri = ? WHERE run_uuid = ?",
            _moved(database, int(experiment), folder),
        )


def _is_same(folder: Path, other: Path) -> bool:
    """Tell whether two names are those of one folder."""
    try:
        return folder.samefile(other)
    except OSError:
        # One of them is not there any more.
        return False


def _moved(
    database: sqlite3.Connection, experiment: int, folder: Path
) -> list[tuple[str, str]]:
    """List the runs whose files were moved or copied: the new address, and the id.

    That is seen by where files are: those that are still in the old place and not in
    the new one stay there.
    """
    found = database.execute(
        "SELECT run_uuid, artifact_uri FROM runs "
        "WHERE experiment_id = ? AND instr(artifact_uri, ? || '/') != 1",
        (experiment, folder.as_uri()),
    )
    moved = []
    for run_id, address in found:
        old, new = addresses.folder_of(address), folder / run_id / "artifacts"
        if old is None or _is_same(old.parent.parent.parent, folder.parent):
            continue
        if new.exists() or not old.exists():
            moved.append((new.as_uri(), run_id))
    return moved


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory(
        dir=path.parent, prefix=f".{path.name}-", ignore_cleanup_errors=True
    ) as folder:
        made = Path(folder) / "made.db"
        MlflowClient(tracking_uri=addresses.of_database(made))
        # MLflow keeps its file open, so a copy of it takes the final name.
        Path(shutil.copyfile(made, Path(folder) / "copy.db")).replace(path)
