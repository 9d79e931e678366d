"""Robustness and style on Evaluate."""

from pathlib import Path

import numpy as np
import pytest

from core.evaluation import robustness
from core.evaluation.corrupting.mnist_c import CORRUPTIONS
from core.evaluation.corrupting.sweeps import SWEEPS
from core.jobs.kinds.robustness import FACTS, MeasureRobustness, metrics_of
from core.records import Attachment
from core.runs.store import RunStore
from tests import small_data
from tests.dashboard.app import captions, figure, open_app, text

NUM_CONDITIONS = len(CORRUPTIONS) + sum(len(each.strengths) for each in SWEEPS)


def measured(store: RunStore, run_id: str, folder: Path) -> None:
    """Leave a made-up result: each corruption is right a little more often."""
    found = np.zeros((NUM_CONDITIONS, 400), bool)
    for number in range(NUM_CONDITIONS):
        found[number, : 100 + number] = True
    made = robustness.summarise(found, np.arange(400) < 380, num_test=10_000)
    folder.mkdir()
    (folder / FACTS).write_text(made.document(), "utf-8")
    task = MeasureRobustness(subject=run_id)
    attachment = Attachment(
        name=task.kind, title=task.title, key=task.key, metrics=metrics_of(made)
    )
    store.attach(run_id, attachment, folder)


def test_robustness_shows_the_score_the_worst_corruption_and_its_images(
    store: RunStore, usable_run: str, tmp_path: Path
) -> None:
    """With n, and what the model reads in each image."""
    measured(store, usable_run, tmp_path / "result")

    app = open_app("evaluate", analysis="Robustness")

    shown = text(app)
    assert "**Robustness score 26.75 %**" in shown
    assert "on 400 of 10,000 test images" in shown
    (table,) = (each.value for each in app.dataframe if "Drop" in each.value)
    assert table["Corruption"][0] == "Shot noise"
    assert table["Accuracy"][0] == pytest.approx(25.0)
    assert table["Drop"][0] == pytest.approx(70.0)
    assert app.selectbox(key="change").value == "Shot noise"
    assert len(captions(app, "changed_images")) == 30
    assert "predicted as" in captions(app, "changed_images")[0]
    curve = figure(app, "curve_rotation")["data"][0]
    assert curve["text"][0].startswith("0: 28.75 % of 400 (")
    assert open_app("runs").dataframe[0].value["Robustness"][0] == pytest.approx(26.75)


def test_all_strengths_of_a_change_can_be_linked_to(
    store: RunStore, usable_run: str, tmp_path: Path
) -> None:
    measured(store, usable_run, tmp_path / "result")

    app = open_app("evaluate", analysis="Robustness", change="Noise, by strength")

    assert len(captions(app, "changed_images")) == 6 * 6
    assert "Rows from top to bottom: 0, 10, 20, 30, 45, 60" in text(app)


def test_without_images_what_was_measured_is_still_there(
    store: RunStore, usable_run: str, tmp_path: Path
) -> None:
    """And nothing is offered that would fail where nothing was measured."""
    small_data.move_to_gone_dataset(store, usable_run)
    before = open_app("evaluate", analysis="Robustness")
    measured(store, usable_run, tmp_path / "result")

    after = open_app("evaluate", analysis="Robustness")

    for app in (before, after):
        assert not app.exception
        assert "are not here any more" in text(app)
    assert "make_robustness" not in {each.key for each in before.button}
    assert "Robustness score" not in text(before)
    assert "Robustness score" in text(after)


@pytest.mark.usefixtures("finished_run")
def test_style_names_the_weakest_part_and_shows_its_images() -> None:
    """Each 40th image is wrong, whatever it looks like: that is chance."""
    app = open_app("evaluate", analysis="By style")
    linked = open_app("evaluate", analysis="By style", bin="ink-2")

    shown = text(app)
    assert "**Weakest where the " in shown
    assert "That may be chance" in shown
    for name in ("thickness", "slant", "size", "ink"):
        assert 5 <= len(figure(app, f"style_{name}")["data"][0]["x"]) <= 10
    assert len(captions(app, "style_images")) == 100
    assert "**Ink mass " in text(linked)
    told = captions(linked, "style_images")
    classes = [each.split(": ")[1].split(" predicted as ") for each in told]
    is_wrong = [true != said for true, said in classes]
    assert is_wrong == sorted(is_wrong, reverse=True)
    assert any(is_wrong)
