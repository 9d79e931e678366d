"""How much many viewers slow a training down, and how quickly they are served.

    python benchmarks/sessions.py [--viewers 20] [--seconds 15] [--json]

The training is one run on a new server. For some seconds nobody watches, then all
do, and the same again, so both are measured in the same minute.
"""

import argparse
import asyncio
import contextlib
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import psutil
from viewer import Viewer, viewing

from core.runs.store import RunStore
from tests.serving import Server, serving

TURNS: Final = 2
MAX_VIEWERS: Final = 50
MAX_SECONDS: Final = 60.0
START_SECONDS: Final = 120.0
EPOCHS: Final = 100
BATCH_SIZES: Final = (64, 32, 16, 8)
"""The first one that makes the training outlast the measurement is used; a smaller
batch takes longer."""

ARRIVAL_SECONDS: Final = 20.0
"""Upper bound for the time until all viewers have arrived."""

RESERVE: Final = 1.5
IMAGES_PER_EPOCH: Final = 54_000
WARM_EPOCHS: Final = 4


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each turn")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    viewers = min(options.viewers, MAX_VIEWERS)
    seconds = min(options.seconds, MAX_SECONDS)
    described = machine.describe()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder, "home")) as web:
        figures = asyncio.run(measure(web, viewers=viewers, seconds=seconds))
    machine.print_figures(described, figures, as_json=options.json)


async def measure(server: Server, *, viewers: int, seconds: float) -> dict[str, float]:
    """Measure a training with and without viewers, in turns."""
    alone: list[float] = []
    watched: list[_Watched] = []
    needed = RESERVE * TURNS * (2 * seconds + ARRIVAL_SECONDS)
    async with _training(server, seconds=needed) as run:
        for _ in range(TURNS):
            alone.append(await _speed(run, seconds))
            watched.append(await _watched(server, run, viewers, seconds))
    speed = statistics.mean(each.speed for each in watched)
    return {
        "viewers": viewers,
        "batch size": run.batch_size,
        **_service([viewer for each in watched for viewer in each.viewers]),
        "processor time of the web process, cores": statistics.mean(
            each.cores for each in watched
        ),
        "images per second, no viewers": statistics.mean(alone),
        "images per second, all viewers": speed,
        "training slower by, %": 100 * (1 - speed / statistics.mean(alone)),
    }


@dataclass(frozen=True)
class _Watched:
    """A turn in which all viewers watch.

    Attributes:
        viewers: All viewers of this turn.
        speed: Training images per second.
        cores: Processor time of the web process per second.
    """

    viewers: list[Viewer]
    speed: float
    cores: float


async def _watched(
    server: Server, run: "_Run", viewers: int, seconds: float
) -> _Watched:
    async with contextlib.AsyncExitStack() as stack:
        here, tasks = [], []
        for _ in range(viewers):
            viewer = await stack.enter_async_context(
                viewing(server.url, "train", f"watch={run.id}")
            )
            here.append(viewer)
            tasks.append(asyncio.create_task(viewer.watch(2 * seconds)))
        for viewer in here:
            # Only the time after all have arrived counts.
            viewer.refresh_seconds.clear()
            viewer.gaps.clear()
        used = _processor_seconds(server)
        speed = await _speed(run, seconds)
        cores = (_processor_seconds(server) - used) / seconds
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return _Watched(here, speed, cores)


def _service(viewers: list[Viewer]) -> dict[str, float]:
    """Summarise how viewers were served, and print errors to the error stream."""
    refreshes = sorted(second for each in viewers for second in each.refresh_seconds)
    gaps = sorted(second for each in viewers for second in each.gaps)
    pages = sorted(second for each in viewers for second in each.page_seconds)
    errors = sum((each.errors for each in viewers), Counter())
    for error, times in errors.items():
        print(f"{times} times: {error}", file=sys.stderr)
    return {
        "errors": errors.total(),
        "refreshes": len(refreshes),
        "a refresh, median, s": statistics.median(refreshes),
        "a refresh, 95th percentile, s": percentile(refreshes, 0.95),
        "a refresh, longest, s": refreshes[-1],
        "between two refreshes, median, s": statistics.median(gaps),
        "between two refreshes, longest, s": gaps[-1],
        "opening the page, median, s": statistics.median(pages),
        "opening the page, 95th percentile, s": percentile(pages, 0.95),
    }


class _Run:
    """The newest run, seen from outside."""

    def __init__(self, server: Server) -> None:
        self._store = RunStore(f"sqlite:///{server.home / 'runs.db'}")
        run = self._store.runs()[0]
        self.id, self.batch_size = run.id, run.config.batch_size

    def images(self) -> float:
        """Return the number of images it has trained on so far."""
        run = self._store.get(self.id)
        if run.status.is_over:
            message = "Expected a run under way. Try again with fewer --seconds."
            raise RuntimeError(message)
        return (run.scores.epochs_done or 0.0) * IMAGES_PER_EPOCH

    def seconds_left(self) -> float:
        """Return its own estimate of the time until it ends."""
        return self._store.get(self.id).scores.seconds_left or 0.0

    def stop(self) -> None:
        """Ask it to stop."""
        self._store.request_stop(self.id)


@contextlib.asynccontextmanager
async def _training(server: Server, *, seconds: float) -> AsyncIterator[_Run]:
    """Run a training that lasts at least this many seconds on this machine."""
    for batch_size in BATCH_SIZES:
        run = await _start(server, f"fast-mlp~epochs~{EPOCHS}~batch_size~{batch_size}")
        if run.seconds_left() > seconds:
            yield run
            run.stop()
            return
        run.stop()
    message = (
        f"Expected a training of {seconds:.0f} s or more, but this machine is faster "
        "than that. Try again with fewer --seconds."
    )
    raise RuntimeError(message)


async def _start(server: Server, recipe: str) -> _Run:
    """Start a training as a user does, and wait until its speed is steady."""
    async with viewing(server.url, "train", f"recipe={recipe}") as user:
        await user.rerun(pressed="start")
        if user.errors:
            message = f"Expected a training, got {dict(user.errors)}."
            raise RuntimeError(message)
    run = _Run(server)
    async with asyncio.timeout(START_SECONDS):
        while run.images() < WARM_EPOCHS * IMAGES_PER_EPOCH:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    return run


async def _speed(run: _Run, seconds: float) -> float:
    before, started = await asyncio.to_thread(run.images), time.perf_counter()
    await asyncio.sleep(seconds)
    after = await asyncio.to_thread(run.images)
    return (after - before) / (time.perf_counter() - started)


def _processor_seconds(server: Server) -> float:
    times = psutil.Process(server.process.pid).cpu_times()
    return float(times.user + times.system)


def percentile(values: list[float], share: float) -> float:
    """Return a percentile of sorted values."""
    return values[min(int(share * len(values)), len(values) - 1)]


if __name__ == "__main__":
    main()
