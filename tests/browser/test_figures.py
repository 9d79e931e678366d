"""What only a browser shows of a figure: in place, hit, walked through, loaded."""

import re
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from tests.browsing import IDLE, box_of, open_page, place_in, place_of_cell, plot
from tests.serving import COLD_APP, COLD_RUN, Server, serving

pytestmark = pytest.mark.browser

VIEW = """figure => {
    const {xaxis, yaxis} = figure._fullLayout;
    return [...xaxis.range, ...yaxis.range, figure.mark];
}"""
MARK_AND_COUNT = """figure => {
    figure.mark = 'the same';
    window.drawn = 0;
    figure.on('plotly_afterplot', () => window.drawn++);
}"""
VISIBLE = "figure => figure._fullData.map(line => line.visible)"
TOLD = ".hoverlayer .legend"
LOADED = """() => performance.getEntriesByType('resource')
    .filter(each => each.name.includes('/figures/plotly-'))
    .map(each => each.transferSize)"""


OBSERVERS = """
    const Theirs = MutationObserver;
    window.watching = new Set();
    window.MutationObserver = class extends Theirs {
        observe(target, options) {
            if (String(options.attributeFilter) === 'class,style')
                window.watching.add(this);
            super.observe(target, options);
        }
        disconnect() {
            window.watching.delete(this);
            super.disconnect();
        }
    };
"""
SOURCE = "figure => figure.data[0].source"


@pytest.fixture(scope="module")
def trained(desk: BrowserContext, server: Server) -> None:
    """Train a small run with the button of the page."""
    page = desk.new_page()
    open_page(page, server, "train?recipe=fast-mlp~epochs~2")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("See its mistakes").wait_for(timeout=600_000)
    page.close()


def test_curves_are_drawn_in_place_while_a_run_trains(
    page: Page, server: Server
) -> None:
    """Who looks closer, chooses a line or points at it is not thrown back."""
    open_page(page, server, "train?recipe=classic-mlp~epochs~60")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text(re.compile(r"epoch ([3-9]|\d\d) of 60")).first.wait_for()
    loss, accuracy = plot(page, "curve_loss"), plot(page, "curve_accuracy")
    box_of(accuracy)
    loss.evaluate(MARK_AND_COUNT)
    page.mouse.move(*place_in(loss, 0.6, 0.05))
    page.mouse.down()
    page.mouse.move(*place_in(loss, 8, 0.4), steps=5)
    page.mouse.up()
    accuracy.locator(".legendtoggle").first.click()
    zoomed = loss.evaluate(VIEW)
    page.mouse.move(*place_in(loss, 1, 0.2))

    page.wait_for_function("window.drawn >= 4")

    assert zoomed[0] == pytest.approx(0.6, abs=0.3)
    assert loss.evaluate(VIEW) == zoomed
    assert zoomed[4] == "the same"
    expect(loss.locator(TOLD)).to_have_count(1)
    assert accuracy.evaluate(VISIBLE)[0] == "legendonly"
    page.locator(".st-key-stop button").click()
    expect(page.get_by_text("has stopped")).to_be_visible()
    assert loss.evaluate(VIEW) == zoomed
    page.mouse.dblclick(*place_in(loss, 2, 0.2))
    assert loss.evaluate(VIEW)[:2] == [0, 60]


@pytest.mark.usefixtures("trained")
def test_another_theme_keeps_the_zoom(page: Page, server: Server) -> None:
    open_page(page, server, "train")
    loss = plot(page, "curve_loss")
    box_of(loss)
    loss.evaluate(MARK_AND_COUNT)
    page.mouse.move(*place_in(loss, 0.5, 0.1))
    page.mouse.down()
    page.mouse.move(*place_in(loss, 1.5, 0.4), steps=5)
    page.mouse.up()
    zoomed = loss.evaluate(VIEW)

    page.get_by_test_id("stMainMenu").locator("button").first.click()
    page.get_by_test_id("stMainMenuItem-theme-Dark").click()

    page.wait_for_function(
        """() => document.querySelector('.st-key-curve_loss .js-plotly-plot')
            .layout.meta.paper === '#13151F'"""
    )
    assert loss.evaluate(VIEW) == zoomed


@pytest.mark.usefixtures("trained")
def test_one_tap_hits_a_cell_and_a_glyph(finger: Page, server: Server) -> None:
    open_page(finger, server, "evaluate")
    matrix = plot(finger, "confusion_matrix")
    box_of(matrix)

    finger.touchscreen.tap(*place_of_cell(matrix, column=3, row=3))

    finger.get_by_role("button", name="3 predicted as 3").wait_for()
    images = plot(finger, "cell_3_3")
    box_of(images)
    finger.touchscreen.tap(*place_of_cell(images, column=1, row=0))
    card = finger.get_by_role(
        "heading", name=re.compile("^Test image .*: 3 predicted as 3$")
    )
    expect(card).to_be_visible()


@pytest.mark.usefixtures("trained")
def test_mosaic_on_a_phone_has_no_empty_band(finger: Page, server: Server) -> None:
    open_page(finger, server, "explore")
    samples = plot(finger, "samples")
    box = box_of(samples)

    _, bottom = place_in(samples, 0, 17.5)

    assert box["y"] + box["height"] - bottom < 4
    assert box["width"] > 360


@pytest.mark.usefixtures("trained")
def test_arrow_keys_walk_and_enter_selects(page: Page, server: Server) -> None:
    open_page(page, server, "evaluate?cell=3-3")
    plot(page, "confusion_matrix")
    matrix = page.get_by_role("application", name=re.compile("Confusion matrix"))

    matrix.focus()
    for key in ("ArrowRight", "ArrowRight", "ArrowDown"):
        page.keyboard.press(key)

    expect(matrix.locator(".label")).to_contain_text("4 predicted as 4:")
    expect(matrix.locator(".cursor")).to_be_visible()
    page.keyboard.press("Enter")
    page.get_by_role("button", name="4 predicted as 4").wait_for()


@pytest.mark.usefixtures("trained")
def test_pointing_at_a_glyph_tells_it(page: Page, server: Server) -> None:
    open_page(page, server, "explore")
    samples = plot(page, "samples")
    box_of(samples)

    page.mouse.move(*place_of_cell(samples, column=2, row=1))

    label = page.locator(".st-key-samples .label")
    expect(label).to_have_text(re.compile(r"^\d, training image [\d,]+$"))
    page.mouse.move(0, 0)
    expect(label).to_be_hidden()


def test_keys_that_are_the_browsers_own_stay_its(page: Page, server: Server) -> None:
    """Alt and an arrow goes back; Enter on a button of the tool bar presses it."""
    open_page(page, server, "explore")
    samples = plot(page, "samples")
    box_of(samples)
    figure = page.locator(".st-key-samples .figure")
    figure.focus()

    page.keyboard.press("Control+ArrowRight")
    expect(figure.locator(".cursor")).to_be_hidden()
    page.keyboard.press("ArrowRight")
    expect(figure.locator(".cursor")).to_be_visible()


def test_figure_that_changed_while_hidden_is_drawn_when_it_is_seen(
    page: Page, server: Server
) -> None:
    """In a tab or an expander that was closed meanwhile."""
    open_page(page, server, "explore")
    samples = plot(page, "samples")
    box_of(samples)
    before = samples.evaluate(SOURCE)
    around = page.locator(".st-key-samples")
    around.evaluate("element => { element.style.display = 'none' }")
    page.get_by_role("radio", name="7").click()
    page.get_by_role("heading", name=re.compile("^7, ")).wait_for()
    page.wait_for_function(IDLE)

    around.evaluate("element => { element.style.display = '' }")

    page.wait_for_function(
        f"([figure, before]) => ({SOURCE})(figure) !== before",
        arg=[samples.element_handle(), before],
    )


def test_figure_that_left_the_page_is_let_go(browser: Browser, server: Server) -> None:
    """Who watches the theme for it would keep it, and ask for it at each change."""
    context = browser.new_context()
    context.add_init_script(OBSERVERS)
    page = context.new_page()
    open_page(page, server, "explore")
    for key in ("samples", "explore_pixels"):
        plot(page, key)
    # There are more once the summary is there.
    page.wait_for_function("watching.size >= 2")

    page.get_by_role("link", name="Runs").click()
    page.get_by_role("heading", name="Runs").wait_for()

    page.wait_for_function("watching.size === 0")
    context.close()


@pytest.mark.parametrize("kind", ["PNG", "SVG"])
@pytest.mark.usefixtures("trained")
def test_figure_is_downloaded_on_its_own_paper(
    kind: str, page: Page, server: Server
) -> None:
    """On the page it lets its card show through; a transparent file is unreadable."""
    open_page(page, server, "evaluate")
    matrix = plot(page, "confusion_matrix")
    matrix.hover()

    with page.expect_download() as download:
        matrix.locator(f"[data-title='Download as {kind}']").click()

    assert download.value.suggested_filename == f"confusion_matrix.{kind.lower()}"
    content = Path(download.value.path()).read_bytes()
    if kind == "SVG":
        assert b"rgb(251, 249, 244)" in content
    else:
        assert content.startswith(b"\x89PNG")


@pytest.mark.usefixtures("trained")
def test_plotly_is_loaded_once_and_kept(browser: Browser, server: Server) -> None:
    """It is 4.8 MB: two figures ask for it at once, and each visit after that."""
    context = browser.new_context()
    asked: list[str] = []
    context.on("request", lambda request: asked.append(request.url))
    first, second = context.new_page(), context.new_page()
    open_page(first, server, "train")
    plot(first, "curve_loss")
    plot(first, "curve_accuracy")
    assert sum("/figures/plotly-" in url for url in asked) == 1

    open_page(second, server, "train")
    plot(second, "curve_loss")

    assert second.evaluate(LOADED) == [0]
    context.close()


def test_without_plotly_the_page_says_so(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    page = context.new_page()
    page.route(re.compile("/figures/plotly-"), lambda route: route.abort())

    open_page(page, server, "explore")

    message = page.locator(".st-key-samples").get_by_text("could not load plotly.js")
    expect(message).to_be_visible()
    context.close()


def test_figures_work_below_a_base_path(page: Page, tmp_path: Path) -> None:
    """With and without a slash at the end of its address."""
    base = "lab/ink"
    command = (*COLD_APP, "--server.baseUrlPath", base)
    with serving(tmp_path / "home", command=command, base_path=base) as server:
        page.goto(server.url)
        plot(page, "overview_glyphs")
        page.goto(f"{server.url}/")
        plot(page, "overview_glyphs")
        open_page(page, server, "explore")
        plot(page, "samples")


def test_lasso_returns_the_images_and_zoom_what_it_leaves(
    page: Page, tmp_path: Path
) -> None:
    """Over a WebGL scatter, by the numbers that the points were given."""
    app = "tests/browser/scatter_app.py"
    command = (*COLD_RUN, app, "--server.port", "{port}")
    with serving(tmp_path / "home", command=command) as server:
        open_page(page, server, "")
        scatter = plot(page, "scatter")
        box_of(scatter)
        corners = [(-50, -5), (149.5, -5), (149.5, 105), (-50, 105)]
        page.mouse.move(*place_in(scatter, *corners[0]))
        page.mouse.down()
        for corner in corners[1:]:
            page.mouse.move(*place_in(scatter, *corner), steps=5)
        page.mouse.up()

        # How many the edge of the lasso takes depends on whole pixels.
        said = re.compile(r"^1[45]\d selected, from 10000 to 101[45]\d$")
        expect(page.get_by_text(said)).to_be_visible()
        page.mouse.dblclick(*place_in(scatter, 1000, 50))
        expect(page.get_by_text("0 selected, none")).to_be_visible()
        scatter.hover()
        scatter.locator("[data-title='Zoom']").click()
        page.mouse.move(*place_in(scatter, 200, 20))
        page.mouse.down()
        page.mouse.move(*place_in(scatter, 900, 80), steps=5)
        page.mouse.up()
        expect(page.get_by_text("xaxis.range[0]")).to_be_visible()
