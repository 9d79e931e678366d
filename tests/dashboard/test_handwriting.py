"""My handwriting on the pages: correct, collect, look at it, score runs."""

import numpy as np
import pytest

from core.handwriting import collection
from core.imaging.strokes import Strokes
from dashboard import canvas
from dashboard.results import handwriting
from dashboard.widgets.common import class_picker
from dashboard.widgets.draw.correct import shortcuts_of
from tests.dashboard.app import captions, open_app, text


def bar() -> Strokes:
    """Draw a vertical line."""
    path = np.array([(140, 60), (140, 220)], np.float32)
    return Strokes((path,), (20.0,), (canvas.SIDE, canvas.SIDE))


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stroke on the canvas, until it is cleared."""
    on_canvas = [bar()]
    blank = Strokes((), (), (canvas.SIDE, canvas.SIDE))
    monkeypatch.setattr(
        canvas, "drawing_input", lambda **_: on_canvas[0] if on_canvas else blank
    )
    monkeypatch.setattr(canvas, "clear", lambda _: on_canvas.clear())


@pytest.mark.usefixtures("usable_run", "drawn")
def test_one_click_keeps_the_drawing_under_the_right_class_and_can_be_undone() -> None:
    app = open_app("draw")
    assert "What is it?" in text(app)

    app.button(key="correct_7").click().run()
    (found,) = collection.drawings()
    after = text(app)
    app.button(key="correct_undo").click().run()

    assert (found.label, found.answer, len(found.run_id)) == ("7", "1", 32)
    assert found.strokes is not None
    assert "Kept as **7**: 1 drawing in My handwriting." in after
    assert "Draw something" in after
    assert not collection.drawings()
    assert not app.exception


@pytest.mark.usefixtures("usable_run")
def test_a_round_of_prompts_keeps_each_under_its_label_and_sums_up(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(canvas, "drawing_input", lambda **_: bar())
    app = open_app("draw")
    app.button(key="collect").click().run()
    wanted = [app.subheader[0].value]

    app.button(key="prompt_next").click().run()
    wanted.append(app.subheader[0].value)
    app.button(key="prompt_skip").click().run()
    app.button(key="prompt_back").click().run()
    again = app.subheader[0].value
    app.button(key="prompt_next").click().run()
    app.button(key="prompt_stop").click().run()

    labels = [f"Write: {each.label}" for each in collection.drawings()]
    assert labels == wanted
    assert again == wanted[1]
    right = sum(label == "Write: 1" for label in labels)
    assert "**2 drawings** kept" in text(app)
    assert f"**{right} of 2** right" in text(app)


def keep(*labels: str) -> None:
    """Keep bars under labels, all read as a 1."""
    for label in labels:
        collection.add(bar(), label=label, answer="1", confidence=0.9)


@pytest.mark.usefixtures("usable_run")
def test_runs_and_compare_show_how_well_a_run_reads_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A bar is a 1 to the run: it is right about three of the four."""
    monkeypatch.setattr(handwriting, "PATIENCE_SECONDS", 30.0)
    without = open_app("runs").dataframe[0].value
    keep("1", "1", "7", "1")

    table = open_app("runs").dataframe[0].value

    assert "My handwriting" not in without
    assert table["My handwriting"].tolist() == [75.0]
    assert table["My handwriting, interval"].tolist() == ["30.1 to 95.4 %, n = 4"]


@pytest.mark.usefixtures("filled_home")
def test_drawings_are_relabelled_and_deleted_on_data_sets() -> None:
    keep("1", "7", "7")
    chosen = collection.drawings()[1].id
    app = open_app("data_sets", section="My handwriting")
    assert [each.partition(",")[0] for each in captions(app, "handwriting")] == [
        *("1", "7", "7")
    ]

    app.session_state["chosen_drawings"] = (chosen,)
    app.run()
    app.button(key="delete_drawings").click().run()
    left = len(collection.drawings())
    app.button(key="undo_drawings").click().run()

    assert left == 2
    assert len(collection.drawings()) == 3
    assert not app.exception


@pytest.mark.usefixtures("filled_home")
def test_without_a_drawing_data_sets_says_how_to_get_one() -> None:
    app = open_app("data_sets", section="My handwriting")

    assert "No drawings yet." in text(app)


@pytest.mark.parametrize(
    ("classes", "keys"),
    [
        (tuple("0123456789"), {at: str(at) for at in range(10)}),
        (("A/a", "b", "B", "c", "r", "x"), {0: "A", 5: "X"}),
        (("cat", "dog"), {}),
        (("é", "+", "z"), {2: "Z"}),
    ],
    ids=["digits", "letters", "words", "others"],
)
def test_a_class_has_the_key_of_its_character_if_no_other_has(
    classes: tuple[str, ...], keys: dict[int, str]
) -> None:
    """Streamlit takes C and R itself, and knows no difference of case."""
    assert shortcuts_of(classes) == keys


@pytest.mark.usefixtures("usable_run")
def test_of_many_classes_the_likeliest_are_buttons_and_all_are_in_a_list(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """More buttons than this would be a wall; a run of letters has 47 classes."""
    monkeypatch.setattr(canvas, "drawing_input", lambda **_: bar())
    monkeypatch.setattr(class_picker, "MAX_BUTTONS", 6)
    app = open_app("draw")
    buttons = [each.key for each in app.button if str(each.key).startswith("correct_")]

    app.selectbox(key="correct_other_0").select("8").run()

    (found,) = collection.drawings()
    assert len(buttons) == 5
    assert (found.label, found.answer) == ("8", "1")
    assert "Kept as **8**" in text(app)
