"""Draw, several characters: what is read in a drawing or a picture of a number."""

import io

import numpy as np
import pytest
from PIL import Image

from core.handwriting import collection
from core.imaging.strokes import Strokes
from dashboard import canvas
from dashboard.widgets.draw.many import MANY
from tests.core.imaging.made_ink import bar, drawn, written
from tests.dashboard.app import figure, open_app, text

pytestmark = pytest.mark.usefixtures("usable_run")


@pytest.fixture
def three_bars(monkeypatch: pytest.MonkeyPatch) -> Strokes:
    """Draw 111 on the canvas, which needs a browser otherwise."""
    strokes = drawn(bar(100), bar(200), bar(300))
    monkeypatch.setattr(canvas, "drawing_input", lambda **_: strokes)
    return strokes


def test_blank_canvas_asks_for_a_number() -> None:
    app = open_app("draw", read=MANY)

    assert "Draw a number or a word: what it says appears here." in app.info[0].value
    assert not app.exception


@pytest.mark.usefixtures("three_bars")
def test_number_is_read_with_a_box_and_a_card_for_each_character() -> None:
    """A click on a box, or the control below them, chooses one."""
    app = open_app("draw", read=MANY)

    assert app.header[0].value == "111"
    assert "3 characters in your drawing. Least certain: the" in text(app)
    assert len(figure(app, "boxed_characters")["layout"]["shapes"]) == 3
    assert app.subheader[-1].value.startswith("Character 1: 1, confidence")

    app.button_group(key="character").set_value(2).run()

    assert app.subheader[-1].value.startswith("Character 3: 1, confidence")
    assert not app.exception


@pytest.mark.usefixtures("three_bars")
def test_correcting_one_character_keeps_its_own_strokes() -> None:
    """Not the whole number: it would be no example of any class."""
    app = open_app("draw", read=MANY)

    app.button(key="correct_character_7").click().run()

    (kept,) = collection.drawings()
    assert kept.label == "7"
    assert not app.exception


def picture() -> bytes:
    """Photograph 11 on white paper, larger than ink is looked for in."""
    ink = written(bar(100), bar(220), size=(200, 400))
    grey = np.kron(np.rint(255 * (1 - ink)), np.ones((3, 3))).astype(np.uint8)
    file = io.BytesIO()
    Image.fromarray(grey).save(file, "PNG")
    return file.getvalue()


def test_pictures_of_numbers_are_read() -> None:
    """Each has its text in the table, and the first is open."""
    app = open_app("draw", read=MANY, **{"from": "Pictures"})

    uploader = app.file_uploader(key="picture_uploader_0")
    uploader.upload("two.png", picture()).upload("none.png", b"no picture").run()

    assert list(app.dataframe[0].value["Prediction"]) == ["11", "Cannot be read"]
    assert app.header[0].value == "11"
    assert "2 characters in the picture two.png" in text(app)
