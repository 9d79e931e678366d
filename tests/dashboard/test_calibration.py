"""Scores, Calibration and Rejection on Evaluate; calibrated probabilities on Draw."""

import dataclasses

import numpy as np
import pytest

from core.predictions import VALIDATION, Predictions, Validation
from core.runs.store import RunStore
from dashboard import canvas
from tests.dashboard.app import alerts, captions, figure, open_app, text
from tests.dashboard.test_draw_page import bar


def keep_validation(store: RunStore, run_id: str, said: Predictions) -> None:
    """Keep what a run said about 200 images, as if they had been held out."""
    labels = said.labels[:200].copy()
    labels[::4] = (labels[::4] + 1) % 10
    Validation(
        indices=np.arange(200),
        labels=labels,
        probabilities=np.array(said.probabilities[:200]),
        by_epoch=np.zeros((0, 200), np.uint8),
    ).save(store.artifact(run_id, "predictions.npz").parent / VALIDATION)


def test_scores_come_first_with_interval_n_and_what_people_rejected(
    finished_run: str, made_up: Predictions
) -> None:
    """The accuracy without the 15 labels, counted by hand: none of them is a 40th."""
    assert finished_run
    app = open_app("evaluate")

    table = app.table[0].value
    right = int(np.sum(made_up.probabilities.argmax(axis=1) == made_up.labels))
    assert table.loc["Accuracy", "95 % interval"] == "97.18 to 97.79 %"
    assert table.loc["Top-2 accuracy", "Test images"] == "10,000"
    assert {"Balanced accuracy", "Macro F1", "Log loss", "Brier score"} <= {
        *table.index
    }
    assert f"{(right - 15) / 9_985:.2%}".replace("%", " %") in text(app)
    assert "without 15 rejected labels" in text(app)


def test_runs_that_differ_by_seed_show_their_spread(
    store: RunStore, finished_run: str
) -> None:
    config = dataclasses.replace(store.get(finished_run).training, seed=7)
    other = store.create(config, name="other")
    store.start(other)
    scores = dataclasses.replace(store.get(finished_run).scores, test_accuracy=0.985)
    folder = store.artifact(finished_run, "predictions.npz").parent
    store.save_results(other, scores=scores, files=folder)
    store.finish(other)

    shown = text(open_app("evaluate", run=finished_run))

    assert "98.00 % on average over 2 seeds" in shown
    assert "standard deviation of 0.71 points" in shown


def test_a_run_without_validation_images_says_why_it_has_no_temperature(
    finished_run: str,
) -> None:
    """The rest is there: reliability and rejection need no temperature."""
    assert finished_run
    app = open_app("evaluate", analysis="Calibration")

    assert any("without a validation split" in each for each in alerts(app))
    assert len(figure(app, "reliability")["data"]) == 3
    assert figure(app, "coverage")["data"]


def test_a_temperature_is_shown_beside_what_it_changes(
    store: RunStore, finished_run: str, made_up: Predictions
) -> None:
    """A quarter of the validation images are wrong, so it was too confident."""
    keep_validation(store, finished_run, made_up)

    app = open_app("evaluate", analysis="Calibration")

    assert "fitted on 200 validation images: the model is too" in text(app)
    assert list(app.table[0].value.columns) == ["As trained", "With temperature"]
    assert len(figure(app, "reliability")["data"]) == 5


def test_the_threshold_of_a_link_decides_what_is_answered(
    finished_run: str, made_up: Predictions
) -> None:
    """Counted from the predictions; the rejected ones can be looked at too."""
    assert finished_run
    sure = made_up.probabilities.max(axis=1) > 0.8
    wrong = sure & (made_up.probabilities.argmax(axis=1) != made_up.labels)
    app = open_app("evaluate", analysis="Calibration", above="80.0")

    assert f"**{10_000 - sure.sum():,} of 10,000 test images are rejected**" in text(
        app
    )
    assert f"**{wrong.sum():,} of the {sure.sum():,} others are wrong**" in text(app)
    assert len(captions(app, "answered_images")) == min(60, wrong.sum())

    app.get_by_key("answered").set_value("Rejected").run()
    assert f"60 of {10_000 - sure.sum():,} test images, the least" in text(app)

    app.slider(key="above").set_value(99.9).run()
    assert "No image has a higher confidence" in "".join(alerts(app))


@pytest.mark.parametrize("is_kept", [True, False], ids=["temperature", "none"])
def test_draw_says_whether_its_probabilities_are_calibrated(
    store: RunStore,
    usable_run: str,
    made_up: Predictions,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_kept: bool,
) -> None:
    """The class stays the same; 1 as without a temperature."""
    monkeypatch.setattr(canvas, "drawing_input", lambda **_: bar())
    if is_kept:
        keep_validation(store, usable_run, made_up)

    app = open_app("draw")

    assert app.metric[0].value == "1"
    assert ("Calibrated probabilities (temperature" in text(app)) == is_kept
