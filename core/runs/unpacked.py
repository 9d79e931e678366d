"""Arrays of runs as files that are mapped into memory, for processes that show many.

The probabilities of a run on 116,323 images of 62 classes take 29 MB. Its file is
compressed, so whoever reads it has a copy; unpacked once into the home's cache, it is
the system that keeps what is looked at in memory. The cache can be deleted any time.
"""

import contextlib
import hashlib
import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core import files, settings
from core.files import reading_arrays
from core.predictions import Predictions

MAX_KEPT: Final = 40
"""Results of so many evaluations are kept; the ones used least recently go."""


def load(path: Path) -> Predictions:
    """Read predictions without their features.

    Args:
        path: A file that `Predictions.save` wrote.

    Returns:
        Labels and probabilities, mapped and read-only; there are no features.

    Raises:
        ArtifactError: If the file is missing or damaged.
    """
    damage = (
        f"Expected the predictions of a run in {path}, but the file is missing or "
        "damaged. Delete this run and train it again."
    )
    labels, probabilities = arrays(path, ("labels", "probabilities"), damage=damage)
    return Predictions(
        labels=labels,
        probabilities=probabilities,
        features=np.empty((*labels.shape[:1], 0), np.float32),
    )


def arrays(
    path: Path, names: Sequence[str], *, damage: str
) -> tuple[NDArray[Any], ...]:
    """Read some arrays of an `.npz` file.

    Args:
        path: The file.
        names: Which arrays.
        damage: What to tell if it is missing or damaged.

    Returns:
        The arrays in that order, mapped and read-only.

    Raises:
        ArtifactError: If the file is missing, damaged, or lacks one of them.
    """
    folder = _folder(path, names)
    found = _open(folder, names)
    if found is not None:
        return found
    with reading_arrays(path, damage=damage) as stored:
        made = tuple(stored[name] for name in names)
    if settings.is_read_only():
        return made
    with contextlib.suppress(OSError):
        # A full disk costs memory, not the result.
        _save(dict(zip(names, made, strict=True)), folder)
        _evict(folder.parent)
        return _open(folder, names) or made
    return made


def folders() -> tuple[Path, ...]:
    """Return what is in the cache: a folder for each evaluation."""
    root = _root()
    return tuple(root.iterdir()) if root.is_dir() else ()


def _folder(path: Path, names: Sequence[str]) -> Path:
    with contextlib.suppress(OSError):
        stat = path.stat()
        facts = f"{path} {stat.st_mtime_ns} {stat.st_size} {' '.join(names)}"
        name = hashlib.sha256(facts.encode("utf-8", "surrogateescape")).hexdigest()
        return _root() / name[:32]
    return _root() / "missing"


def _root() -> Path:
    return settings.home() / "cache" / "predictions"


def _open(folder: Path, names: Sequence[str]) -> tuple[NDArray[Any], ...] | None:
    try:
        found = tuple(
            np.load(folder / f"{name}.npy", mmap_mode="r", allow_pickle=False)
            for name in names
        )
    except files.DAMAGED:
        return None
    if not settings.is_read_only():
        with contextlib.suppress(OSError):
            folder.touch()
    return found


def _save(made: Mapping[str, NDArray[Any]], folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)
    with files.creating_folder(folder) as temporary:
        for name, array in made.items():
            np.save(temporary / f"{name}.npy", array)


def _evict(root: Path) -> None:
    kept = sorted(root.iterdir(), key=lambda each: each.stat().st_mtime, reverse=True)
    for each in kept[MAX_KEPT:]:
        shutil.rmtree(each, ignore_errors=True)
