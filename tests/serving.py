"""A real server and a real browser, for tests and benchmarks."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import psutil
from playwright.sync_api import Browser, sync_playwright

ROOT: Final = Path(__file__).resolve().parents[1]
PAGES: Final = sorted(
    path.stem
    for path in (ROOT / "dashboard" / "pages").glob("*.py")
    if not path.stem.startswith("_")
)
"""Read from the folder, so that no test forgets a new page."""

DEADLINE_SECONDS: Final = 60.0
END_SECONDS: Final = 240.0
"""A server waits for what its worker compiles at that moment."""

COLD_RUN: Final = (
    sys.executable,
    "-c",
    """
import sys
from streamlit.web import cli
from core.jobs import executor, worker
executor.warm_up = worker.warm_up = lambda: None
sys.exit(cli.main(prog_name="streamlit"))
""",
    "run",
)
"""`streamlit run` of an app whose worker compiles nothing ahead of a training.

That takes both processors for half a minute, and other tests need them too.
"""
COLD_APP: Final = (*COLD_RUN, "streamlit_app.py", "--server.port", "{port}")
CHROMIUM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_OPTIONS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


@dataclass(frozen=True)
class Server:
    """A running server.

    Attributes:
        url: Where its pages are.
        home: Its Inklab home.
        process: Its process.
        log: A file with all that it said.
    """

    url: str
    home: Path
    process: subprocess.Popen[bytes]
    log: Path


@contextlib.contextmanager
def serving(
    home: Path,
    *,
    command: Sequence[str] | None = None,
    log: Path | None = None,
    base_path: str = "",
    trains_first_model: bool = False,
) -> Iterator[Server]:
    """Start the app on a free port, wait until it answers, and end it at last.

    Args:
        home: Its Inklab home.
        command: What to start; `{port}` stands for the port.
        log: Where its output goes; beside the home by default.
        base_path: Where the command puts the app, below the root: "lab/ink".
        trains_first_model: Whether an empty home gets a model without being asked.

    Yields:
        The server.
    """
    port = free_port()
    command = command or (
        *(sys.executable, "-m", "streamlit", "run", "streamlit_app.py"),
        *("--server.port", "{port}"),
    )
    log = log or home.with_name(f"{home.name}-server.log")
    environment = os.environ | {
        "INKLAB_HOME": str(home),
        "INKLAB_FIRST_MODEL": "on" if trains_first_model else "off",
    }
    # Otherwise the runs would go where this user's go, and be compiled as in tests.
    for name in ("MLFLOW_TRACKING_URI", "XLA_FLAGS"):
        environment.pop(name, None)
    with log.open("wb") as output:
        process = subprocess.Popen(
            [part.format(port=port) for part in command],
            cwd=ROOT,
            env=environment,
            stdout=output,
            stderr=subprocess.STDOUT,
        )
        try:
            url = f"http://localhost:{port}/{base_path}".rstrip("/")
            _wait_until_up(url, process, log)
            yield Server(url, home, process, log)
        finally:
            process.terminate()
            process.wait(END_SECONDS)


@contextlib.contextmanager
def browsing() -> Iterator[Browser]:
    """Start a headless Chromium.

    Raises:
        RuntimeError: If there is none on this machine.
    """
    with sync_playwright() as playwright:
        path = find_chromium() or playwright.chromium.executable_path
        if not Path(path).exists():
            message = "Expected a Chromium on this machine, found none: install one."
            raise RuntimeError(message)
        browser = playwright.chromium.launch(
            executable_path=path, args=list(CHROMIUM_OPTIONS)
        )
        try:
            yield browser
        finally:
            browser.close()


def find_chromium() -> str | None:
    """Return the path of an installed Chromium, if there is one."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def has_tensorflow(process: psutil.Process) -> bool:
    """Tell whether a process has loaded what trains, as a worker has."""
    try:
        return any("tensorflow" in each.path for each in process.memory_maps())
    except (psutil.NoSuchProcess, FileNotFoundError):
        # Some libraries ask another program about the machine, which soon ends.
        return False


def free_port() -> int:
    """Return a port of this machine that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        port: int = probe.getsockname()[1]
    return port


def _wait_until_up(url: str, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + DEADLINE_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(f"{url}/_stcore/health", timeout=5):  # noqa: S310
                return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)
    message = f"Expected a server at {url}, but it said: {log.read_text()}"
    raise RuntimeError(message)
