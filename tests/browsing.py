"""What browser tests do on a page: open it, find a figure and places in it."""

from typing import Final

from playwright.sync_api import FloatRect, Locator, Page

from tests.serving import Server

IDLE: Final = """() => document.querySelector('[data-testid=stApp]')
    .getAttribute('data-test-script-state') === 'notRunning'"""
PLACE: Final = """(figure, [x, y]) => {
    const {xaxis, yaxis} = figure._fullLayout, box = figure.getBoundingClientRect();
    return [box.left + xaxis._offset + xaxis.l2p(x),
            box.top + yaxis._offset + yaxis.l2p(y)];
}"""


def open_page(page: Page, server: Server, path: str) -> None:
    """Go to an address and wait until the page is complete."""
    page.goto(f"{server.url}/{path}")
    page.locator("h1").wait_for()
    page.wait_for_function(IDLE)


def plot(page: Page, key: str) -> Locator:
    """Return a figure that plotly.js has drawn, by its key."""
    found = page.locator(f".st-key-{key} .js-plotly-plot")
    found.locator(".main-svg").first.wait_for()
    return found


def place_in(figure: Locator, x: float, y: float) -> tuple[float, float]:
    """Return where a point of the axes is in the window."""
    left, top = figure.evaluate(PLACE, [x, y])
    return left, top


def place_of_cell(figure: Locator, *, column: int, row: int) -> tuple[float, float]:
    """Return where the middle of a cell is in the window."""
    return place_in(figure, column, row)


def box_of(locator: Locator) -> FloatRect:
    """Scroll an element into view, and return where it is."""
    locator.scroll_into_view_if_needed()
    box = locator.bounding_box()
    assert box is not None
    return box
