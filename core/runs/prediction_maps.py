"""Predictions as mapped files, so that a process holds many of them in little memory.

The probabilities of 116,323 images of 62 classes take 29 MB. They are unpacked once
into the home's cache, from where the system reads what is looked at and forgets it
when memory is short. The cache is bounded, and may be deleted at any time.
"""

import shutil
import zipfile
from pathlib import Path
from typing import Final

import numpy as np

from core import settings
from core.files import DAMAGED, creating_folder
from core.records import Predictions
from core.runs.store import RunStore

MAX_BYTES: Final = 1_000_000_000
"""Of all mapped predictions; those that were opened last stay."""

_MEMBERS: Final = ("labels.npy", "probabilities.npy")


def open_predictions(store: RunStore, run_id: str) -> Predictions:
    """Return what a finished run's model said about the test images.

    Args:
        store: Where the run is.
        run_id: The run.

    Returns:
        The predictions to the last bit, without features; the probabilities are
        mapped from disk and read-only. If the cache cannot be written, they are
        in memory.

    Raises:
        ArtifactError: If they are missing or damaged.
    """
    try:
        return _mapped(store.artifact(run_id, "predictions.npz"), run_id)
    except DAMAGED:
        loaded = store.predictions(run_id)
        return Predictions(
            labels=loaded.labels,
            probabilities=loaded.probabilities,
            features=np.empty((0, 0), np.float32),
        )


def _mapped(path: Path, run_id: str) -> Predictions:
    with zipfile.ZipFile(path) as packed:
        sums = "".join(f"{packed.getinfo(name).CRC:08x}" for name in _MEMBERS)
        folder = settings.home() / "cache" / "predictions" / f"{run_id}-{sums}"
        if not folder.is_dir():
            _unpack(packed, folder)
    try:
        return _open(folder)
    except DAMAGED:
        shutil.rmtree(folder, ignore_errors=True)
        raise


def _unpack(packed: zipfile.ZipFile, folder: Path) -> None:
    size = sum(packed.getinfo(name).file_size for name in _MEMBERS)
    folder.parent.mkdir(parents=True, exist_ok=True)
    _make_room(folder.parent, MAX_BYTES - size)
    with creating_folder(folder) as temporary:
        for name in _MEMBERS:
            # A member is a .npy file already; that its sum is right, zipfile checks.
            packed.extract(name, temporary)


def _open(folder: Path) -> Predictions:
    labels, probabilities = (
        np.load(folder / name, mmap_mode="r", allow_pickle=False) for name in _MEMBERS
    )
    # The folder counts as used, so that others go before it.
    folder.touch()
    return Predictions(
        labels=np.array(labels),
        probabilities=probabilities,
        features=np.empty((0, 0), np.float32),
    )


def _make_room(cache: Path, max_bytes: int) -> None:
    """Delete what was opened longest ago until no more is left than allowed."""
    folders = [each for each in cache.iterdir() if not each.name.startswith(".")]
    folders.sort(key=lambda folder: folder.stat().st_mtime_ns, reverse=True)
    total = 0
    for folder in folders:
        total += sum(file.stat().st_size for file in folder.iterdir())
        if total > max_bytes:
            shutil.rmtree(folder, ignore_errors=True)
