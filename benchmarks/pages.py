"""How quickly the pages respond, measured in a real browser.

    python benchmarks/pages.py [--only training --only reruns ...] [--json]

Cold start is the time from `make run` in an installed checkout with an empty home
to a usable first page. Reruns of whole pages and memory are measured at the server,
by a viewer that renders nothing; the rest on the screen.
"""

import argparse
import asyncio
import itertools
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import many_runs
import psutil
from playwright.sync_api import Locator, Page
from viewer import viewing

from core import addresses
from core.datasets import catalog
from core.runs import open_store
from core.runs.store import RunStore
from tests.serving import Server, browsing, serving

DEADLINE_SECONDS = 120
STARTED = ("fast-mlp", "classic-mlp")
NUM_STARTS = 5
CALM_MS = 3000
NUM_RERUNS = 20
NUM_STROKES = 10
NUM_PAGE_RUNS = 30
WATCH_SECONDS = 20
READY_SECONDS = 15
NUM_PAIRS = 2
"""How often a training is timed with somebody who watches it, and without."""
NUM_RUNS = 500
MEMORY_AT = (100, 500, 1000)
RERUN_PAGES = ("train", "explore", "runs")
TRAINING = "train?recipe=classic-mlp~epochs~100~batch_size~8"
UNDER_WAY = "of 100"
PARTS = (
    *("start", "training", "watching", "watched", "reruns"),
    *("drawing", "runs", "memory"),
)
MAKE_RUN = ("make", "run", "PORT={port}")
IDLE = """() => document.querySelector('[data-testid=stApp]')
    .getAttribute('data-test-script-state') === 'notRunning'"""
PICTURE = """() => document.querySelector('.st-key-samples image')
    ?.href.baseVal"""
IS_ANOTHER = f"before => ![undefined, before].includes(({PICTURE})())"
HAS_TEXT = "text => document.body.textContent.includes(text)"
WATCH_CURVES = """() => {
    window.drawn = [];
    document.querySelector('.st-key-curve_loss .js-plotly-plot')
        .on('plotly_afterplot', () => window.drawn.push(performance.now()));
}"""


def main() -> None:
    """Measure everything once and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", choices=PARTS, action="append", default=[])
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    described = machine.describe()
    figures = _measure(options.only or PARTS)
    machine.print_figures(described, figures, as_json=options.json)


def _measure(parts: Sequence[str]) -> dict[str, float]:
    results: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        started = time.perf_counter()
        with serving(Path(folder, "home"), command=MAKE_RUN) as server:
            page.goto(server.url)
            _wait_for_text(page, "Explore the data")
            if "start" in parts:
                results["cold start, s"] = time.perf_counter() - started
            if set(parts) - {"start", "runs"}:
                _train_to_the_end(page, server)
            for part in (_training, _watching, _watched, _reruns, _drawing, _memory):
                if part.__name__.removeprefix("_") in parts:
                    results |= part(page, server)
        if "runs" in parts:
            results |= _runs(page, Path(folder, "many"))
        return results


def _training(page: Page, server: Server) -> dict[str, float]:
    """Measure how soon a run shows its first point, and that it has stopped."""
    results, stops = {}, []
    for preset in STARTED:
        recipe = f"train?recipe={preset}~epochs~100"
        measured = [
            _start_and_stop(page, f"{server.url}/{recipe}~seed~{seed}")
            for seed in range(NUM_STARTS)
        ]
        first = f"{preset}, from Start to the first point"
        results[f"{first}, median, s"] = statistics.median(s for s, _ in measured)
        results[f"{first}, longest, s"] = max(s for s, _ in measured)
        stops += [stop for _, stop in measured]
    return results | {
        "from Stop to stopped, median, s": statistics.median(stops),
        "from Stop to stopped, longest, s": max(stops),
    }


def _start_and_stop(page: Page, address: str) -> tuple[float, float]:
    _open(page, address)
    page.wait_for_timeout(CALM_MS)
    start = page.get_by_role("button", name="Start training")
    # This text appears at the same time as the first point of the curves.
    first = _seconds(start, lambda: _wait_for_text(page, f"epoch 1 {UNDER_WAY}"))
    page.wait_for_timeout(CALM_MS)
    stop = page.locator(".st-key-stop button")
    stopped = _seconds(stop, lambda: _wait_for_text(page, "has stopped"))
    _wait_for_text(page, "Stopped on request")
    page.wait_for_timeout(CALM_MS)
    return first, stopped


def _watching(page: Page, server: Server) -> dict[str, float]:
    """Measure how often the curves are updated during a training."""
    _start_long(page, server)
    page.evaluate(WATCH_CURVES)
    page.wait_for_timeout(WATCH_SECONDS * 1000)
    drawn = page.evaluate("window.drawn")
    _stop(server)
    gaps = [(b - a) / 1000 for a, b in itertools.pairwise(drawn)]
    return {
        "between two updates of a curve, median, s": statistics.median(gaps),
        "the same, longest, s": max(gaps),
    }


def _watched(page: Page, server: Server) -> dict[str, float]:
    """Measure what one viewer takes from a training, in turn with and without."""
    _start_long(page, server)
    address, speeds = page.url, {"watched": [], "unwatched": []}
    for _ in range(NUM_PAIRS):
        _open(page, address)
        speeds["watched"].append(_images_per_second(page, server))
        page.goto("about:blank")
        speeds["unwatched"].append(_images_per_second(page, server))
    _stop(server)
    return {
        f"training {how}, images per second, median": statistics.median(found)
        for how, found in speeds.items()
    }


def _images_per_second(page: Page, server: Server) -> float:
    """Time a running training for a while by what it reports itself."""
    page.wait_for_timeout(CALM_MS)
    store = RunStore(f"sqlite:///{server.home / 'runs.db'}")
    started, before = time.perf_counter(), _images_seen(store)
    page.wait_for_timeout(WATCH_SECONDS / 2 * 1000)
    return (_images_seen(store) - before) / (time.perf_counter() - started)


def _images_seen(store: RunStore) -> float:
    run = store.runs()[0]
    share = 1 - run.config.validation_fraction
    num_images = catalog.spec(run.config.dataset).num_train * share
    return (run.scores.epochs_done or 0.0) * num_images


def _reruns(page: Page, server: Server) -> dict[str, float]:
    _start_long(page, server)
    _open(page, f"{server.url}/explore")
    button = page.get_by_role("button", name="New samples")
    clicks = [_rerun(page, button) for _ in range(NUM_RERUNS)]
    times = {"new samples on Explore, training": clicks}
    for name in RERUN_PAGES:
        times[f"rerun of {name.capitalize()} at the server, training"] = (
            _page_run_seconds(server, name, NUM_PAGE_RUNS)
        )
    _stop(server)
    return {
        f"{what}, {which}, s": value
        for what, seconds in times.items()
        for which, value in (
            ("median", statistics.median(seconds)),
            ("95th percentile", sorted(seconds)[int(0.95 * len(seconds))]),
        )
    }


def _page_run_seconds(server: Server, page: str, times: int) -> list[float]:
    """Rerun a whole page many times, and time each run but the first."""
    # The browser has an event loop in this thread.
    with ThreadPoolExecutor(1) as thread:
        return thread.submit(asyncio.run, _run_page(server, page, times)).result()


async def _run_page(server: Server, page: str, times: int) -> list[float]:
    async with viewing(server.url, page) as viewer:
        for _ in range(times):
            await viewer.rerun()
    if viewer.errors:
        message = f"Expected no errors on {page}, got {dict(viewer.errors)}."
        raise RuntimeError(message)
    return viewer.page_seconds[1:]


def _memory(page: Page, server: Server) -> dict[str, float]:
    """Measure the memory of the web process after many reruns of its pages."""
    for name in ("", "explore", "evaluate", "mistakes", "draw"):
        _open(page, f"{server.url}/{name}")
    page.goto("about:blank")
    results, done = {}, 0
    for target in MEMORY_AT:
        for name in RERUN_PAGES:
            _page_run_seconds(server, name, (target - done) // len(RERUN_PAGES))
        done = target
        results[f"web process after {target:,} reruns, MB"] = _web_memory(server)
    return results


def _runs(page: Page, home: Path) -> dict[str, float]:
    """Measure how soon Runs is on the screen with many runs in the store."""
    os.environ["INKLAB_HOME"] = str(home)
    many_runs.fill(open_store(), NUM_RUNS)
    with serving(home) as server:
        _open(page, server.url)
        # The worker uses both cores while it starts.
        page.wait_for_timeout(15_000)
        link = page.get_by_role("link", name="Runs", exact=True)
        what = f"opening Runs with {NUM_RUNS} runs, first, s"
        first = _seconds(link, lambda: _wait_for_text(page, f"{NUM_RUNS} runs"))
        _open(page, server.url)
        again = _seconds(link, lambda: _wait_for_text(page, f"{NUM_RUNS} runs"))
    return {what: first, what.replace("first", "again"): again}


def _start_long(page: Page, server: Server) -> None:
    _open(page, f"{server.url}/{TRAINING}")
    page.get_by_role("button", name="Start training").click()
    _wait_for_text(page, UNDER_WAY)
    page.wait_for_timeout(2000)


def _stop(server: Server) -> None:
    store = RunStore(addresses.of_database(server.home / "runs.db"))
    store.request_stop(store.runs()[0].id)


def _train_to_the_end(page: Page, server: Server) -> None:
    _open(page, f"{server.url}/train?recipe=fast-mlp~epochs~2")
    page.get_by_role("button", name="Start training").click()
    _wait_for_text(page, "See its mistakes")
    # The worker now compiles the other quick presets, once.
    page.wait_for_timeout(READY_SECONDS * 1000)


def _rerun(page: Page, button: Locator) -> float:
    """Time a click until the new samples are on the screen."""
    before = page.evaluate(PICTURE)
    seconds = _seconds(button, lambda: page.wait_for_function(IS_ANOTHER, arg=before))
    _wait_until_idle(page)
    return seconds


def _drawing(page: Page, server: Server) -> dict[str, float]:
    _open(page, f"{server.url}/draw")
    canvas = page.locator("[class*=st-key-canvas] canvas").first
    times = [_stroke(page, canvas, offset=4 * number) for number in range(NUM_STROKES)]
    return {
        "from lifting the pen to the prediction, median, s": statistics.median(times)
    }


def _stroke(page: Page, canvas: Locator, *, offset: int) -> float:
    page.get_by_role("button", name="Clear").click()
    _wait_for_text(page, "Draw something")
    # The empty canvas replaces the old one a moment later.
    page.wait_for_timeout(1000)
    box = canvas.bounding_box()
    left, top = box["x"] + 80 + offset, box["y"] + 60
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 60, top, steps=5)
    page.mouse.move(left + 20, top + 150, steps=5)
    started = time.perf_counter()
    page.mouse.up()
    _wait_for_text(page, "Predicted class")
    return time.perf_counter() - started


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("h1").wait_for()
    _wait_until_idle(page)


def _wait_for_text(page: Page, text: str) -> None:
    """Wait until a text is on the page, checking every frame.

    After a while, Playwright's own wait checks only twice a second.
    """
    page.wait_for_function(HAS_TEXT, arg=text, timeout=DEADLINE_SECONDS * 1000)


def _wait_until_idle(page: Page) -> None:
    page.wait_for_timeout(20)
    page.wait_for_function(IDLE)


def _seconds(button: Locator, wait: Callable[[], object]) -> float:
    started = time.perf_counter()
    button.click()
    wait()
    return time.perf_counter() - started


def _web_memory(server: Server) -> float:
    """Return the resident memory of the streamlit process, in megabytes."""
    make = psutil.Process(server.process.pid)
    family = [make, *make.children(recursive=True)]
    web = [each for each in family if "streamlit" in " ".join(each.cmdline()[:3])]
    return max(each.memory_info().rss for each in web) / 1e6


if __name__ == "__main__":
    main()
