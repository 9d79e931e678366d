"""Runs: what was trained, how it went, and the files it left."""

import importlib
import os

# MLflow reads these while it is imported. Without the first it reports usage to
# its makers; without the next two it prints bars for files that are here already, and
# the address of each run that ends; without the others it waits for four minutes for a
# server that is gone, or for two minutes each time for one that says nothing.
os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
os.environ.setdefault("MLFLOW_ENABLE_ARTIFACTS_PROGRESS_BAR", "false")
os.environ.setdefault("MLFLOW_SUPPRESS_PRINTING_URL_TO_STDOUT", "true")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_MAX_RETRIES", "3")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_BACKOFF_FACTOR", "1")
os.environ.setdefault("MLFLOW_HTTP_REQUEST_TIMEOUT", "15")

from pathlib import Path
from typing import TYPE_CHECKING

from core import addresses, settings
from core.runs import server

if TYPE_CHECKING:
    from core.runs.store import RunStore


def open_store() -> "RunStore":
    """Open the store that the settings name.

    Raises:
        HomeError: If it belongs into a folder that cannot be written.
        RunStoreError: If it cannot be opened.
    """
    uri = settings.tracking_uri()
    _give_mlflow_a_home()
    server.wait_for(uri)
    # MLflow takes two seconds to import. The first page of a new user need not
    # wait for it, because it only asks whether there is a store.
    from core.runs.store import RunStore  # noqa: PLC0415

    return RunStore(uri)


def preload() -> None:
    """Load now what opening a store needs, because it takes seconds.

    Raises:
        HomeError: If there is neither an Inklab home nor one of the user.
    """
    _give_mlflow_a_home()
    importlib.import_module("core.runs.store")


def store_exists() -> bool:
    """Tell whether there is a store that may have runs, without opening it.

    Raises:
        HomeError: If it belongs into a folder that cannot be written.
    """
    path = addresses.database_of(settings.tracking_uri())
    return path is None or path.exists()


def _give_mlflow_a_home() -> None:
    """Let MLflow have ours where the user has none: it cannot be imported without."""
    try:
        Path.home()
    except RuntimeError:
        os.environ["HOME"] = str(settings.home())
