"""Draw: what is shown before, while and after something is drawn."""

import numpy as np
import pytest

from core.imaging.strokes import Strokes
from dashboard import canvas, state
from tests.dashboard.app import captions, figure, go_to, open_app, text

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

    told = [caption.split(":")[0] for caption in captions(app, "steps")]
    assert told == ["Canvas", "Ink", "Crop", "Box", "Centred", "Model input"]
    assert figure(app, "seen")["data"][0]["z"]["shape"] == "28, 28"


@pytest.mark.usefixtures("vertical_bar")
def test_step_that_was_clicked_is_enlarged() -> None:
    app = open_app("draw")
    app.session_state[state.STEP] = 2

    app.run()

    assert "**Crop**: Cropped to its ink." in text(app)


@pytest.mark.usefixtures("vertical_bar")
def test_preprocessings_are_compared_with_the_answer_to_each() -> None:
    """The lesson of the page: the model is the same, the image is not."""
    app = open_app("draw", drawing="Preprocessing compared")

    told = [caption.split(":")[0] for caption in captions(app, "preprocessings")]
    assert told == ["Naive resize", "Box only", "Exact", "Stroke-aware"]
    assert all("confidence" in each for each in captions(app, "preprocessings"))


def test_drawing_is_there_again_and_undo_takes_back_one_stroke() -> None:
    """Also the clearing: a slip must not cost the drawing."""
    app = open_app("draw")
    two = Strokes(bar().paths * 2, bar().pens * 2, bar().size)
    app.session_state[state.DRAWINGS] = {"canvas": canvas.Held(two.document())}

    def num_strokes() -> int:
        held = app.session_state[state.DRAWINGS]["canvas"]
        return len(held.strokes((canvas.SIDE, canvas.SIDE)).paths)

    go_to(app, "overview")
    go_to(app, "draw")
    assert app.metric[0].value == "1"
    app.button(key="clear").click().run()
    assert num_strokes() == 0
    app.button(key="undo").click().run()
    assert num_strokes() == 2
    app.button(key="undo").click().run()

    assert num_strokes() == 1
    assert app.metric[0].value == "1"


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
