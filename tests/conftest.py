"""What every test may rely on: a home of its own, and no run store of the user."""

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, event
from sqlalchemy.engine.interfaces import DBAPIConnection

from core import addresses
from core.runs import database

# Compiling takes most of a training of some seconds; what is compiled without being
# made fast computes the same. It has to be said before TensorFlow is imported.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give each test an Inklab home of its own, and forget the user's run store."""
    folder = tmp_path / "home"
    monkeypatch.setenv("INKLAB_HOME", str(folder))
    for name in (
        "MLFLOW_TRACKING_URI",
        "INKLAB_STUDIES",
        "INKLAB_EMNIST_URL",
        "INKLAB_READ_ONLY",
    ):
        monkeypatch.delenv(name, raising=False)
    # What a server does for a newcomer; see tests/core/jobs/test_first_model.py.
    monkeypatch.setenv("INKLAB_FIRST_MODEL", "off")
    return folder


@pytest.fixture(scope="session")
def empty_database(
    tmp_path_factory: pytest.TempPathFactory, _wait_for_no_disk: None
) -> Path:
    """Make the tables of a run store once for all processes, which takes seconds."""
    folder = tmp_path_factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        # Each process has a folder of its own in that of the session.
        folder = folder.parent
    path = folder / "empty-store" / "runs.db"
    database.make_if_missing(addresses.of_database(path))
    return path


@pytest.fixture(scope="session", autouse=True)
def _wait_for_no_disk() -> Iterator[None]:
    """A run that is made and finished commits 19 times: 6 ms each until it is on disk.

    What another process reads is there at once; only a loss of power would lose it.
    """

    def write_soon(connection: DBAPIConnection, _: object) -> None:
        if isinstance(connection, sqlite3.Connection):
            connection.execute("PRAGMA synchronous = OFF")

    event.listen(Engine, "connect", write_soon)
    yield
    event.remove(Engine, "connect", write_soon)


@pytest.fixture(scope="session", autouse=True)
def _read_migrations_once() -> Iterator[None]:
    """Each store that is opened compiles all of MLflow's migrations: 0.1 s."""
    read = ScriptDirectory.from_config
    known: dict[str | None, ScriptDirectory] = {}

    def read_once(config: Config) -> ScriptDirectory:
        place = config.get_main_option("script_location")
        if place not in known:
            known[place] = read(config)
        return known[place]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ScriptDirectory, "from_config", read_once)
        yield
