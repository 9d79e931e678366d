"""What work about a data set has left: a folder for each kind, keyed by fingerprint.

So data sets with the same images share their results, and a version that differs has
none of its parent's.
"""

import contextlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Final

from core import files, settings
from core.errors import HomeError
from core.files import DAMAGED
from core.records import Attachment

_ABOUT: Final = "about.json"


@settings.changes
def save(fingerprint: str, made: Attachment, *, write: Callable[[Path], None]) -> None:
    """Leave a result; an earlier one of the same kind is replaced.

    Args:
        fingerprint: Of the data set.
        made: What it is; its files are those that are written.
        write: Writes its files into a folder.

    Raises:
        HomeError: If there is no room, or the home cannot be written.
    """
    folder = _folder(fingerprint, made.name, made.key)
    try:
        with files.creating_folder(folder) as temporary:
            write(temporary)
            about = {"title": made.title, "metrics": dict(made.metrics)}
            (temporary / _ABOUT).write_text(json.dumps(about), "utf-8")
    except OSError as error:
        message = (
            f"Expected free space in {folder.parent}, got: {error.strerror or error}. "
            "Free some space, or set INKLAB_HOME to another folder."
        )
        raise HomeError(message) from error
    for other in folder.parent.glob(f"{made.name}-*"):
        if other != folder:
            shutil.rmtree(other, ignore_errors=True)


def find(fingerprint: str, *, kind: str, key: str) -> Path | None:
    """Return the folder of a result, if such work has left it.

    Args:
        fingerprint: Of the data set.
        kind: Of the work.
        key: Of the work; see `core.records.TaskRecord`.
    """
    folder = _folder(fingerprint, kind, key)
    with contextlib.suppress(*DAMAGED):
        json.loads((folder / _ABOUT).read_text("utf-8"))
        return folder
    return None


@settings.changes
def discard(fingerprint: str) -> None:
    """Remove all results about a data set."""
    shutil.rmtree(_root(fingerprint), ignore_errors=True)


@settings.changes
def discard_one(fingerprint: str, *, kind: str, key: str) -> None:
    """Remove a result that turned out to be damaged."""
    shutil.rmtree(_folder(fingerprint, kind, key), ignore_errors=True)


def _folder(fingerprint: str, kind: str, key: str) -> Path:
    return _root(fingerprint) / f"{kind}-{key}"


def _root(fingerprint: str) -> Path:
    return settings.home() / "datasets" / ".results" / fingerprint
