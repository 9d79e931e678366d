"""Files that somebody uploaded to be imported; they stay until that is done."""

import contextlib
import shutil
import time
import uuid
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Final

from core import files, settings
from core.errors import HomeError

KEPT_SECONDS: Final = 7 * 24 * 3600.0
"""An import may wait for a server that is started again after a weekend."""

_MOST_CHARACTERS: Final = 100


def keep(name: str, content: BinaryIO) -> Path:
    """Keep a file that was uploaded, in a folder of its own.

    Args:
        name: Its name as the browser gives it.
        content: What it holds, from where the stream is.

    Returns:
        Where it is now; its name tells the importers what it may be.

    Raises:
        HomeError: If there is no room for it.
    """
    folder = _root() / uuid.uuid4().hex
    path = folder / _plain(name)
    try:
        folder.mkdir(parents=True)
        with files.creating_file(path) as temporary, temporary.open("wb") as target:
            shutil.copyfileobj(content, target)
    except OSError as error:
        shutil.rmtree(folder, ignore_errors=True)
        message = (
            f"Expected free space in {folder.parent}, got: {error.strerror or error}. "
            "Free some space, or set INKLAB_HOME to another folder."
        )
        raise HomeError(message) from error
    return path


def discard(paths: Iterable[Path]) -> None:
    """Remove those of some files that were uploaded; others are left alone."""
    for path in paths:
        folder = path.parent
        if folder.parent.resolve() == _root().resolve():
            shutil.rmtree(folder, ignore_errors=True)


def sweep() -> None:
    """Remove what was uploaded long ago and nobody has imported."""
    latest = time.time() - KEPT_SECONDS
    for folder in _root().glob("*"):
        with contextlib.suppress(OSError):
            if folder.stat().st_mtime < latest:
                shutil.rmtree(folder, ignore_errors=True)


def _plain(name: str) -> str:
    """Return a name that can neither lead elsewhere nor be too long."""
    last = name.replace("\\", "/").rpartition("/")[2]
    kept = "".join(each if each.isprintable() else "_" for each in last)
    stem, dot, suffix = kept.lstrip(".").rpartition(".")
    return f"{stem[:_MOST_CHARACTERS]}{dot}{suffix[:_MOST_CHARACTERS]}" or "upload"


def _root() -> Path:
    return settings.home() / "uploads"
