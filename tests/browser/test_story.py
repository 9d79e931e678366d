"""A user's story in a real browser: train, look closer, draw, stop."""

import base64
import io
import re

import psutil
import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import BrowserContext, FilePayload, Page, Route, expect

from core import addresses
from core.runs.store import RunStore
from tests.browsing import IDLE, box_of, open_page, place_in, place_of_cell, plot
from tests.serving import PAGES, Server, has_tensorflow

pytestmark = pytest.mark.browser

RESULT = re.compile(r"\d\d\.\d\d % of 10,000 test images \(\d\d\.\d to \d\d\.\d\)")
VALIDATION = """figure => figure.data.find(line => line.name === 'Validation').y"""
BUSIEST_MISTAKE = """figure => figure.data[0].z
    .flatMap((row, y) => row.map((share, x) => [y, x, x === y ? 0 : share]))
    .sort((a, b) => b[2] - a[2])[0].slice(0, 2)"""
SIDEWAYS = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    return [main.scrollWidth, main.clientWidth];
}"""


@pytest.fixture(scope="module")
def trained(desk: BrowserContext, server: Server) -> str:
    """Train a small run with the button of the page, and return its address."""
    page = desk.new_page()
    open_page(page, server, "train?recipe=fast-mlp~epochs~3")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("See its mistakes").wait_for(timeout=600_000)
    address = page.url
    page.close()
    return address.removeprefix(f"{server.url}/")


def test_training_ends_with_curves_and_a_result(
    page: Page, server: Server, trained: str
) -> None:
    """What the page promises, from the button to the number with its n."""
    open_page(page, server, trained)

    assert "watch=" in trained
    assert "recipe=fast-mlp~epochs~3" in trained
    for curve in ("curve_loss", "curve_accuracy"):
        assert len(plot(page, curve).evaluate(VALIDATION)) == 3
    expect(page.get_by_text(RESULT)).to_be_visible()
    expect(page.get_by_text("has finished")).to_be_visible()


def test_reload_keeps_the_run(page: Page, server: Server, trained: str) -> None:
    """A closed laptop must not lose a training."""
    open_page(page, server, trained)

    page.reload()

    expect(page.get_by_text(RESULT)).to_be_visible()
    epochs = page.locator(".st-key-epochs").get_by_role("slider")
    expect(epochs).to_have_value("3")


def test_first_page_has_the_address_of_its_name_too(page: Page, server: Server) -> None:
    """All other pages have theirs, so people type it."""
    page.goto(f"{server.url}/overview")

    page.wait_for_url(f"{server.url}/")
    expect(page.get_by_role("heading", name="Inklab")).to_be_visible()
    expect(page.get_by_role("dialog")).to_have_count(0)


@pytest.mark.usefixtures("trained")
def test_clicked_cell_shows_its_images_and_a_clicked_image_its_card(
    page: Page, server: Server
) -> None:
    """A click must hit the cell that is under it."""
    open_page(page, server, "evaluate")
    matrix = plot(page, "confusion_matrix")
    true, predicted = matrix.evaluate(BUSIEST_MISTAKE)
    page.mouse.click(*place_of_cell(matrix, column=predicted, row=true))
    page.get_by_role("button", name=f"{true} predicted as {predicted}").wait_for()
    images = plot(page, f"cell_{true}_{predicted}")
    images.scroll_into_view_if_needed()

    page.mouse.click(*place_of_cell(images, column=0, row=0))

    card = re.compile(rf"^Test image [\d,]+: {true} predicted as {predicted}$")
    expect(page.get_by_role("heading", name=card)).to_be_visible()
    assert re.search(rf"cell={true}-{predicted}.*image=\d+", page.url)


def draw_bar(page: Page) -> None:
    """Draw a vertical stroke in the middle of the canvas."""
    box = box_of(page.locator(".st-key-canvas canvas").first)
    page.mouse.move(box["x"] + 140, box["y"] + 50)
    page.mouse.down()
    page.mouse.move(box["x"] + 138, box["y"] + 230, steps=10)
    page.mouse.up()


@pytest.mark.usefixtures("trained")
def test_drawn_bar_is_a_one_until_it_is_cleared(page: Page, server: Server) -> None:
    open_page(page, server, "draw")
    page.get_by_text("Draw something").wait_for()
    draw_bar(page)

    metric = page.get_by_test_id("stMetric").filter(has_text="Predicted class")
    expect(metric.get_by_test_id("stMetricValue")).to_have_text("1")
    page.get_by_role("button", name="Clear").click()
    expect(page.get_by_text("Draw something")).to_be_visible()
    expect(metric).to_have_count(0)


@pytest.mark.usefixtures("trained")
def test_drawing_stays_and_a_key_takes_back_a_stroke(
    page: Page, server: Server
) -> None:
    """A bar, then a hook that is taken back; what is on the screen is the bar."""
    open_page(page, server, "draw")
    sheet = page.locator(".st-key-canvas canvas")
    ink = "sheet => sheet.state.paths.length"
    draw_bar(page)
    page.get_by_text("Predicted class").wait_for()
    draw_bar(page)
    assert sheet.evaluate(ink) == 2
    expect(sheet).to_have_attribute("data-taken", "2")

    page.get_by_role("link", name="Runs", exact=True).click()
    page.get_by_role("heading", name="Runs").wait_for()
    page.get_by_role("link", name="Draw", exact=True).click()
    page.get_by_text("Predicted class").wait_for()
    assert sheet.evaluate(ink) == 2
    page.keyboard.press("Control+z")

    page.wait_for_function(
        "document.querySelector('.st-key-canvas canvas').state.paths.length === 1"
    )


@pytest.mark.usefixtures("trained")
def test_finger_draws_and_the_answer_stands_right_under_the_canvas(
    finger: Page, server: Server
) -> None:
    open_page(finger, server, "draw")
    box = box_of(finger.locator(".st-key-canvas canvas"))
    touches = finger.context.new_cdp_session(finger)

    def touch(kind: str, *places: tuple[float, float]) -> None:
        points = [
            {"x": box["x"] + x * box["width"], "y": box["y"] + y * box["height"]}
            for x, y in places
        ]
        event = {"type": kind, "touchPoints": points}
        touches.send("Input.dispatchTouchEvent", event)

    touch("touchStart", (0.5, 0.2))
    for share in (0.4, 0.6, 0.8):
        touch("touchMove", (0.5, share))
    touch("touchEnd")

    value = finger.get_by_test_id("stMetricValue").first
    expect(value).to_have_text("1")
    sheet, tools = finger.locator(".st-key-canvas"), finger.get_by_text("Pen width")
    boxes = [each.bounding_box() for each in (sheet, value, tools)]
    tops = [each["y"] for each in boxes if each]
    assert len(tops) == 3
    assert tops == sorted(tops)


PASTE = """base64 => {
    const bytes = Uint8Array.from(atob(base64), letter => letter.charCodeAt(0));
    const clipboardData = new DataTransfer();
    clipboardData.items.add(new File([bytes], 'image.png', {type: 'image/png'}));
    document.body.dispatchEvent(
        new ClipboardEvent('paste', {clipboardData, bubbles: true, cancelable: true}));
}"""


def picture_of(*, ring: bool, bar: bool) -> bytes:
    """Photograph a 0, and a 1 to the right of it."""
    paper = Image.new("L", (400, 200), 230)
    pen = ImageDraw.Draw(paper)
    if ring:
        pen.ellipse((50, 30, 150, 170), outline=20, width=16)
    if bar:
        pen.line((310, 60, 310, 140), fill=20, width=14)
    file = io.BytesIO()
    paper.save(file, "PNG")
    return file.getvalue()


@pytest.mark.usefixtures("trained")
def test_pictures_are_opened_at_once_pasted_and_cropped(
    page: Page, server: Server
) -> None:
    """Only a browser has a clipboard, and a pointer that draws a box."""
    files = [
        FilePayload(name=name, mimeType="image/png", buffer=content)
        for name, content in (
            ("zero.png", picture_of(ring=True, bar=False)),
            ("one.png", picture_of(ring=False, bar=True)),
        )
    ]
    both = base64.b64encode(picture_of(ring=True, bar=True)).decode()
    open_page(page, server, "draw?from=Pictures")
    value = page.get_by_test_id("stMetric").get_by_test_id("stMetricValue")

    page.locator("input[type=file]").set_input_files(files)
    expect(page.get_by_text("2 pictures read.")).to_be_visible()
    expect(value).to_have_text("0")
    page.evaluate(PASTE, both)
    expect(page.get_by_text("3 pictures read.")).to_be_visible()
    expect(page.get_by_text("Input: the picture image.png.")).to_be_visible()
    page.wait_for_function(IDLE)
    page.get_by_role("button", name="Crop", exact=True).click()
    picture = plot(page, "crop_picture")
    picture.scroll_into_view_if_needed()
    page.mouse.move(*place_in(picture, 0.6, 0.1))
    page.mouse.down()
    page.mouse.move(*place_in(picture, 0.95, 0.9), steps=5)
    page.mouse.up()

    expect(value).to_have_text("1")
    page.get_by_role("button", name="Whole picture").click()
    expect(value).to_have_text("0")


@pytest.mark.usefixtures("trained")
def test_stop_ends_a_long_run(page: Page, server: Server) -> None:
    """Not only on the screen: the run itself says so."""
    open_page(page, server, "train?recipe=classic-mlp~epochs~50~seed~1")
    page.get_by_role("button", name="Start training").click()
    page.get_by_text("of 50").wait_for()

    # Streamlit has a button of that name too while a page is being run.
    page.locator(".st-key-stop button").click()

    expect(page.get_by_text("has stopped")).to_be_visible()
    expect(page.get_by_text("Stopped on request")).to_be_visible()
    expect(page.locator(".st-key-stop button")).to_have_count(0)


@pytest.mark.usefixtures("trained")
def test_control_that_is_drawn_late_has_what_was_set(
    page: Page, server: Server
) -> None:
    """Its script may come when the page has been run again; the preset is kept."""
    late: list[Route] = []

    def hold(route: Route) -> None:
        late.append(route)

    page.route(re.compile(r"/js/Slider\."), hold)
    page.goto(f"{server.url}/train?recipe=fast-mlp")
    page.get_by_role("tab", name="Network").click()
    plot(page, "network_diagram")

    for script in late:
        script.continue_()

    expect(page.locator(".st-key-batch_size")).to_contain_text("128")


@pytest.mark.usefixtures("trained")
def test_back_takes_back_one_change_of_the_recipe(page: Page, server: Server) -> None:
    """A preset sets a dozen settings, and is one step; other pages lose nothing."""
    batch_size = page.locator("[data-stale=false][class*=st-key-batch_size]")
    open_page(page, server, "")
    page.get_by_role("link", name="Train").first.click()
    page.get_by_role("radio", name="fast-mlp").click()
    expect(batch_size).to_contain_text("128")
    page.get_by_role("radio", name="best-cnn").click()
    page.wait_for_url(re.compile("recipe=best-cnn$"))
    page.get_by_role("link", name="Runs", exact=True).click()
    page.get_by_role("heading", name="Runs").wait_for()

    page.go_back()
    expect(page.get_by_text("184,490 parameters")).to_be_visible()
    page.go_back()

    expect(page.get_by_text("109,386 parameters")).to_be_visible()
    expect(page.get_by_text("Changed from")).to_have_count(0)
    assert page.url.endswith("recipe=fast-mlp")
    page.go_back()
    expect(batch_size).to_contain_text("32")
    page.go_back()
    page.wait_for_url(f"{server.url}/")


@pytest.mark.usefixtures("trained")
def test_run_deleted_while_it_is_watched_leaves_no_traceback(
    page: Page, server: Server
) -> None:
    """Somebody tidies up in a terminal while the page looks on again and again."""
    open_page(page, server, "train?recipe=classic-mlp~epochs~50~seed~2")
    page.get_by_role("button", name="Start training").click()
    page.wait_for_url(re.compile("watch="))
    page.get_by_text("of 50").wait_for()
    store = RunStore(addresses.of_database(server.home / "runs.db"))

    store.delete(re.search(r"watch=(\w+)", page.url)[1])

    expect(page.get_by_text("of 50")).to_have_count(0)
    expect(page.get_by_text(re.compile("has (finished|stopped)"))).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.usefixtures("trained")
def test_hasty_clicks_leave_a_page_that_works(page: Page, server: Server) -> None:
    """Each click interrupts what the last one started."""
    open_page(page, server, "explore")
    button = page.get_by_role("button", name="Shuffle")

    for _ in range(10):
        button.click(no_wait_after=True)
    page.get_by_role("radio", name="7", exact=True).click()

    expect(page.get_by_text("1 to 144 of 6,265")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize("name", PAGES)
@pytest.mark.usefixtures("trained")
def test_nothing_scrolls_sideways_on_a_phone_in_the_dark(
    name: str, phone_page: Page, server: Server
) -> None:
    open_page(phone_page, server, name.replace("overview", ""))

    width, visible = phone_page.evaluate(SIDEWAYS)

    background = phone_page.get_by_test_id("stApp").evaluate(
        "app => getComputedStyle(app).backgroundColor"
    )
    assert width <= visible
    assert background == "rgb(19, 21, 31)"


@pytest.mark.usefixtures("trained")
def test_no_click_has_loaded_tensorflow(server: Server) -> None:
    """The last test here, because the others have clicked through all pages."""
    assert server.process.poll() is None
    assert not has_tensorflow(psutil.Process(server.process.pid))
