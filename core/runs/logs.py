"""The log of a run: what its worker said, first in the home, then with the run.

While a run is worked on its log lies in the Inklab home, where it outlives a
process that is killed. Whoever says that the run is over puts it with its files.
"""

import contextlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from core import settings
from core.errors import ArtifactError, HomeError, RunStoreError

if TYPE_CHECKING:
    from mlflow.tracking import MlflowClient

LOG: Final = "log.txt"
"""The file of a run that has its log."""

_FOLDER: Final = "logs"


class HasFiles(Protocol):
    """A store, as far as it is needed here."""

    def artifact(self, run_id: str, name: str) -> Path:
        """Return a file of a run."""


def file_of(run_id: str) -> Path:
    """Return where the log of a run lies until the run is over.

    Raises:
        HomeError: If the home cannot be written.
    """
    return settings.home() / _FOLDER / f"{run_id}.txt"


def read(store: HasFiles, run_id: str) -> str:
    """Return what was said while a run was worked on, so far if it still is.

    Args:
        store: Where the run is.
        run_id: The id of a run of the store, as it stands there.

    Raises:
        ArtifactError: If it has no log.
        HomeError: If the home cannot be written.
    """
    # A disk that is full may have left half of it with the run: the whole is here.
    # If it is put with the run between our two looks, the second one finds it.
    try:
        content = file_of(run_id).read_bytes()
    except OSError:
        content = _saved(store, run_id)
    return content.decode(errors="replace")


@settings.changes
def save(client: "MlflowClient", run_id: str, *, is_over: bool = True) -> None:
    """Put the log of a run with its files, if there is one here.

    Nothing is raised: a run has its result with or without a log. What cannot be
    put there stays where it is, and is read from there.
    """
    # It knows MLflow, which takes two seconds to import.
    from core.runs.mlflow_mapping import plain_errors  # noqa: PLC0415

    with contextlib.suppress(OSError, HomeError, RunStoreError):
        path = file_of(run_id)
        if path.exists():
            text = path.read_bytes().decode(errors="replace")
            with plain_errors():
                client.log_text(run_id, text, LOG)
            if is_over:
                path.unlink(missing_ok=True)


def _saved(store: HasFiles, run_id: str) -> bytes:
    try:
        return store.artifact(run_id, LOG).read_bytes()
    except (OSError, ArtifactError) as error:
        message = (
            f"Expected a log of run {run_id}, but there is none: the run has not "
            "started, or was made before runs had logs, or its log was removed."
        )
        raise ArtifactError(message) from error
