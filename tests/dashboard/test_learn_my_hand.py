"""Draw: a run learns one's own hand, and a drawing is pinned while networks train."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.handwriting import collection
from core.handwriting.fine_tuned import BeforeAfter, FineTuned
from core.imaging.strokes import Strokes
from core.records import (
    FINE_TUNE,
    HANDWRITING,
    History,
    RunScores,
    RunStatus,
    TaskRecord,
)
from core.runs.store import RunStore
from dashboard import canvas
from tests import small_data
from tests.dashboard.app import figure, go_to, open_app, text
from tests.small_data import SMALL

BAR = Strokes(
    (np.array([(140, 60), (140, 220)], np.float32),),
    (20.0,),
    (canvas.SIDE, canvas.SIDE),
)


@pytest.fixture
def drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Put a stroke on the canvas, which needs a browser otherwise."""
    monkeypatch.setattr(canvas, "drawing_input", lambda **_: BAR)


@pytest.fixture
def seven_drawings(usable_run: str) -> str:
    """Keep seven drawings of a one; two are held out."""
    for _ in range(7):
        collection.add(BAR, label="1")
    return usable_run


def test_a_run_learns_the_drawings_as_a_new_run(
    seven_drawings: str, store: RunStore
) -> None:
    """The page shows how far that is; the run itself stays as it is."""
    app = open_app("draw", run=seven_drawings)
    app.button(key="learn_hand").click().run()

    assert not app.exception
    child = store.runs()[0]
    assert (child.kind, child.parent) == (FINE_TUNE, seven_drawings)
    assert child.status is RunStatus.QUEUED
    assert app.button(key=f"cancel_{child.id}")
    assert not [each for each in app.button if each.key == "learn_hand"]


def test_what_came_of_it_is_shown_and_can_be_used(
    seven_drawings: str, store: RunStore, tmp_path: Path, result_files: Path
) -> None:
    """Both accuracies with n, and whether something was forgotten."""
    record = FineTuned(
        learned=("a",) * 5,
        held_out=("b", "c"),
        drawings=BeforeAfter(both=1, only_after=1),
        test=BeforeAfter(both=9700, only_before=60, only_after=20, neither=220),
        num_rehearsed=24_000,
        num_repeats=20,
        way=1.0,
    )
    task = TaskRecord(kind=FINE_TUNE)
    child = store.create(SMALL, name="mine", parent=seven_drawings, task=task)
    store.start(child)
    files = tmp_path / "files"
    files.mkdir()
    for each in result_files.iterdir():
        (files / each.name).write_bytes(each.read_bytes())
    model = store.artifact(seven_drawings, "model.tflite").read_bytes()
    (files / "model.tflite").write_bytes(model)
    (files / HANDWRITING).write_text(record.model_dump_json())
    scores = RunScores(test_accuracy=0.972, test_size=10_000)
    store.save_results(child, scores=scores, files=files)
    store.finish(child)

    app = open_app("draw", run=seven_drawings)

    said = text(app)
    assert "50.00 % \u2192 100.00 %" in said
    assert "97.60 % \u2192 97.20 %" in said
    assert "\u22120.40 points" in said
    assert "forgotten a little" in said
    app.button(key="use_learned").click().run()
    assert app.selectbox(key="run_picker").value == child


def test_too_few_drawings_ask_for_more(usable_run: str) -> None:
    """Nothing can be pressed that would be refused."""
    collection.add(BAR, label="1")

    app = open_app("draw", run=usable_run)

    assert "1 of 5 drawings to learn from" in text(app)
    assert not [each for each in app.button if each.key == "learn_hand"]


@pytest.mark.usefixtures("drawn")
def test_read_only_learns_and_pins_nothing(
    seven_drawings: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both would write to the store."""
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")

    app = open_app("draw", run=seven_drawings)

    assert app.button(key="learn_hand").disabled
    assert app.button(key="pin").disabled


@pytest.mark.usefixtures("drawn")
def test_a_pinned_drawing_is_followed_while_a_network_trains(
    usable_run: str, store: RunStore
) -> None:
    """It is pinned to the training that is going on; Train shows each epoch."""
    running = store.create(SMALL, name="running")
    store.start(running)
    app = open_app("draw", run=usable_run)
    app.button(key="pin").click().run()
    history = History(loss=(0.5,), accuracy=(0.5,))
    said = tuple(np.linspace(0.0, 0.2, 10).tolist())
    store.log(
        running, [replace(small_data.progress(1.0, history=history), pinned=said)]
    )

    app.query_params["watch"] = running
    go_to(app, "train")

    assert not app.exception
    lines = figure(app, "pinned_curves")["data"]
    assert {line["name"]: line["y"] for line in lines}["9"] == [20.0]
    assert "After epoch 1: **9**" in text(app)
