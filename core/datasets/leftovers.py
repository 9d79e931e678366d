"""Remove what processes left in the folder of the data sets that were killed.

A data set that is written lies in a folder whose name begins with a dot.
"""

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core.datasets import catalog

IDLE_SECONDS: Final = 3600.0
"""Whoever writes into a folder does so more often than that."""

_RESULTS: Final = ".results"


def sweep() -> None:
    """Remove hidden folders into which nobody has written for an hour."""
    latest = time.time() - IDLE_SECONDS
    for folder in _hidden():
        with contextlib.suppress(OSError):
            if _last_change(folder) < latest:
                shutil.rmtree(folder, ignore_errors=True)


def _hidden() -> Iterator[Path]:
    root = catalog.root()
    for folder in (*root.glob(".*"), *root.glob(f"{_RESULTS}/*/.*")):
        if folder.is_dir() and folder.name != _RESULTS:
            yield folder


def _last_change(folder: Path) -> float:
    """Return when a folder or anything in it was written to."""
    return max(each.stat().st_mtime for each in (folder, *folder.rglob("*")))
