"""A real server, as `make run` starts it: what it answers, to whom, and how it ends."""

import contextlib
import http.client
import json
import re
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psutil
import pytest

from core import addresses
from core.runs.store import RunStore
from tests.serving import COLD_APP, PAGES, ROOT, Server, has_tensorflow, serving
from tests.small_data import wait_until

pytestmark = pytest.mark.server

COMMAND = (
    *(sys.executable, "-m", "streamlit", "run", "streamlit_app.py"),
    *("--server.port", "{port}"),
)
AGENT = (*COMMAND, "--server.enableAgentApi=true")
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
}


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start one server for all tests; the last one ends it."""
    home = tmp_path_factory.mktemp("server") / "home"
    with serving(home, command=AGENT, trains_first_model=True) as started:
        yield started


def render(server: Server, page: str) -> dict[str, object]:
    """Have a page rendered, and return its elements."""
    body = {} if page == "overview" else {"page": page}
    while True:
        request = urllib.request.Request(  # noqa: S310 - our own server
            f"{server.url}/_stcore/agent/interact",
            data=json.dumps(body).encode(),
            headers={"Content-Type": "application/json"},
        )
        with urllib.request.urlopen(request, timeout=60) as response:  # noqa: S310
            answer = json.load(response)
            if response.status == http.HTTPStatus.OK:
                return answer
        body = {"session_id": answer["session_id"]}


@pytest.fixture(scope="module")
def rendered(server: Server) -> dict[str, dict[str, object]]:
    """Have every page rendered once."""
    return {page: render(server, page) for page in PAGES}


def elements(tree: object) -> Iterator[dict[str, object]]:
    """Walk through all elements of a rendered page.

    An upload has a list of file types, which is none of an element.
    """
    if isinstance(tree, dict):
        if isinstance(tree.get("type"), str):
            yield tree
        for branch in tree.values():
            yield from elements(branch)
    elif isinstance(tree, list):
        for branch in tree:
            yield from elements(branch)


def status_of_websocket(server: Server, host: str | None) -> int:
    """Try to open a WebSocket under a host name, and return the HTTP status."""
    address = urlsplit(server.url)
    connection = http.client.HTTPConnection("localhost", address.port, timeout=20)
    with contextlib.closing(connection):
        own = f"localhost:{address.port}"
        headers = UPGRADE | {"Host": host or own, "Origin": f"http://{host or own}"}
        connection.request("GET", "/_stcore/stream", headers=headers)
        return connection.getresponse().status


def test_server_is_healthy(server: Server) -> None:
    with urllib.request.urlopen(f"{server.url}/_stcore/health") as response:  # noqa: S310
        assert response.read() == b"ok"


@pytest.mark.parametrize("page", PAGES)
def test_page_renders_in_a_real_server(
    page: str, rendered: dict[str, dict[str, object]]
) -> None:
    """Imports that work under pytest may fail in the server, whose path differs."""
    answer = rendered[page]

    kinds = [element["type"] for element in elements(answer["tree"])]
    assert answer["status"] == "ready"
    assert "title" in kinds or "heading" in kinds
    assert not {"exception", "error"} & set(kinds)


@pytest.mark.usefixtures("rendered")
def test_tensorflow_is_loaded_by_the_worker_and_by_no_page(server: Server) -> None:
    """It takes seconds and half a gigabyte, and slows every later run of a page."""
    wait_until(lambda: any(map(has_tensorflow, family(server))), seconds=120)

    pages, *others = family(server)
    assert any(map(has_tensorflow, others))
    assert not has_tensorflow(pages)


@pytest.mark.usefixtures("rendered")
def test_first_model_is_trained_before_anybody_asks(server: Server) -> None:
    """Whoever opens Inklab for the first time can draw at once."""
    store = RunStore(addresses.of_database(server.home / "runs.db"))

    wait_until(lambda: any(run.has_model for run in store.runs()), seconds=120)

    (run,) = store.runs()
    shown = json.dumps(render(server, "draw")["tree"])
    assert run.name == "First model"
    assert "There is no trained network" not in shown
    assert "First model" in shown


@pytest.mark.usefixtures("rendered")
def test_log_has_no_warning_after_a_look_at_every_page(server: Server) -> None:
    """What is deprecated today is an error after an update."""
    log = server.log.read_text()

    assert not re.search(r"traceback|warning|error|deprecat", log, re.IGNORECASE), log


def test_server_listens_on_this_machine_only(server: Server) -> None:
    """There is no password."""
    listening = {
        connection.laddr.ip
        for process in family(server)
        for connection in process.net_connections("inet")
        if connection.status == psutil.CONN_LISTEN
    }

    assert listening
    assert listening <= {"127.0.0.1", "::1"}


def test_page_of_another_site_gets_no_websocket(server: Server) -> None:
    """DNS rebinding: a foreign name that points to this machine."""
    assert status_of_websocket(server, None) == http.HTTPStatus.SWITCHING_PROTOCOLS
    assert status_of_websocket(server, "evil.example") == http.HTTPStatus.FORBIDDEN


def test_agent_api_is_off_unless_asked_for(tmp_path: Path) -> None:
    """It lets any program on this machine press the buttons."""
    with (
        serving(tmp_path / "home", command=COLD_APP) as plain,
        pytest.raises(urllib.error.HTTPError, match="40"),
    ):
        render(plain, "overview")


def test_port_in_use_is_said_plainly(server: Server) -> None:
    port = urlsplit(server.url).port
    command = [part.format(port=port) for part in COMMAND]

    second = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert second.returncode != 0
    assert f"Port {port} is not available" in second.stdout + second.stderr
    assert "Traceback" not in second.stderr


def test_nothing_is_left_of_a_server_that_ends(server: Server) -> None:
    """A forgotten worker keeps half a gigabyte and both cores; killed: see faults.

    The last test here, because all share this server.
    """
    render(server, "explore")
    ours = family(server)

    server.process.terminate()

    server.process.wait(60)
    _, alive = psutil.wait_procs(ours, timeout=30)
    for process in alive:
        process.kill()
    assert not alive


def family(server: Server) -> list[psutil.Process]:
    """Return the process of a server and all that it started."""
    process = psutil.Process(server.process.pid)
    return [process, *process.children(recursive=True)]
