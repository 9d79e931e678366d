"""A run store that is a server: whether it is there, and what is said meanwhile."""

import os
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from core.errors import RunStoreError
from core.runs import server
from core.runs.mlflow_mapping import plain_errors


class Refusing(BaseHTTPRequestHandler):
    """Answer that one may not ask."""

    def do_GET(self) -> None:
        """Refuse."""
        self.send_error(401)

    def log_message(self, *_: object) -> None:
        """Print nothing."""


@pytest.fixture
def refusing() -> Iterator[str]:
    """Start a server that answers, and return its address."""
    started = HTTPServer(("127.0.0.1", 0), Refusing)
    thread = threading.Thread(target=started.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{started.server_port}"
    started.shutdown()
    thread.join()
    started.server_close()


@pytest.fixture
def silent() -> Iterator[int]:
    """Open a port that takes calls and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@pytest.fixture
def closed(silent: int) -> int:
    """Return a port at which nobody is."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port: int = listening.getsockname()[1]
    assert port != silent
    return port


@pytest.mark.parametrize("uri", ["sqlite:////a/runs.db", "", "/a/runs"])
def test_file_needs_no_waiting(uri: str) -> None:
    assert server.name_of(uri) is None

    server.wait_for(uri, seconds=0)


def test_any_answer_of_a_server_is_one(
    refusing: str, caplog: pytest.LogCaptureFixture
) -> None:
    """Only whether it is there is asked; the rest is for MLflow to find out."""
    server.wait_for(refusing)

    assert not caplog.records


@pytest.mark.parametrize("scheme", ["postgresql", "mysql+pymysql"])
def test_database_is_there_when_its_port_is(scheme: str, silent: int) -> None:
    server.wait_for(f"{scheme}://user:word@127.0.0.1:{silent}/runs")


@pytest.mark.parametrize("scheme", ["http", "postgresql"])
def test_server_that_is_down_is_named_with_the_time(
    scheme: str, closed: int, caplog: pytest.LogCaptureFixture
) -> None:
    """It was silent for four minutes, and then spoke of a disk; passwords stay ours."""
    name = f"{scheme}://127.0.0.1:{closed}"

    with pytest.raises(RunStoreError, match="within 0 s") as caught:
        server.wait_for(f"{scheme}://user:word@127.0.0.1:{closed}/runs", seconds=0.1)

    assert f"tracking server {name} to answer" in str(caught.value)
    assert "Connection refused" in str(caught.value)
    assert "disk" not in str(caught.value)
    assert caplog.messages == [f"Waiting for the tracking server {name}, at most 0 s."]
    assert "word" not in str(caught.value) + caplog.text


def test_server_that_says_nothing_is_not_waited_for_without_end(silent: int) -> None:
    """Its machine is there, but its program hangs."""
    with pytest.raises(RunStoreError, match="no answer"):
        server.wait_for(f"http://127.0.0.1:{silent}", seconds=0.1)


def test_server_that_comes_back_is_taken(
    refusing: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """It was started a moment after this program."""
    answers = iter(["no answer", "no answer", ""])
    monkeypatch.setattr(server, "_problem", lambda *_, **__: next(answers))
    monkeypatch.setattr(server, "_PAUSE_SECONDS", 0.0)

    server.wait_for(refusing)

    assert len(caplog.messages) == 1
    assert list(answers) == []


def test_server_that_goes_away_later_is_named_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """What MLflow says then names a path of its interface."""
    monkeypatch.setenv("MLFLOW_TRACKING_URI", "http://user:word@runs:5000")

    with (
        pytest.raises(RunStoreError, match=r"tracking server http://runs:5000 to"),
        plain_errors(),
    ):
        raise OSError("refused")  # noqa: EM101 - what a library says


def test_terminal_says_what_it_waits_for_and_why_it_gives_up(closed: int) -> None:
    """On the error stream, so that it never mixes with a result."""
    code = (
        "import sys; from core import cli; from core.runs import server;"
        "server.wait_for.__kwdefaults__['seconds'] = 0.1;"
        "sys.exit(cli.main(['runs', 'list']))"
    )

    ended = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"MLFLOW_TRACKING_URI": f"http://127.0.0.1:{closed}"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 1
    assert ended.stdout == ""
    said, error = ended.stderr.splitlines()
    assert said.startswith(f"Waiting for the tracking server http://127.0.0.1:{closed}")
    assert error.startswith("error: Expected the tracking server")


def test_mlflow_gives_up_soon_too() -> None:
    """A server may go away while it is used; MLflow would try for four minutes."""
    from mlflow import environment_variables as variables  # noqa: PLC0415 - slow

    retries = variables.MLFLOW_HTTP_REQUEST_MAX_RETRIES.get()
    seconds = variables.MLFLOW_HTTP_REQUEST_TIMEOUT.get()

    assert (retries, seconds) == (3, 15)
