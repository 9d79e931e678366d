"""A scheduler, workers and a tracking server, each a process of its own."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import psutil

from tests.serving import ROOT, free_port
from tests.small_data import wait_until

SECONDS: Final = 400.0
"""Far longer than it takes: other programs may need the processors too."""

SCHEDULER: Final = (
    *("-m", "distributed.cli.dask_scheduler", "--host", "127.0.0.1"),
    *("--port", "{port}", "--no-dashboard", "--no-show"),
)
WORKER: Final = (
    *("-m", "distributed.cli.dask_worker", "{scheduler}", "--nthreads", "1"),
    *("--memory-limit", "0", "--no-dashboard", "--host", "127.0.0.1"),
)
MLFLOW: Final = (
    *("-m", "mlflow", "server", "--host", "127.0.0.1", "--port", "{port}"),
    *("--workers", "1", "--serve-artifacts"),
)


@dataclass
class Machine:
    """A program that can be ended and started again.

    Attributes:
        command: What it is called with.
        log: Where its output goes.
        variables: Of its environment, besides those of this process.
        port: Where it listens, if it does.
    """

    command: tuple[str, ...]
    log: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    port: int | None = None
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it; see `wait`."""
        with self.log.open("ab") as output:
            self.process = subprocess.Popen(
                [sys.executable, *self.command],
                cwd=ROOT,
                env=os.environ | self.variables,
                stdout=output,
                stderr=subprocess.STDOUT,
            )

    def wait(self) -> None:
        """Wait until it listens."""
        wait_until(self._listens, seconds=SECONDS)

    def kill(self) -> None:
        """End it as a power cut would, with all that it started."""
        if self.process is None:
            return
        children: list[psutil.Process] = []
        with contextlib.suppress(psutil.NoSuchProcess):
            children = psutil.Process(self.process.pid).children(recursive=True)
        for each in (self.process, *children):
            with contextlib.suppress(psutil.NoSuchProcess):
                each.send_signal(signal.SIGKILL)
        # One that still holds its port would be taken for the next one.
        psutil.wait_procs(children, SECONDS)
        self.process.wait(SECONDS)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0


@dataclass
class Machines:
    """All of them.

    Attributes:
        folder: Where their files are.
        tracking: The tracking server.
        scheduler: The scheduler.
        workers: The workers.
    """

    folder: Path
    tracking: Machine
    scheduler: Machine
    workers: list[Machine]

    @property
    def variables(self) -> dict[str, str]:
        """What the environment of the web process says of them."""
        return {
            "MLFLOW_TRACKING_URI": f"http://127.0.0.1:{self.tracking.port}",
            "INKLAB_SCHEDULER": f"tcp://127.0.0.1:{self.scheduler.port}",
        }

    def add_worker(self) -> Machine:
        """Start one more worker, with a home of its own."""
        number = 1 + len([*self.folder.glob("worker-*.log")])
        home = self.folder / f"worker-{number}"
        home.mkdir()
        variables = {**self.variables, "INKLAB_HOME": str(home)}
        local = ("--local-directory", str(home / "dask"))
        command = (*WORKER, *local, "--name", f"worker-{number}")
        machine = Machine(
            tuple(
                each.format(scheduler=variables["INKLAB_SCHEDULER"]) for each in command
            ),
            self.folder / f"worker-{number}.log",
            variables,
        )
        machine.start()
        self.workers.append(machine)
        return machine


@contextlib.contextmanager
def starting(
    folder: Path, backend: Path | str, *, num_workers: int = 2
) -> Iterator[Machines]:
    """Start all of them in a folder, and end them at last.

    Args:
        folder: Where their files go.
        backend: Address of a database of the tracking server, or a SQLite file with
            its tables, which take seconds to be made; a copy of it is used.
        num_workers: How many workers.

    Yields:
        The machines; the workers may still be starting.
    """
    if isinstance(backend, Path):
        shutil.copyfile(backend, folder / "tracking.db")
        backend = f"sqlite:///{folder}/tracking.db"
    ports = free_port(), free_port()
    stores = (
        *("--backend-store-uri", backend),
        *("--artifacts-destination", str(folder / "files")),
    )
    tracking = Machine(
        tuple(each.format(port=ports[0]) for each in (*MLFLOW, *stores)),
        folder / "tracking.log",
        {
            "MLFLOW_TRACKING_URI": "",
            "MLFLOW_DISABLE_TELEMETRY": "true",
            "MLFLOW_SERVER_ENABLE_JOB_EXECUTION": "false",
        },
        ports[0],
    )
    scheduler = Machine(
        tuple(each.format(port=ports[1]) for each in SCHEDULER),
        folder / "scheduler.log",
        port=ports[1],
    )
    machines = Machines(folder, tracking, scheduler, [])
    try:
        tracking.start()
        scheduler.start()
        for _ in range(num_workers):
            machines.add_worker()
        scheduler.wait()
        tracking.wait()
        yield machines
    finally:
        for each in (*machines.workers, scheduler, tracking):
            each.kill()
