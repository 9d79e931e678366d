"""How long it takes from a click to new figures on Explore and Evaluate, in a browser.

A figure counts when plotly.js has drawn it and the browser has had a frame. A time ends
with the last figure of the page that the click has changed.
"""

from collections.abc import Callable
from dataclasses import dataclass

import psutil
from playwright.sync_api import Page
from playwright.sync_api import TimeoutError as BrowserTimeout

from tests.serving import Server

DEADLINE_MS = 60_000
CALM_MS = 400
"""As long after the last figure, and without a run of the page, nothing more comes."""

WATCH = """
window.drawings = []
window.started = 0
let plotly
Object.defineProperty(window, "Plotly", {
  configurable: true,
  get: () => plotly,
  set(value) {
    const react = async (plot, ...rest) => {
      const drawn = await value.react(plot, ...rest)
      await new Promise(requestAnimationFrame)
      const name = plot.parentElement?.state?.data?.name ?? ""
      window.drawings.push({ name, at: performance.now() })
      return drawn
    }
    plotly = new Proxy(value, {
      get: (of, key) => key === "react" ? react : of[key],
    })
  },
})
const mark = event => {
  if (event.type === "click" || event.key === "Enter")
    window.started = event.timeStamp
}
addEventListener("click", mark, true)
addEventListener("keydown", mark, true)
"""
HAS_DRAWN = """([name, calm]) => {
  const since = window.drawings.filter(each => each.at > window.started)
  const app = document.querySelector("[data-testid=stApp]")
  return since.some(each => each.name.startsWith(name))
    && performance.now() - since.at(-1).at > calm
    && app.getAttribute("data-test-script-state") === "notRunning"
}"""
LAST = "() => window.drawings.at(-1).at - window.started"


@dataclass(frozen=True)
class Step:
    """Something to do on a page.

    Attributes:
        name: What it is called in the table.
        figure: Start of the name of a figure that it draws.
        act: Does it; the last click or Enter starts the clock.
        is_view: Whether it shows another view, which no filter has changed.
    """

    name: str
    figure: str
    act: Callable[[Page], object]
    is_view: bool = False


@dataclass(frozen=True)
class Measured:
    """How long a step took.

    Attributes:
        step: What was done.
        seconds: Each time.
        server_seconds: What each took of the processor's time at the server, which
            other programs do not change as much.
    """

    step: Step
    seconds: tuple[float, ...]
    server_seconds: tuple[float, ...]

    def after_the_first(self) -> "Measured":
        """Return all times but the first."""
        return Measured(self.step, self.seconds[1:], self.server_seconds[1:])


def press(text: str) -> Callable[[Page], object]:
    """Press a button of a control, or one that stands alone."""

    def act(page: Page) -> None:
        radio = page.get_by_role("radio", name=text, exact=True)
        button = page.get_by_role("button", name=text, exact=True)
        radio.or_(button).first.click()

    return act


def choose(key: str, text: str) -> Callable[[Page], object]:
    """Choose in a list, as somebody does who types."""

    def act(page: Page) -> None:
        box = page.locator(f".st-key-{key} input")
        box.click()
        box.fill(text)
        page.get_by_role("option", name=text).first.wait_for()
        box.press("Enter")

    return act


def click(selector: str, *, across: float = 0.5, down: float = 0.5) -> Callable:
    """Click a place in an element, given as shares of its size."""

    def act(page: Page) -> None:
        element = page.locator(selector).first
        element.scroll_into_view_if_needed()
        box = element.bounding_box()
        place = {"x": across * box["width"], "y": down * box["height"]}
        element.click(position=place)

    return act


EXPLORE = (
    Step("test images", "samples", press("test")),
    Step("training images", "samples", press("training")),
    Step("order: most unusual", "samples", choose("order", "Most unusual")),
    Step("order: most slanted", "samples", choose("order", "Most slanted")),
    Step("shuffle", "samples", press("Shuffle")),
    Step("second page", "samples", press("Page 2")),
    Step("another image", "explore_pixels", click(".st-key-samples", across=0.4)),
    Step("one class", "samples", choose("class", "e (lower case)")),
    Step("all classes", "samples", choose("class", "All")),
    Step("variation", "averages", press("Variation")),
    Step("difference: another class", "difference", choose("first", "A (upper case)")),
    Step("mean", "averages", press("Mean")),
    Step("difference: back", "difference", choose("first", "0 (digits)")),
    Step("Measures", "distributions", press("Measures"), is_view=True),
    Step("Measures: slant", "distributions", press("Slant")),
    Step("Measures: thickness", "distributions", press("Stroke thickness")),
    Step("Map", "image_map", press("Map"), is_view=True),
    Step("Map: one class", "image_map", choose("class", "e (lower case)")),
    Step("Map: all classes", "image_map", choose("class", "All")),
    Step("Duplicates", "pairs", press("Duplicates"), is_view=True),
    Step("Classes", "balance", press("Classes"), is_view=True),
)
EVALUATE = (
    Step("digits of the matrix", "confusion_matrix", press("Digits")),
    Step("all classes of the matrix", "confusion_matrix", press("All classes")),
    *(
        Step(
            f"images of confused pair {rank + 1}",
            "cell_",
            click(f".st-key-pair_{rank} button"),
        )
        for rank in range(3)
    ),
)


def measure(
    page: Page, server: Server, address: str, steps: tuple[Step, ...], *, repeats: int
) -> list[Measured]:
    """Open a page and go through steps several times.

    Args:
        page: A page that was prepared with `WATCH`.
        server: A running server.
        address: Of the page, without the server.
        steps: What to do, in this order.
        repeats: How often.

    Returns:
        The opening, of which the first is the first since the server started, then
        each step.
    """

    def open_page(page: Page) -> None:
        page.goto(f"{server.url}/{address}")

    process = psutil.Process(server.process.pid)
    opening = Step("opening", steps[0].figure, open_page)
    found: dict[Step, list[tuple[float, float]]] = {}
    for _ in range(repeats):
        for step in (opening, *steps):
            before = _processor_seconds(process)
            step.act(page)
            seconds = _until_drawn(page, step)
            used = _processor_seconds(process) - before
            found.setdefault(step, []).append((seconds, used))
    return [
        Measured(step, *map(tuple, zip(*times, strict=True)))
        for step, times in found.items()
    ]


def _processor_seconds(process: psutil.Process) -> float:
    times = process.cpu_times()
    return times.user + times.system


def _until_drawn(page: Page, step: Step) -> float:
    try:
        page.wait_for_function(
            HAS_DRAWN, arg=[step.figure, CALM_MS], timeout=DEADLINE_MS
        )
    except BrowserTimeout as error:
        message = f"Expected {step.name} to draw {step.figure}, got nothing new."
        raise RuntimeError(message) from error
    milliseconds: float = page.evaluate(LAST)
    return milliseconds / 1000
