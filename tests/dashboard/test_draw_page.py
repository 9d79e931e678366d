"""Draw: what is shown before, while and after something is drawn."""

import numpy as np
import pytest

from core.imaging.strokes import Strokes
from dashboard import canvas
from tests.dashboard.app import figure, open_app, text

pytestmark = pytest.mark.usefixtures("usable_run")


def bar(*, left: int = 140) -> Strokes:
    """Draw a vertical line."""
    path = np.array([(left, 60), (left, 220)], np.float32)
    return Strokes((path,), (20.0,), (canvas.SIDE, canvas.SIDE))


@pytest.fixture
def vertical_bar(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stroke on the canvas, which needs a browser otherwise."""
    monkeypatch.setattr(canvas, "drawing_input", lambda **_: bar())


def test_blank_canvas_asks_for_a_drawing() -> None:
    """A blank canvas read as a digit is what users of such tools complain about."""
    app = open_app("draw")

    assert app.info[0].value == "Draw something: the prediction appears here."
    assert not app.metric
    assert "cropped to its ink" in text(app)


@pytest.mark.usefixtures("vertical_bar")
def test_vertical_bar_is_read_as_a_one() -> None:
    app = open_app("draw")

    assert app.metric[0].label == "Predicted class"
    assert app.metric[0].value == "1"
    assert not app.info


@pytest.mark.usefixtures("vertical_bar")
def test_probabilities_of_all_classes_are_shown_with_the_answer() -> None:
    bars = figure(open_app("draw"), "answer_bars")["data"][0]

    assert len(bars["x"]) == 10
    assert sum(bars["x"]) == pytest.approx(100, abs=0.1)
    assert bars["y"][np.argmax(bars["x"])] == "1"


@pytest.mark.usefixtures("vertical_bar")
def test_way_of_the_ink_is_shown() -> None:
    """Who sees what the model sees understands what it says."""
    app = open_app("draw")

    assert [image.captions for image in app.image]
    assert figure(app, "seen")["data"][0]["z"]["shape"] == "28, 28"


def test_clear_empties_the_canvas_and_undo_brings_the_drawing_back() -> None:
    app = open_app("draw")
    app.session_state["drawings"] = {"canvas": canvas.Held(bar().document())}
    drawn = app.run().metric[0].value

    app.button(key="clear").click().run()
    cleared = len(app.metric)
    app.button(key="undo").click().run()

    assert (drawn, cleared) == ("1", 0)
    assert app.metric[0].value == "1"


@pytest.mark.parametrize("pen", ["9999", "thick", "-1"])
def test_impossible_pen_in_the_address_is_the_usual_one(pen: str) -> None:
    app = open_app("draw", pen=pen)

    assert app.slider(key="pen").value == canvas.DEFAULT_PEN
    assert not app.exception
