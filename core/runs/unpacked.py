"""Predictions as files that are mapped into memory, for processes that show many runs.

The probabilities of a run on 116,323 images of 62 classes take 29 MB. Its file is
compressed, so whoever reads it has a copy; unpacked once into the home's cache, it is
the system that keeps what is looked at in memory. The cache can be deleted any time.
"""

import contextlib
import hashlib
import shutil
from pathlib import Path
from typing import Final

import numpy as np

from core import files, settings
from core.records import Predictions

MAX_KEPT: Final = 40
"""Results of so many evaluations are kept; the ones used least recently go."""

_NAMES: Final = ("labels", "probabilities")


def load(path: Path) -> Predictions:
    """Read predictions without their features.

    Args:
        path: A file that `Predictions.save` wrote.

    Returns:
        Labels and probabilities, mapped and read-only; there are no features.

    Raises:
        ArtifactError: If the file is missing or damaged.
    """
    folder = _folder(path)
    found = _open(folder)
    if found is not None:
        return found
    made = Predictions.load(path, with_features=False)
    if settings.is_read_only():
        return made
    with contextlib.suppress(OSError):
        # A full disk costs memory, not the result.
        _save(made, folder)
        _evict(folder.parent)
        return _open(folder) or made
    return made


def folders() -> tuple[Path, ...]:
    """Return what is in the cache: a folder for each evaluation."""
    root = _root()
    return tuple(root.iterdir()) if root.is_dir() else ()


def _folder(path: Path) -> Path:
    with contextlib.suppress(OSError):
        stat = path.stat()
        facts = f"{path} {stat.st_mtime_ns} {stat.st_size}"
        name = hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()
        return _root() / name[:32]
    return _root() / "missing"


def _root() -> Path:
    return settings.home() / "cache" / "predictions"


def _open(folder: Path) -> Predictions | None:
    try:
        labels, probabilities = (
            np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in _NAMES
        )
    except files.DAMAGED:
        return None
    if not settings.is_read_only():
        with contextlib.suppress(OSError):
            folder.touch()
    return Predictions(
        labels=labels,
        probabilities=probabilities,
        features=np.empty((len(labels), 0), np.float32),
    )


def _save(made: Predictions, folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with files.creating_folder(folder) as temporary:
        for name in _NAMES:
            np.save(temporary / f"{name}.npy", getattr(made, name))


def _evict(root: Path) -> None:
    kept = sorted(root.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for each in kept[MAX_KEPT:]:
        shutil.rmtree(each, ignore_errors=True)
