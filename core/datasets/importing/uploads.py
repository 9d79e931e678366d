"""Files that somebody uploaded to be imported; they stay until that is done."""

import contextlib
import re
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

_MOST_BYTES: Final = 100
"""Of a stem and of a suffix: most file systems take 255 of a name."""

_FOLDER: Final = re.compile(r"[0-9a-f]{32}")


@settings.changes
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


def token(paths: Iterable[Path]) -> str:
    """Return what names files that `keep` gave; it may stand in an address."""
    return "-".join(path.parent.name for path in paths)


def find(token: str) -> tuple[Path, ...]:
    """Return the files that a token names; none if one is not there (any more)."""
    names = token.split("-")
    if not all(map(_FOLDER.fullmatch, names)):
        return ()
    found = [sorted((_root() / name).glob("[!.]*"))[:1] for name in names]
    return tuple(path for each in found for path in each) if all(found) else ()


@settings.changes
def discard(paths: Iterable[Path]) -> None:
    """Remove those of some files that were uploaded; others are left alone."""
    for path in paths:
        folder = path.parent
        if folder.parent.resolve() == _root().resolve():
            shutil.rmtree(folder, ignore_errors=True)


@settings.changes
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
    return f"{_cut(stem)}{dot}{_cut(suffix)}" or "upload"


def _cut(text: str) -> str:
    return text.encode()[:_MOST_BYTES].decode(errors="ignore")


def _root() -> Path:
    return settings.home() / "uploads"
