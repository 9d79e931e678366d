"""Suspicious labels on Mistakes: looked at one after the other, decided with keys."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.datasets import label_review, versions
from core.datasets import store as datasets
from core.datasets.label_review import Decision
from core.datasets.store import Dataset
from core.jobs.kinds.label_check import CheckLabels
from core.records import Attachment
from core.runs.store import RunStore
from dashboard import state
from dashboard.widgets.mistakes.views import SUSPICIOUS
from tests.dashboard.app import alerts, captions, figure, open_app, text
from tests.small_data import move_to_gone_dataset

MakeRun = Callable[..., str]
SAW = "People rejected this label: they saw"


def open_labels(**address: str) -> AppTest:
    """Open the view."""
    return open_app("mistakes", **{state.MISTAKES_VIEW: SUSPICIOUS}, **address)


def chosen(app: AppTest) -> int:
    """Return which image is large, by its heading."""
    (heading,) = (each.value for each in app.subheader if "labelled" in each.value)
    return int(heading.split()[2].strip(":").replace(",", ""))


def finish_check(store: RunStore, run_id: str, files: Path, said: np.ndarray) -> None:
    """Leave with a run what a check of its training labels would."""
    task = CheckLabels(subject=run_id)
    files.mkdir()
    np.savez(files / "arrays.npz", probabilities=said.astype(np.float32))
    made = Attachment(name=task.result_name, title=task.result_title, key=task.key)
    store.attach(run_id, made, files)


def test_decisions_lead_to_the_next_and_can_be_undone(
    finish_run: MakeRun, mnist: Dataset
) -> None:
    """Keep, remove, relabel: each in one key; then it is there for everybody."""
    finish_run()
    app = open_labels()
    order = []
    for key in ("keep_label", "drop_label", "relabel"):
        order.append(chosen(app))
        button = app.button(key=key)
        assert button.proto.shortcut
        button.click().run()

    decided = label_review.load(mnist).test
    assert [decided[each].verdict for each in order] == ["keep", "remove", "relabel"]
    assert len({*order, chosen(app)}) == 4
    assert "**3 of 150** listed labels decided" in text(app)

    app.button(key="undo_label").click().run()
    assert chosen(app) == order[-1]
    assert len(label_review.load(mnist).test) == 2

    other = open_labels(shown="Undecided")
    assert f"image {order[0]:,}:" not in "".join(captions(other, "suspicious_labels"))
    *_, last = captions(other, "suspicious_labels")
    index = int(last.split("image ")[1].split(":")[0].replace(",", ""))
    other.query_params["image"] = str(index)
    other.run()
    other.button(key="keep_label").click().run()
    # The one behind it was on the second page, and has moved up to the first.
    *_, last = captions(other, "suspicious_labels")
    assert chosen(other) != index
    assert f"image {chosen(other):,}:" in last


def test_undo_leaves_what_another_viewer_has_decided_since(
    finish_run: MakeRun, mnist: Dataset
) -> None:
    finish_run()
    app = open_labels()
    index = chosen(app)
    app.button(key="drop_label").click().run()
    label_review.decide(mnist, "test", index, Decision(verdict="keep"))

    app.button(key="undo_label").click().run()

    assert label_review.load(mnist).test[index].verdict == "keep"
    assert "Another viewer has changed this decision" in app.toast[0].value
    assert app.button(key="undo_label").disabled


def test_labels_that_people_rejected_are_badged(finish_run: MakeRun) -> None:
    """And what they saw: image 947 is labelled 8, and most saw a 9."""
    finish_run()

    app = open_labels(shown="Rejected by people", image="947")

    told = captions(app, "suspicious_labels")
    assert len(told) == 15
    assert sum("people saw none of the classes" in each for each in told) == 2
    assert chosen(app) == 947
    assert f"{SAW} 9" in text(app)


def test_training_labels_need_a_check_that_says_how_long_it_takes(
    store: RunStore, finish_run: MakeRun, mnist: Dataset, tmp_path: Path
) -> None:
    """Once there is one, the label that it denies comes first."""
    run_id = finish_run()
    app = open_labels(labels="Training")
    assert "3 trainings by its recipe" in alerts(app)[0]
    assert app.button(key="make_label-check")

    said = np.full((len(mnist.train.labels), 10), 0.01)
    said[np.arange(len(said)), mnist.train.labels] = 0.91
    said[1234] = np.roll(said[1234], 1)
    finish_check(store, run_id, tmp_path / "check", said)

    app = open_labels(labels="Training")
    assert chosen(app) == 1234
    assert "1 of 60,000" in text(app)
    assert len(figure(app, "suspicious_labels")["data"]) == 2


def test_decisions_become_a_version_once(finish_run: MakeRun, mnist: Dataset) -> None:
    """Its page is a click away then, and the button waits for other decisions."""
    finish_run()
    label_review.decide(mnist, "test", 7, Decision(verdict="remove"))
    app = open_labels()
    assert not app.button(key="make_reviewed_version").disabled

    changes = label_review.load(mnist).changes()
    made = versions.create(mnist, changes, reason=label_review.REASON)
    app = open_labels()

    assert app.button(key="make_reviewed_version").disabled
    assert "follows these decisions" in text(app)
    assert datasets.load(made.name).spec.num_test == 9_999


def test_whoever_may_only_look_sees_the_list_and_decides_nothing(
    finish_run: MakeRun, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish_run()
    monkeypatch.setenv("INKLAB_READ_ONLY", "1")

    app = open_labels()

    for key in ("keep_label", "drop_label", "relabel", "undo_label"):
        assert app.button(key=key).disabled
    assert not app.button(key="next_label").disabled


def test_without_its_data_set_the_images_are_missed_in_words(
    store: RunStore, finish_run: MakeRun
) -> None:
    move_to_gone_dataset(store, finish_run())

    assert "are not here any more" in alerts(open_labels())[0]
