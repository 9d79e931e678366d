"""What every test may rely on: a home of its own, and no run store of the user."""

import os
from pathlib import Path

import pytest

from core.runs import database


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an Inklab home of its own, and forget the user's run store."""
    folder = tmp_path / "home"
    monkeypatch.setenv("INKLAB_HOME", str(folder))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return folder


@pytest.fixture(scope="session")
def empty_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make the tables of a run store once for all processes, which takes seconds."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Each process has a folder of its own in that of the session.
        folder = folder.parent
    path = folder / "empty-store" / "runs.db"
    database.make_if_missing(f"sqlite:///{path}")
    return path
