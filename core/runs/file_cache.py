"""Copies of the files of runs whose store is a server: each is fetched once.

MLflow would make a new copy at each look, which nobody deletes. What a run has in the
end never changes, so its copy is used; anything else is fetched at each look.
"""

import contextlib
import shutil
import tempfile
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Final

from core import settings
from core.predictions import PREDICTIONS, VALIDATION
from core.records import ANALYSES, CHECKPOINT

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

MAX_BYTES: Final = 2_000_000_000
"""Beyond that, the copies that were used longest ago are removed."""

_FOLDER: Final = "cache"
_PREFIX: Final = ".part-"
_ABOUT: Final = "about.json"
_FINAL: Final = frozenset(
    {
        *("model.keras", "model.tflite", "model.onnx", "config.json", "card.md"),
        *("task.json", PREDICTIONS, VALIDATION, CHECKPOINT),
    }
)


def file_of(client: "MlflowClient", run_id: str, name: str) -> Path:
    """Return a copy of a file of a run.

    Args:
        client: A client of the store.
        run_id: The run.
        name: Path of the file among those of the run.

    Raises:
        MlflowException: If there is no such file, or the server does not answer.
        OSError: Likewise, or if there is no room.
    """
    folder = settings.home() / _FOLDER
    path = folder / run_id / name
    if _is_final(name) and path.exists():
        path.touch()
        return path
    folder.mkdir(exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder, prefix=_PREFIX) as made:
        fetched = Path(client.download_artifacts(run_id, name, made))
        if fetched.is_dir():
            message = f"Expected a file, got a folder: {name}"
            raise IsADirectoryError(message)
        if _is_new(path, fetched):
            shutil.rmtree(path.parent, ignore_errors=True)
        path.parent.mkdir(parents=True, exist_ok=True)
        fetched.replace(path)
    _trim(folder, spare=path)
    return path


def _is_final(name: str) -> bool:
    """Whether a file never changes, as long as what describes it does not."""
    parts = PurePosixPath(name).parts
    return name in _FINAL or (parts[0] == ANALYSES and parts[-1] != _ABOUT)


def _is_new(path: Path, fetched: Path) -> bool:
    """Whether an analysis was made anew, so that its other copies are old ones."""
    if path.name != _ABOUT:
        return False
    return not path.exists() or path.read_bytes() != fetched.read_bytes()


def _trim(folder: Path, *, spare: Path) -> None:
    with contextlib.suppress(OSError):
        found = [(each, each.stat()) for each in folder.rglob("*") if each.is_file()]
        total = sum(stat.st_size for _, stat in found)
        for each, stat in sorted(found, key=lambda pair: pair[1].st_mtime):
            if total <= MAX_BYTES:
                return
            if each != spare:
                each.unlink()
                total -= stat.st_size
