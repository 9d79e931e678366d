"""Copies of files of runs whose store is a server."""

from pathlib import Path

import pytest

from core.runs import file_cache


class Server:
    """A client of a tracking server, which counts what is fetched."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {}
        self.fetched: list[str] = []

    def download_artifacts(self, _: str, name: str, folder: str) -> str:
        """Write a file as MLflow does."""
        self.fetched.append(name)
        path = Path(folder) / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(self.files[name])
        return str(path)


@pytest.fixture
def server(home: Path) -> Server:
    """Make a server with the files of a run."""
    home.mkdir()
    made = Server()
    made.files = {
        "model.keras": b"weights",
        "log.txt": b"first words",
        "analyses/map/about.json": b"one",
        "analyses/map/arrays.npz": b"old",
    }
    return made


def test_what_never_changes_is_fetched_once(server: Server) -> None:
    paths = {file_cache.file_of(server, "run", "model.keras") for _ in range(3)}

    assert server.fetched == ["model.keras"]
    assert [path.read_bytes() for path in paths] == [b"weights"]


def test_log_is_fetched_at_each_look(server: Server) -> None:
    """It grows while the run is worked on."""
    file_cache.file_of(server, "run", "log.txt")
    server.files["log.txt"] = b"first words and last"

    path = file_cache.file_of(server, "run", "log.txt")

    assert path.read_bytes() == b"first words and last"
    assert [each.name for each in path.parent.iterdir()] == ["log.txt"]


def test_analysis_that_was_made_anew_is_fetched_anew(server: Server) -> None:
    """Its arrays have the name of the old ones."""
    for name in ("about.json", "arrays.npz", "arrays.npz"):
        file_cache.file_of(server, "run", f"analyses/map/{name}")
    assert server.fetched.count("analyses/map/arrays.npz") == 1
    server.files |= {
        "analyses/map/about.json": b"two",
        "analyses/map/arrays.npz": b"new",
    }

    file_cache.file_of(server, "run", "analyses/map/about.json")

    path = file_cache.file_of(server, "run", "analyses/map/arrays.npz")
    assert path.read_bytes() == b"new"


def test_copies_that_were_used_longest_ago_make_room(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(file_cache, "MAX_BYTES", 10)
    first = file_cache.file_of(server, "one", "model.keras")

    second = file_cache.file_of(server, "two", "model.keras")

    assert second.exists()
    assert not first.exists()
