"""All runs on Compare, in a real browser: axes are held and moved, runs selected."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Locator, Page, expect

from core.config import TrainingConfig
from core.records import RunScores
from core.runs import open_store
from tests.browsing import IDLE, open_page, place_in, plot
from tests.serving import COLD_APP, Server, serving

pytestmark = pytest.mark.browser

ORDER = "figure => figure.data[0].dimensions.map(axis => axis.name)"
HELD = """figure => figure.data[0].dimensions
    .filter(axis => axis.constraintrange).map(axis => axis.name)"""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """Start the app with a home that has ten finished runs."""
    home = tmp_path_factory.mktemp("many") / "home"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(home))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        _fill(tmp_path_factory.mktemp("no-files"))
    with serving(home, command=COLD_APP) as started:
        yield started


def _fill(no_files: Path) -> None:
    store = open_store()
    for number in range(10):
        config = TrainingConfig(epochs=1 + number, batch_size=16 * (1 + number))
        run_id = store.create(config, name=f"run-{number}")
        store.start(run_id)
        scores = RunScores(
            test_accuracy=0.9 + number / 100,
            test_size=10_000,
            train_seconds=1.0 + number,
        )
        store.save_results(run_id, scores=scores, files=no_files)
        store.finish(run_id)


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    """Press a button of the mouse, move it, and let go."""
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end, steps=10)
    page.mouse.up()


def hold(page: Page, lines: Locator, title: str, low: float, high: float) -> None:
    """Hold a part of the axis below a title, from 0 (its lower end) to 1."""
    head = lines.locator(".axis-title").get_by_text(title, exact=True).bounding_box()
    axis = lines.locator(".axis-brush").first.bounding_box()
    assert head is not None
    assert axis is not None
    x = head["x"] + head["width"] / 2
    bottom = axis["y"] + axis["height"]
    places = [(x, bottom - share * axis["height"]) for share in (low, high)]
    drag(page, *places)


def test_held_axes_filter_the_table_and_can_be_moved(
    page: Page, server: Server
) -> None:
    """Axis by axis, also after one was dragged to another place; and let go."""
    page.set_viewport_size({"width": 1440, "height": 2000})
    open_page(page, server, "compare?show=All+runs")
    lines = plot(page, "parallel")
    titles = lines.locator(".axis-title")
    expect(page.get_by_text("10 of 10 runs")).to_be_visible()

    hold(page, lines, "Test accuracy (%)", 0.4, 1.02)

    expect(page.get_by_text(re.compile("^[56] of 10 runs"))).to_be_visible()
    expect(page).to_have_url(re.compile("brush=test_accuracy%3A9"))
    before = lines.evaluate(ORDER)
    box = titles.last.bounding_box()
    assert box is not None
    y = box["y"] + box["height"] / 2
    drag(page, (box["x"] + box["width"] / 2, y), (box["x"] - 700, y))
    expect(page).to_have_url(re.compile("axes="))
    after = lines.evaluate(ORDER)
    assert after != before
    assert sorted(after) == sorted(before)
    assert after.index(before[-1]) < len(before) - 1
    hold(page, lines, "Epochs", 0.02, 0.7)
    expect(page.get_by_text(re.compile("^[23] of 10 runs"))).to_be_visible()
    assert lines.evaluate(ORDER) == after
    assert set(lines.evaluate(HELD)) == {"test_accuracy", "epochs"}

    page.get_by_role("button", name="Clear all brushes").click()

    expect(page.get_by_text("10 of 10 runs")).to_be_visible()
    assert lines.evaluate(HELD) == []


def test_lasso_selects_the_runs_that_are_compared_and_a_click_opens_one(
    page: Page, server: Server
) -> None:
    open_page(page, server, "compare?show=All+runs")
    points = plot(page, "run_scatter")
    points.scroll_into_view_if_needed()
    corners = [(0.5, 89.5), (3.5, 89.5), (3.5, 92.5), (0.5, 92.5)]
    page.mouse.move(*place_in(points, *corners[0]))
    page.mouse.down()
    for corner in corners[1:]:
        page.mouse.move(*place_in(points, *corner), steps=5)
    page.mouse.up()
    expect(page.get_by_text("3 runs selected")).to_be_visible()

    page.wait_for_function(IDLE)
    place = place_in(points, 10, 99)
    page.mouse.move(*place, steps=5)
    points.locator(".hoverlayer .hovertext").first.wait_for()
    page.mouse.click(*place)

    page.get_by_role("heading", name="Evaluate").wait_for()
    page.go_back()
    expect(page.get_by_role("heading", name="Learning curves")).to_be_visible()
