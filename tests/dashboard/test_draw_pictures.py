"""Pictures on Draw: one or several, broken ones among them, and parts of them."""

import base64
import io

import pytest
from PIL import Image, ImageDraw
from streamlit.testing.v1 import AppTest

from core.imaging.crop import Crop
from dashboard import paste
from dashboard.widgets.draw import opened
from tests.dashboard.app import open_app, text

TWO_CHARACTERS = (400, 200)


def picture_of_a_bar(*, at: int = 100, size: tuple[int, int] = (200, 200)) -> bytes:
    """Photograph a vertical bar on a page."""
    paper = Image.new("L", size, 230)
    ImageDraw.Draw(paper).line([(at, 30), (at, 170)], fill=20, width=16)
    file = io.BytesIO()
    paper.save(file, "PNG")
    return file.getvalue()


def picture_of_a_ring_and_a_bar() -> bytes:
    """Photograph a 0, and a small 1 to the right of it."""
    paper = Image.new("L", TWO_CHARACTERS, 230)
    ImageDraw.Draw(paper).ellipse([(30, 20), (150, 180)], outline=20, width=18)
    ImageDraw.Draw(paper).line([(320, 60), (320, 140)], fill=20, width=12)
    file = io.BytesIO()
    paper.save(file, "PNG")
    return file.getvalue()


def open_pictures(*files: tuple[str, bytes]) -> AppTest:
    """Open Draw, and some pictures at once."""
    app = open_app("draw", **{"from": "Pictures"})
    uploader = app.file_uploader(key="picture_uploader_0")
    for name, content in files:
        uploader.upload(name, content)
    app.run()
    assert not app.exception
    return app


@pytest.mark.usefixtures("usable_run")
def test_picture_can_be_read_instead_of_a_drawing() -> None:
    """A photo of a page is what most people have at hand."""
    app = open_pictures(("my *1*.png", picture_of_a_bar()))

    assert app.metric[0].value == "1"
    assert r"Input: the picture my \*1\*.png." in text(app)
    assert not app.dataframe


@pytest.mark.usefixtures("usable_run")
def test_broken_file_among_several_loses_no_other() -> None:
    """Its reason stands in the table, and where its answer would be."""
    app = open_pictures(
        ("one.png", picture_of_a_bar()),
        ("none.png", b"no picture"),
        ("other.png", picture_of_a_bar(at=60)),
    )

    table = app.dataframe[0].value
    assert list(table["Prediction"]) == ["1", "Cannot be read", "1"]
    assert [bool(each) for each in table["Problem"]] == [False, True, False]
    assert "2 pictures read, 1 cannot be read." in text(app)
    assert app.metric[0].value == "1"


@pytest.mark.usefixtures("usable_run")
@pytest.mark.parametrize(
    "content", [b"", b"no picture", b"\x89PNG\r\n\x1a\n"], ids=["empty", "text", "cut"]
)
def test_broken_picture_says_so_where_its_answer_would_be(content: bytes) -> None:
    """A download that broke off; it can be closed, and another one opened."""
    app = open_pictures(("one.png", content))

    assert app.error[0].title == "This picture cannot be read"
    assert "Expected" in app.error[0].value
    assert "one.png" in app.error[0].value
    assert not app.metric
    app.button(key="close_picture").click().run()
    assert not app.error


@pytest.mark.usefixtures("usable_run")
def test_part_of_a_picture_is_read_until_the_whole_is_wanted() -> None:
    """Where it cannot be told what is meant, one can say it, also with a keyboard."""
    app = open_pictures(("two.png", picture_of_a_ring_and_a_bar()))
    whole = app.metric[0].value

    app.button(key="crop").click().run()
    (across,) = (each for each in app.slider if each.key.startswith("crop_across"))
    across.set_value((70.0, 100.0)).run()
    part = app.metric[0].value
    app.button(key="crop_done").click().run()
    app.button(key="crop_undo").click().run()

    assert (whole, part) == ("0", "1")
    assert app.metric[0].value == "0"
    assert not app.exception


@pytest.mark.usefixtures("usable_run")
def test_source_is_in_the_address_and_the_camera_is_asked_for_only_then() -> None:
    app = open_app("draw")
    drawn = bool(app.get("camera_input"))

    app = open_app("draw", **{"from": "Camera"})

    assert app.get("camera_input")
    assert not drawn
    assert not app.exception


def test_so_many_pictures_are_open_and_no_more(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The rest is counted, and the first of the new ones is shown."""
    monkeypatch.setattr(opened.st, "session_state", {})
    many = [opened.Opened(f"{each}.png", bytes([each])) for each in range(23)]

    opened.add(many[:15])
    opened.add([many[3], *many[15:]])

    assert list(opened.pictures()) == many[:20]
    assert "got 3 too many" in opened.refused()
    assert opened.chosen() == many[3]


def test_crop_belongs_to_its_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opened.st, "session_state", {})
    one, other = opened.Opened("1.png", b"1"), opened.Opened("2.png", b"2")

    opened.keep_crop(one, Crop(right=0.5))

    assert opened.crop_of(one) == Crop(right=0.5)
    assert opened.crop_of(other).is_whole


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"name": "a.png", "content": "QUJD"}, paste.Pasted("a.png", b"ABC")),
        ({"name": "", "content": "QUJD"}, paste.Pasted("pasted picture", b"ABC")),
        ({"name": "a", "content": base64.b64encode(bytes(31)).decode()}, None),
        ({"name": "a", "content": "A" * 5000}, None),
        ({"name": "a", "content": "no base64!"}, None),
        ({"name": "a", "content": ""}, None),
        ({"name": 5, "content": "QUJD"}, None),
        ({}, None),
    ],
    ids=["fits", "no name", "large", "huge", "letters", "empty", "number", "nothing"],
)
def test_what_a_browser_pastes_is_checked(
    sent: dict[str, object], expected: paste.Pasted | None
) -> None:
    """Anybody can send anything."""
    assert paste.read(sent, max_bytes=30) == expected
