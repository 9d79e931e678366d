"""Remove what processes left in the folder of the data sets that were killed.

A data set that is written lies in a folder whose name begins with a dot, and which its
process holds; see `files.holding`.
"""

import contextlib
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core import files, settings
from core.datasets import catalog

IDLE_SECONDS: Final = 3600.0
"""Whoever writes into a folder does so more often than that."""

_MOMENT_SECONDS: Final = 1.0
"""Whoever makes a folder holds it sooner than that."""

_RESULTS: Final = ".results"


@settings.changes
def sweep() -> None:
    """Remove hidden folders that nobody holds, or wrote into for an hour."""
    now = time.time()
    for folder in _hidden():
        with contextlib.suppress(OSError):
            idle = now - _last_change(folder)
            if idle > IDLE_SECONDS or (
                idle > _MOMENT_SECONDS and files.is_let_go(folder)
            ):
                shutil.rmtree(folder, ignore_errors=True)


def _hidden() -> Iterator[Path]:
    root = catalog.root()
    for folder in (*root.glob(".*"), *root.glob(f"{_RESULTS}/*/.*")):
        if folder.is_dir() and folder.name != _RESULTS:
            yield folder


def _last_change(folder: Path) -> float:
    """Return when a folder or anything in it was written to."""
    return max(each.stat().st_mtime for each in (folder, *folder.rglob("*")))
