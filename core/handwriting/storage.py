"""The files of My handwriting: one for each drawing, in the home's `handwriting/`."""

import contextlib
import functools
import hashlib
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core import files, settings
from core.errors import HandwritingError, HomeError
from core.handwriting.drawing import Drawing

FOLDER: Final = "handwriting"
MAX_DRAWINGS: Final = 10_000

_LOCK_SECONDS: Final = 5.0


def drawings() -> tuple[Drawing, ...]:
    """Return all drawings, the oldest first; damaged ones are left out."""
    found = [each for each in _files() if isinstance(each, Drawing)]
    return tuple(sorted(found, key=lambda each: (each.created, each.id)))


def damaged() -> tuple[str, ...]:
    """Return what is wrong with each file that cannot be read."""
    return tuple(each for each in _files() if isinstance(each, str))


def find(drawing_id: str) -> Drawing:
    """Return one drawing.

    Raises:
        HandwritingError: If there is none of that id, or it is damaged.
    """
    path = path_of(drawing_id)
    if not path.is_file():
        message = (
            f"Expected the id of a drawing of My handwriting, got {drawing_id!r:.60}. "
            "`python -m core handwriting list` lists them."
        )
        raise HandwritingError(message)
    return Drawing.read(path)


def fingerprint() -> str:
    """Return a text that changes with the drawings, their labels and their parts."""
    return fingerprint_of(drawings())


def fingerprint_of(chosen: Iterable[Drawing]) -> str:
    """Return the fingerprint of some drawings: 64 hexadecimal digits."""
    facts = sorted((each.id, each.label, each.part) for each in chosen)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def folder() -> Path:
    """Return the folder of the drawings; it need not exist."""
    return settings.home() / FOLDER


def write(drawing: Drawing) -> None:
    """Write the file of a drawing; it is replaced if there is one."""
    with files.creating_file(path_of(drawing.id)) as temporary:
        temporary.write_text(drawing.document(), "utf-8")


@contextmanager
def changing() -> Iterator[None]:
    """Let nobody else change the drawings while the block runs.

    Raises:
        HomeError: If the folder cannot be written, or somebody else holds it.
    """
    place = folder()
    try:
        place.mkdir(exist_ok=True)
        with files.waiting_lock(place / ".lock", seconds=_LOCK_SECONDS):
            yield
    except OSError as error:
        message = (
            f"Expected to write to {place}, got: {error.strerror or error}. Free some "
            "space, try again, or set INKLAB_HOME to another folder."
        )
        raise HomeError(message) from error


def path_of(drawing_id: str) -> Path:
    """Return the file of a drawing; it need not exist."""
    # An id from outside may be a path.
    return folder() / f"{Path(drawing_id).name or '?'}.json"


def _files() -> list[Drawing | str]:
    found: list[Drawing | str] = []
    with contextlib.suppress(FileNotFoundError), os.scandir(folder()) as entries:
        for entry in entries:
            if entry.name.startswith(".") or not entry.name.endswith(".json"):
                continue
            # It may be deleted at this moment.
            with contextlib.suppress(FileNotFoundError):
                stat = entry.stat()
                version = stat.st_mtime_ns, stat.st_size, stat.st_ino
                found.append(_read(entry.path, *version))
    return found


@functools.lru_cache(maxsize=2 * MAX_DRAWINGS)
def _read(path: str, *_version: int) -> Drawing | str:
    try:
        return Drawing.read(Path(path))
    except HandwritingError as error:
        return str(error)
