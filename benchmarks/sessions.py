"""What it costs that many people watch one training, and whether they are served.

    python benchmarks/sessions.py [--viewers 20] [--seconds 15] [--json]

The training is one run on a server of its own. For some seconds nobody watches,
then all do, and again; so both are measured in the same minute.
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

from core import addresses
from core.runs.store import RunStore
from tests.serving import Server, serving

TURNS: Final = 2
MOST_VIEWERS: Final = 50
MOST_SECONDS: Final = 60.0
START_SECONDS: Final = 120.0
TRAINING: Final = "recipe=fast-mlp~epochs~100~batch_size~64"
"""So long that it is still under way at the end, when it is stopped."""

IMAGES_PER_EPOCH: Final = 54_000
WARM_EPOCHS: Final = 4


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--viewers", type=int, default=20)
    parser.add_argument("--seconds", type=float, default=15.0, help="of each turn")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    viewers = min(options.viewers, MOST_VIEWERS)
    seconds = min(options.seconds, MOST_SECONDS)
    described = machine.describe()
    with tempfile.TemporaryDirectory() as folder, serving(Path(folder, "home")) as web:
        figures = asyncio.run(measure(web, viewers=viewers, seconds=seconds))
    machine.print_figures(described, figures, as_json=options.json)


async def measure(server: Server, *, viewers: int, seconds: float) -> dict[str, float]:
    """Measure a training on a server alone and watched, in turns."""
    alone: list[float] = []
    watched: list[_Watched] = []
    async with _training(server) as run:
        for _ in range(TURNS):
            alone.append(await _speed(run, seconds))
            watched.append(await _watched(server, run, viewers, seconds))
    speed = statistics.mean(each.speed for each in watched)
    return {
        "viewers": viewers,
        **_looks([viewer for each in watched for viewer in each.viewers]),
        "processor of the web process, cores": statistics.mean(
            each.cores for each in watched
        ),
        "images per second, nobody watches": statistics.mean(alone),
        "images per second, all watch": speed,
        "training slower by, %": 100 * (1 - speed / statistics.mean(alone)),
    }


@dataclass(frozen=True)
class _Watched:
    """A turn in which all watch.

    Attributes:
        viewers: Those who watched.
        speed: Images that were learned per second.
        cores: What the web process took of the processor.
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
            # What counts is how it goes on, not how they all arrived.
            viewer.look_seconds.clear()
            viewer.gaps.clear()
        used = _processor_seconds(server)
        speed = await _speed(run, seconds)
        cores = (_processor_seconds(server) - used) / seconds
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
    return _Watched(here, speed, cores)


def _looks(viewers: list[Viewer]) -> dict[str, float]:
    """Sum up how viewers were served, and name on the error stream what went wrong."""
    looks = sorted(second for each in viewers for second in each.look_seconds)
    gaps = sorted(second for each in viewers for second in each.gaps)
    pages = sorted(second for each in viewers for second in each.page_seconds)
    errors = sum((each.errors for each in viewers), Counter())
    for error, times in errors.items():
        print(f"{times} times: {error}", file=sys.stderr)
    return {
        "errors": errors.total(),
        "looks": len(looks),
        "a look, median, s": statistics.median(looks),
        "a look, 95th percentile, s": percentile(looks, 0.95),
        "a look, longest, s": looks[-1],
        "between two looks, median, s": statistics.median(gaps),
        "between two looks, longest, s": gaps[-1],
        "opening the page, median, s": statistics.median(pages),
        "opening the page, 95th percentile, s": percentile(pages, 0.95),
    }


class _Run:
    """A run under way, seen from outside."""

    def __init__(self, server: Server) -> None:
        self._store = RunStore(addresses.of_database(server.home / "runs.db"))
        (run,) = self._store.runs()
        self.id = run.id

    def images(self) -> float:
        """Return how many images it has learned from so far."""
        run = self._store.get(self.id)
        if run.status.is_over:
            message = "Expected a run under way. Try again with fewer --seconds."
            raise RuntimeError(message)
        return (run.scores.epochs_done or 0.0) * IMAGES_PER_EPOCH

    def stop(self) -> None:
        """Ask it to stop."""
        self._store.request_stop(self.id)


@contextlib.asynccontextmanager
async def _training(server: Server) -> AsyncIterator[_Run]:
    """Start a training as a user does, and wait until it is well under way."""
    async with viewing(server.url, "train", TRAINING) as user:
        await user.look(pressed="start")
        if user.errors:
            message = f"Expected a training, got {dict(user.errors)}."
            raise RuntimeError(message)
    run = _Run(server)
    async with asyncio.timeout(START_SECONDS):
        while run.images() < WARM_EPOCHS * IMAGES_PER_EPOCH:  # noqa: ASYNC110
            await asyncio.sleep(0.2)
    yield run
    run.stop()


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
