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

from core import settings
from core.runs import store_file

LOCK_SECONDS: Final = 120.0


def make_if_missing(uri: str) -> None:
    """Make sure that a SQLite store can be opened; leave other stores alone.

    Args:
        uri: Address of a run store, as MLflow takes it.

    Raises:
        OSError: If the file cannot be written.
        sqlite3.Error: If there is a file that is not a database.
    """
    path = store_file(uri)
    if path is None:
        return
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


def follow_home(uri: str, *, experiment: str, recorded: str) -> None:
    """Write down where the files of all runs are if the store was moved with them.

    A store that is not at home, or has no files beside it, is left alone.

    Args:
        uri: Address of a run store, as MLflow takes it.
        experiment: Id of the experiment that the runs belong to.
        recorded: Address of the folder of their files, as written down.

    Raises:
        sqlite3.Error: If the store cannot be written.
    """
    path, folder = store_file(uri), files_folder()
    if path is None or path.parent != folder.parent or not folder.is_dir():
        return
    if recorded != folder.as_uri():
        replace_folder(path, experiment=experiment, old=recorded, new=folder.as_uri())


def replace_folder(path: Path, *, experiment: str, old: str, new: str) -> None:
    """Write down another folder for the files of all runs, also of deleted ones.

    Args:
        path: The SQLite file of a store.
        experiment: Id of the experiment that the runs belong to.
        old: Address of the folder that is written down.
        new: Address of the folder that has the files.

    Raises:
        sqlite3.Error: If the file cannot be written.
    """
    opened = sqlite3.connect(path, timeout=LOCK_SECONDS)
    with contextlib.closing(opened) as database, database:
        database.execute(
            "UPDATE experiments SET artifact_location = ? WHERE experiment_id = ?",
            (new, int(experiment)),
        )
        database.execute(
            "UPDATE runs SET artifact_uri = ? || substr(artifact_uri, length(?) + 1) "
            "WHERE experiment_id = ? AND instr(artifact_uri, ? || '/') = 1",
            (new, old, int(experiment), old),
        )


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory(
        dir=path.parent, prefix=f".{path.name}-", ignore_cleanup_errors=True
    ) as folder:
        made = Path(folder) / "made.db"
        MlflowClient(tracking_uri=f"sqlite:///{made}")
        # MLflow keeps its file open, so a copy of it takes the final name.
        Path(shutil.copyfile(made, Path(folder) / "copy.db")).replace(path)
