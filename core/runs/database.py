"""Make the SQLite file of a new run store: all of it or none, by one process.

MLflow makes its tables in dozens of steps that take seconds, and either an
interruption or a second process that does the same leaves a file that can
never be opened again. So a new file is made under another name and renamed.
"""

import contextlib
import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Final

from mlflow.tracking import MlflowClient

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


def _make(path: Path) -> None:
    with tempfile.TemporaryDirectory(
        dir=path.parent, prefix=f".{path.name}-", ignore_cleanup_errors=True
    ) as folder:
        made = Path(folder) / "made.db"
        MlflowClient(tracking_uri=f"sqlite:///{made}")
        # MLflow keeps its file open, so a copy of it takes the final name.
        Path(shutil.copyfile(made, Path(folder) / "copy.db")).replace(path)
