"""How quickly the pages answer, measured in a real browser.

    python benchmarks/pages.py [--json]

Cold start is the time from `make run` in an installed checkout, with an empty
home, to a usable first page. Reruns are measured while a run trains.
"""

import argparse
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import psutil
from playwright.sync_api import Locator, Page

from tests.serving import Server, browsing, serving

DEADLINE_SECONDS = 120
NUM_RERUNS = 20
NUM_STROKES = 10
MAKE_RUN = ("make", "run", "PORT={port}")
IDLE = """() => document.querySelector('[data-testid=stApp]')
    .getAttribute('data-test-script-state') === 'notRunning'"""
PICTURE = """() => document.querySelector('.st-key-samples image')
    ?.getAttribute('href')"""
IS_ANOTHER = f"before => ![undefined, before].includes(({PICTURE})())"
HAS_TEXT = "text => document.body.textContent.includes(text)"


def main() -> None:
    """Measure everything once and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    report = {"machine": machine.describe()} | _measure()
    if options.json:
        print(json.dumps(report))
        return
    print(machine.line(report.pop("machine")))
    for name, value in report.items():
        print(f"{name:48}{value:10.2f}")


def _measure() -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder, browsing() as browser:
        page = browser.new_page(viewport={"width": 1440, "height": 1000})
        started = time.perf_counter()
        with serving(Path(folder, "home"), command=MAKE_RUN) as server:
            page.goto(server.url)
            _wait_for_text(page, "Explore the data")
            results = {"cold start, s": time.perf_counter() - started}
            results |= _training(page, server)
            results |= _drawing(page, server)
            for name in ("", "explore", "evaluate", "mistakes"):
                _open(page, f"{server.url}/{name}")
            results["memory of the web process, MB"] = _web_memory(server)
        return results


def _training(page: Page, server: Server) -> dict[str, float]:
    _open(page, f"{server.url}/train?preset=fast-mlp")
    _train_to_the_end(page)
    _open(page, f"{server.url}/train?epochs=50")
    start = page.get_by_role("button", name="Start training")
    # This text comes in the same moment as the first point of the curves.
    first = _seconds(start, lambda: _wait_for_text(page, "epoch 1 of 50"))
    address = page.url
    reruns = _reruns(page, server)
    _open(page, address)
    stop = page.locator(".st-key-stop button")
    return {
        "from Start to the first point, s": first,
        **reruns,
        "from Stop to stopped, s": _seconds(
            stop, lambda: _wait_for_text(page, "has stopped")
        ),
    }


def _train_to_the_end(page: Page) -> None:
    page.get_by_role("button", name="Start training").click()
    _wait_for_text(page, "How good is it?")


def _reruns(page: Page, server: Server) -> dict[str, float]:
    _open(page, f"{server.url}/explore")
    button = page.get_by_role("button", name="Other images")
    times = sorted(_rerun(page, button) for _ in range(NUM_RERUNS))
    return {
        "other images on Explore while training, median, s": statistics.median(times),
        "the same, 95th percentile, s": times[-2],
    }


def _rerun(page: Page, button: Locator) -> float:
    """Time a click until the other images are on the screen."""
    before = page.evaluate(PICTURE)
    seconds = _seconds(button, lambda: page.wait_for_function(IS_ANOTHER, arg=before))
    _wait_until_idle(page)
    return seconds


def _drawing(page: Page, server: Server) -> dict[str, float]:
    _open(page, f"{server.url}/draw")
    canvas = page.locator("canvas").last
    times = [_stroke(page, canvas, offset=4 * number) for number in range(NUM_STROKES)]
    return {"from lifting the pen to the answer, median, s": statistics.median(times)}


def _stroke(page: Page, canvas: Locator, *, offset: int) -> float:
    page.get_by_role("button", name="Clear").click()
    _wait_for_text(page, "Draw something")
    # The empty canvas takes the place of the old one a moment later.
    page.wait_for_timeout(1000)
    box = canvas.bounding_box()
    left, top = box["x"] + 80 + offset, box["y"] + 60
    page.mouse.move(left, top)
    page.mouse.down()
    page.mouse.move(left + 60, top, steps=5)
    page.mouse.move(left + 20, top + 150, steps=5)
    started = time.perf_counter()
    page.mouse.up()
    _wait_for_text(page, "The model reads")
    return time.perf_counter() - started


def _open(page: Page, url: str) -> None:
    page.goto(url)
    page.locator("h1").wait_for()
    _wait_until_idle(page)


def _wait_for_text(page: Page, text: str) -> None:
    """Wait until a text is on the page, looking at each frame.

    Playwright's own waiting looks only twice a second after a while.
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
