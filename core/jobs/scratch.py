"""Files that are needed only while a task works: one folder for each, in the home."""

import contextlib
import shutil
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from core import settings

PREFIX: Final = ".run-"
LEFT_BEHIND_SECONDS: Final = 3600.0
"""Nothing takes so long to be written."""


@contextlib.contextmanager
def folder() -> Iterator[Path]:
    """Give an empty folder in the home, which vanishes when the block ends.

    Raises:
        HomeError: If the home cannot be written.
        OSError: If there is no room for it.
    """
    made = Path(tempfile.mkdtemp(dir=settings.home(), prefix=PREFIX))
    try:
        yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def sweep() -> None:
    """Remove what processes left behind that were killed."""
    latest = time.time() - LEFT_BEHIND_SECONDS
    for left in settings.home().glob(f"{PREFIX}*"):
        with contextlib.suppress(OSError):
            if left.stat().st_mtime < latest:
                shutil.rmtree(left, ignore_errors=True)
