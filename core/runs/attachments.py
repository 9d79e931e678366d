"""What analyses left with the run that they are about: a folder for each.

A file beside theirs says what they are and which work made them. It is written last,
so whoever finds it finds the rest.
"""

import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from mlflow.entities import Metric

from core.errors import ArtifactError
from core.files import DAMAGED
from core.records import ANALYSES, Attachment
from core.runs.logs import HasFiles
from core.runs.mlflow_mapping import now_ms

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

_ABOUT: Final = "about.json"
_SCHEMA: Final = 1
_FILE_NAME: Final = re.compile(r"\w[\w.-]*")


def save(client: "MlflowClient", run_id: str, made: Attachment, files: Path) -> None:
    """Put files with a run; those of the same name are replaced.

    Args:
        client: A client of the store.
        run_id: The run.
        made: What they are; the names of the files are taken from the folder.
        files: A folder with the files.

    Raises:
        MlflowException: If the store does not take them.
        OSError: Likewise.
    """
    names = sorted(each.name for each in files.iterdir())
    client.log_artifacts(run_id, str(files), f"{ANALYSES}/{made.name}")
    about = {
        "schema": _SCHEMA,
        "title": made.title,
        "key": made.key,
        "metrics": dict(made.metrics),
        "files": names,
    }
    client.log_text(run_id, json.dumps(about, indent=2), made.path_of(_ABOUT))
    metrics = [
        Metric(f"{made.name}/{key}", value, now_ms(), 0)
        for key, value in made.metrics.items()
    ]
    client.log_batch(run_id, metrics=metrics)


def names_of(
    client: "MlflowClient", run_id: str, folder: Path | None
) -> tuple[str, ...]:
    """Return the names of the analyses that left something with a run.

    Args:
        client: A client of the store.
        run_id: The run.
        folder: Where its files are; None if a server has them.
    """
    if folder is not None:
        return tuple(
            sorted(each.name for each in (folder / ANALYSES).glob("*") if each.is_dir())
        )
    found = client.list_artifacts(run_id, ANALYSES)
    return tuple(sorted(Path(each.path).name for each in found if each.is_dir))


def read(store: HasFiles, run_id: str, name: str) -> Attachment | None:
    """Return what an analysis left with a run; None if that is nothing, or damaged."""
    try:
        path = store.artifact(run_id, f"{ANALYSES}/{name}/{_ABOUT}")
        about = json.loads(path.read_text(encoding="utf-8"))
        if about["schema"] != _SCHEMA:
            return None
        return Attachment(
            name=name,
            title=str(about["title"]),
            key=str(about["key"]),
            metrics={key: float(value) for key, value in about["metrics"].items()},
            files=tuple(map(_checked, about["files"])),
        )
    except (*DAMAGED, ArtifactError, RecursionError):
        return None


def _checked(file: object) -> str:
    """Return the name of a file, which must lie in the folder of its analysis.

    The store may be a copy of somebody else's: what it names goes into archives.

    Raises:
        ValueError: If it is no such name.
    """
    if isinstance(file, str) and _FILE_NAME.fullmatch(file):
        return file
    message = f"Expected the name of a file, got {file!r}."
    raise ValueError(message)
