"""A user's story in a real browser: from a zip of one's own pictures to training."""

import io
import zipfile

import pytest
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect

from tests.browsing import open_page
from tests.serving import Server

pytestmark = pytest.mark.browser

SIDEWAYS = """() => {
    const main = document.querySelector('[data-testid=stMain]');
    return [main.scrollWidth, main.clientWidth];
}"""


def pictures(count: int = 10) -> bytes:
    """Draw a zip with pictures of three shapes, and one file that is no picture."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for number in range(count):
            box = (10, 20, 30 + 3 * number, 60)
            for name in ("circle", "box", "<b>line"):
                picture = Image.new("RGB", (80, 80), "white")
                pen = ImageDraw.Draw(picture)
                if name == "circle":
                    pen.ellipse(box, outline="black", width=5)
                elif name == "box":
                    pen.rectangle(box, outline="blue", width=5)
                else:
                    pen.line(box, "black", 6)
                file = io.BytesIO()
                picture.save(file, "png")
                archive.writestr(f"shapes/{name}/{number}.png", file.getvalue())
        archive.writestr("shapes/circle/broken.png", b"no picture")
    return content.getvalue()


def test_ones_own_pictures_become_a_data_set_to_train_on(
    page: Page, server: Server
) -> None:
    """Without reading anything: upload, look, import, train."""
    open_page(page, server, "data_sets")
    page.get_by_role("tab", name="Import your own").click()
    page.locator("input[type=file]").set_input_files(
        {"name": "shapes.zip", "mimeType": "application/zip", "buffer": pictures()}
    )
    expect(page.get_by_text("25 training and 6 test images")).to_be_visible()
    expect(page.get_by_role("img", name="shapes").first).to_be_visible()
    page.reload()
    expect(page.get_by_role("textbox", name="Name")).to_have_value("shapes")
    page.get_by_role("button", name="Import", exact=True).click()

    expect(page.get_by_text("is here: 30 images")).to_be_visible()
    expect(page.get_by_text("1 x is damaged")).to_be_visible()
    page.get_by_role("link", name="Train on it").first.click()
    expect(page.get_by_role("button", name="Start training")).to_be_visible()

    assert "data=shapes" in page.url
    chosen = page.get_by_role("combobox", name="Data set")
    expect(chosen).to_have_value("shapes, 30 images")


@pytest.mark.parametrize("section", ["", "Get+EMNIST", "Import+your+own"])
def test_nothing_is_wider_than_a_phone(
    phone_page: Page, server: Server, section: str
) -> None:
    """Long names of classes, paths and fingerprints wrap."""
    open_page(phone_page, server, f"data_sets?section={section}")

    width, visible = phone_page.evaluate(SIDEWAYS)

    assert width <= visible
