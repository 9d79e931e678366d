"""EMNIST from its files to the screen: import, summary, training, pages, memory.

Everything happens in an Inklab home of its own, and each part that is measured in a
process of its own. `scale.py` says how it is called.
"""

import dataclasses
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import emnist_views
import private_memory
import repeated_emnist
from emnist_views import EVALUATE, EXPLORE, Measured

from core.config import presets
from core.datasets import catalog
from core.datasets.emnist import SPLITS
from core.jobs.kinds.summary import Summarise
from core.records import RunStatus
from core.runs import open_store
from tests.serving import browsing, serving

ROOT = Path(__file__).resolve().parents[1]
WORK = "import sys; from core.jobs import worker; worker.perform(sys.argv[1])"
READY_SECONDS = 20
"""After its first page, the worker of a new server takes both cores for a while."""

MAX_WEB_MEGABYTES = 700.0


@dataclass(frozen=True)
class Row:
    """One figure of the table.

    Attributes:
        name: What was measured.
        value: The figure.
        unit: Its unit.
        limit: What it may be at most; None if nothing was promised.
        load: Processes that wanted a processor in the minute before.
        least: Whether the limit is what it has to be at least.
        fastest: The fastest of several times, which other programs slowed least; None
            where there was only one.
        server_seconds: Time of the processor that the server took for it; None where
            no server did anything.
    """

    name: str
    value: float
    unit: str
    limit: float | None
    load: float
    least: bool = False
    fastest: float | None = None
    server_seconds: float | None = None

    @classmethod
    def now(
        cls, name: str, value: float, unit: str, limit: float | None = None
    ) -> "Row":
        """Make a row with the load of this moment."""
        return cls(name, value, unit, limit, os.getloadavg()[0])

    @property
    def holds(self) -> bool:
        """Whether it is within its limit."""
        if self.limit is None:
            return True
        return self.value >= self.limit if self.least else self.value <= self.limit


@dataclass(frozen=True)
class Limits:
    """What a page may take, in seconds.

    Attributes:
        opening: Until it is there.
        view: Until another view is there.
        change: Until what a click or a filter changes is there.
    """

    opening: float
    view: float
    change: float


def measure(
    source: Path, split: str, *, copies: bool, trains: bool, repeats: int
) -> Iterator[Row]:
    """Go all the way with one split.

    Args:
        source: Folder with the files of the split in the official form.
        split: Name of the split.
        copies: Whether its images are repeated until there are as many as officially.
        trains: Whether `lenet` is trained, on MNIST too, and Evaluate measured.
        repeats: How often each view is measured.

    Yields:
        The rows of the table.
    """
    emnist = SPLITS[split]
    name = emnist.dataset_name
    with tempfile.TemporaryDirectory() as folder:
        os.environ["INKLAB_HOME"] = folder
        home = Path(folder)
        if copies:
            files = Path(folder, "files")
            files.mkdir()
            sizes = {"train": emnist.num_train, "test": emnist.num_test}
            repeated_emnist.write(source, files, split, sizes)
            source = files
        yield from _import(source, name, split)
        yield from _summarise(name)
        run_id = ""
        if trains:
            run_id, rows = _train(name)
            yield from rows
        yield from _look(home, name, split, run_id, repeats)


def _import(source: Path, name: str, split: str) -> Iterator[Row]:
    command = (sys.executable, "-m", "core", "datasets", "import", str(source))
    options = ("--name", name, "--split", split)
    seconds, peak = private_memory.run([*command, *options], ROOT)
    spec = catalog.spec(name)
    is_bymerge = split == "bymerge"
    yield Row.now("training images", spec.num_train, "")
    yield Row.now("test images", spec.num_test, "")
    yield Row.now("import", seconds, "s", 60 if is_bymerge else None)
    yield Row.now("import, peak memory", peak, "MB", 1000)


def _summarise(name: str) -> Iterator[Row]:
    task = Summarise(subject=name, fingerprint=catalog.fingerprint_of(name))
    job_id = task.create(open_store(), name="Summary")
    seconds, peak = private_memory.run([sys.executable, "-c", WORK, job_id], ROOT)
    yield Row.now("summary", seconds, "s")
    yield Row.now("summary, peak memory", peak, "MB")


def _train(name: str) -> tuple[str, list[Row]]:
    """Train two epochs of `lenet` on MNIST, then on the data set, then on MNIST."""
    store, rows, speeds, run_id = open_store(), [], {"mnist": [], name: []}, ""
    for dataset in ("mnist", name, "mnist"):
        spec = catalog.spec(dataset)
        config = presets.preset("lenet").config_for(dataset, spec.ink_style)
        config = dataclasses.replace(config, epochs=2)
        run_id = store.create(config, name=f"lenet on {dataset}")
        _, peak = private_memory.run([sys.executable, "-c", WORK, run_id], ROOT)
        run = store.get(run_id)
        if run.status is not RunStatus.FINISHED:
            message = f"Expected {run.name} to finish, but it has {run.status}."
            raise RuntimeError(message)
        speed = run.scores.images_per_second or 0.0
        speeds[dataset].append(speed)
        rows.append(Row.now(f"training, {dataset}", speed, "images/s"))
        if dataset == name:
            rows.append(Row.now("training, peak memory", peak, "MB", 1500))
            tested = run_id
    mean = sum(speeds["mnist"]) / len(speeds["mnist"])
    ratio = Row.now(
        "training, speed relative to MNIST", speeds[name][0] / mean, "times"
    )
    return tested, [*rows, dataclasses.replace(ratio, limit=0.9, least=True)]


def _look(
    home: Path, name: str, split: str, run_id: str, repeats: int
) -> Iterator[Row]:
    """Open the pages in a browser, and measure the server afterwards."""
    with serving(home) as server, browsing() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        page.add_init_script(emnist_views.WATCH)
        # How long a new server takes for its first page is another figure.
        page.goto(server.url)
        page.locator("h1").wait_for()
        time.sleep(READY_SECONDS)
        yield Row.now(
            "web process, before", private_memory.megabytes(server.process.pid), "MB"
        )
        found = emnist_views.measure(
            page, server, f"explore?data={name}", EXPLORE, repeats=repeats
        )
        filters = 0.5 if split == "bymerge" else 1.0
        limits = Limits(opening=2.0, view=1.0, change=filters)
        yield from _rows("Explore", found, limits)
        if run_id:
            found = emnist_views.measure(
                page, server, f"evaluate?run={run_id}", EVALUATE, repeats=repeats
            )
            yield from _rows(
                "Evaluate", found, Limits(opening=1.5, view=0.6, change=0.6)
            )
        peak = private_memory.megabytes(server.process.pid)
        yield Row.now("web process, after all views", peak, "MB", MAX_WEB_MEGABYTES)


def _rows(page: str, found: Sequence[Measured], limits: Limits) -> Iterator[Row]:
    first, *rest = found
    again = first.after_the_first()
    once = Measured(first.step, first.seconds[:1], first.server_seconds[:1])
    yield _row(f"{page}, first opening", once, limits.opening)
    if again.seconds:
        yield _row(f"{page}, opening again", again, limits.opening)
    for each in rest:
        limit = limits.view if each.step.is_view else limits.change
        yield _row(f"{page}: {each.step.name}", each, limit)


def _row(name: str, measured: Measured, limit: float) -> Row:
    median = statistics.median(measured.seconds)
    used = statistics.median(measured.server_seconds)
    return dataclasses.replace(
        Row.now(name, median, "s", limit),
        fastest=min(measured.seconds),
        server_seconds=used,
    )
