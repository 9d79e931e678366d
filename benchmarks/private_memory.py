"""The memory that a process has for itself (Linux only).

Pages of mapped files do not count, because the system reclaims them when it needs them.
"""

import os
import subprocess
import threading
import time
from collections.abc import Callable, Sequence
from pathlib import Path

POLL_SECONDS = 0.02
KIBIBYTE = 1024


def megabytes(process: int | None = None) -> float:
    """Return the anonymous memory of a process, by default of this one.

    Args:
        process: Its number.

    Returns:
        Megabytes; 0 if it has ended.
    """
    path = Path("/proc", str(process or "self"), "status")
    try:
        lines = path.read_text().splitlines()
    except OSError:
        return 0.0
    found = (line for line in lines if line.startswith("RssAnon:"))
    return next((int(line.split()[1]) * KIBIBYTE / 1e6 for line in found), 0.0)


def peak_of(work: Callable[[], object], process: int | None = None) -> float:
    """Return the largest anonymous memory of a process during some work."""
    sizes = [megabytes(process)]
    is_done = threading.Event()

    def poll() -> None:
        while not is_done.wait(POLL_SECONDS):
            sizes.append(megabytes(process))

    poller = threading.Thread(target=poll)
    poller.start()
    try:
        work()
    finally:
        is_done.set()
        poller.join()
    return max(sizes)


def run(command: Sequence[str], folder: Path) -> tuple[float, float]:
    """Run a command to its end.

    Args:
        command: The program and its arguments.
        folder: Where it runs.

    Returns:
        Seconds, and its peak memory in megabytes.

    Raises:
        RuntimeError: If it fails; the message ends with what it said.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        command,
        cwd=folder,
        env=os.environ,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        said: list[str] = []
        peak = peak_of(lambda: said.append(process.communicate()[0]), process.pid)
    if process.returncode:
        message = f"Expected {' '.join(command)} to succeed, got: {said[0][-2000:]}"
        raise RuntimeError(message)
    return time.perf_counter() - started, peak
