"""The task of a worker: a run id goes in, and the run is finished."""

import os
import shutil
import time
from dataclasses import replace
from pathlib import Path
from typing import NamedTuple

import keras
import numpy as np
import pytest

from core.config import TrainingConfig
from core.datasets import catalog
from core.datasets.spec import DatasetSpec
from core.datasets.store import Dataset
from core.inference import Predictor
from core.jobs import scratch, worker
from core.models import export
from core.records import Progress, RunStatus
from core.runs import open_store
from core.runs.store import RunStore
from tests.rounding import assert_same_but_rounded
from tests.small_data import NUM_TEST, SMALL


class Trained(NamedTuple):
    """A run that was trained once for all tests that only look at it."""

    home: Path
    run_id: str
    reports: list[Progress]


@pytest.fixture(scope="module")
def trained_home(
    tmp_path_factory: pytest.TempPathFactory,
    empty_database: Path,
    small_mnist_files: DatasetSpec,
) -> Trained:
    """Train in a home of its own."""
    folder = tmp_path_factory.mktemp("trained-home")
    shutil.copyfile(empty_database, folder / "runs.db")
    reports: list[Progress] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(folder))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setattr(catalog, "_SPECS", (small_mnist_files,))
        run_id = open_store().create(SMALL, name="run")
        worker.perform(run_id, on_report=reports.append)
    return Trained(folder, run_id, reports)


@pytest.fixture
def trained(trained_home: Trained, monkeypatch: pytest.MonkeyPatch) -> Trained:
    """Take its home for that of this test."""
    monkeypatch.setenv("INKLAB_HOME", str(trained_home.home))
    return trained_home


def finish(store: RunStore, config: TrainingConfig = SMALL) -> str:
    """Train a run in this process."""
    run_id = store.create(config, name="run")
    worker.perform(run_id)
    return run_id


def test_a_run_is_finished_with_all_its_files(trained: Trained) -> None:
    """What a page, a download and another program need, and no rubbish."""
    store = open_store()
    run = store.get(trained.run_id)

    assert (run.status, run.reason) == (RunStatus.FINISHED, "")
    folder = store.artifact(run.id, "config.json").parent
    assert sorted(file.name for file in folder.iterdir()) == [
        "analyses",
        "card.md",
        "checkpoint.npz",
        "config.json",
        "dataset.json",
        "log.txt",
        "model.keras",
        "model.onnx",
        "model.tflite",
        "predictions.npz",
        "validation.npz",
    ]
    stored = TrainingConfig.from_json((folder / "config.json").read_text())
    assert stored == SMALL
    assert list(trained.home.glob(".run-*")) == []


def test_the_scores_are_those_of_the_predictions(
    trained: Trained, small_mnist: Dataset
) -> None:
    """The number in the list is the one that the evaluation finds again."""
    store = open_store()
    run = store.get(trained.run_id)

    found = store.predictions(run.id)
    hits = (found.probabilities.argmax(axis=1) == small_mnist.test.labels).mean()
    assert run.scores.test_accuracy == pytest.approx(hits)
    assert run.scores.test_size == NUM_TEST
    assert 0 < run.scores.train_seconds < run.scores.total_seconds
    assert run.scores.best_epoch == store.history(run.id).best_epoch
    assert run.scores.best_epoch is not None
    card = store.artifact(run.id, "card.md").read_text()
    assert f"Test accuracy: {100 * hits:.2f} % of 200 images" in card


def test_the_progress_is_in_the_store(trained: Trained) -> None:
    """Every chunk and every epoch, for the curves."""
    store = open_store()

    points, history = store.live_points(trained.run_id), store.history(trained.run_id)

    assert points.loss == tuple(report.loss for report in trained.reports)
    assert history == trained.reports[-1].history
    assert history.num_epochs == 2


def test_both_models_give_the_predictions_that_are_stored(
    trained: Trained, small_mnist: Dataset
) -> None:
    """What one downloads is what was tested."""
    store = open_store()
    images = small_mnist.test.images / np.float32(255)

    path = store.artifact(trained.run_id, "model.keras")
    loaded = keras.models.load_model(path, safe_mode=True)
    predictor = Predictor(store.artifact(trained.run_id, "model.tflite"))

    expected = store.predictions(trained.run_id).probabilities
    assert_same_but_rounded(loaded(images), expected)
    assert_same_but_rounded(predictor.predict(images), expected)


def test_a_run_that_was_stopped_while_it_waited_is_left_alone(
    run_store: RunStore,
) -> None:
    """The pool cannot be told to forget a task."""
    run_id = run_store.create(SMALL, name="run")
    run_store.request_stop(run_id)

    worker.perform(run_id)

    assert run_store.get(run_id).status is RunStatus.STOPPED
    assert run_store.live_points(run_id).loss == ()


@pytest.mark.usefixtures("small_mnist")
def test_a_stop_request_stops_a_running_run(run_store: RunStore, home: Path) -> None:
    """It is a result, not a failure, and leaves nothing behind."""
    run_id = run_store.create(replace(SMALL, epochs=500), name="run")

    def ask_to_stop(_: Progress) -> None:
        if not run_store.is_stop_requested(run_id):
            run_store.request_stop(run_id)

    worker.perform(run_id, on_report=ask_to_stop)

    run = run_store.get(run_id)
    assert (run.status, run.reason) == (RunStatus.STOPPED, "")
    assert run.scores.epochs_done < 500
    assert list(home.glob(".run-*")) == []


@pytest.mark.usefixtures("small_mnist")
def test_an_interrupted_run_is_stopped(run_store: RunStore) -> None:
    """Ctrl+C in a terminal ends the program, and the run is not left running."""
    run_id = run_store.create(SMALL, name="run")

    def interrupt(_: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        worker.perform(run_id, on_report=interrupt)

    assert run_store.get(run_id).status is RunStatus.STOPPED


@pytest.mark.parametrize(
    ("config", "reason"),
    [
        pytest.param(replace(SMALL, dataset="mnits"), "got 'mnits'", id="data set"),
        pytest.param(
            replace(SMALL, validation_fraction=0.0005, patience=2),
            "at least one validation image",
            id="patience",
        ),
    ],
)
@pytest.mark.usefixtures("small_mnist")
def test_an_expected_error_is_the_reason_of_the_failure(
    run_store: RunStore, config: TrainingConfig, reason: str
) -> None:
    """It is shown on the page as it is."""
    run = run_store.get(finish(run_store, config))

    assert run.status is RunStatus.FAILED
    assert reason in run.reason


@pytest.mark.usefixtures("small_mnist")
def test_a_broken_data_file_is_the_reason_of_the_failure(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """And the reason says which file."""
    broken = replace(catalog.spec("mnist"), folder=tmp_path, num_train=599)
    monkeypatch.setattr(catalog, "_SPECS", (broken,))

    run = run_store.get(finish(run_store))

    assert run.status is RunStatus.FAILED
    assert "Expected the data file" in run.reason


@pytest.mark.usefixtures("small_mnist")
def test_an_unexpected_error_is_the_reason_too_and_is_raised(
    run_store: RunStore,
) -> None:
    """A defect must be seen, but the run must not be left running."""
    run_id = run_store.create(SMALL, name="run")

    def break_down(_: Progress) -> None:
        message = "a defect"
        raise ZeroDivisionError(message)

    with pytest.raises(ZeroDivisionError):
        worker.perform(run_id, on_report=break_down)

    run = run_store.get(run_id)
    assert run.status is RunStatus.FAILED
    assert run.reason == "Unexpected ZeroDivisionError: a defect"


@pytest.mark.usefixtures("small_mnist")
def test_an_export_that_disagrees_fails_the_run(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The pages would answer with another model than the one that was tested."""

    def save_another(model: keras.Model, path: Path) -> None:
        weights = [np.zeros_like(each) for each in model.get_weights()]
        other = keras.models.clone_model(model)
        other.set_weights(weights)
        save(other, path)

    save = export.save_litert
    monkeypatch.setattr(export, "save_litert", save_another)

    run = run_store.get(finish(run_store))

    assert run.status is RunStatus.FAILED
    assert "defect of the export" in run.reason


@pytest.mark.usefixtures("small_mnist")
def test_a_running_run_that_is_deleted_stops_training(run_store: RunStore) -> None:
    """It would otherwise keep the only worker busy to its end, for nobody."""
    run_id = run_store.create(replace(SMALL, epochs=500), name="run")
    reports: list[Progress] = []

    def delete(progress: Progress) -> None:
        reports.append(progress)
        if len(reports) == 1:
            run_store.delete(run_id)

    worker.perform(run_id, on_report=delete)

    assert reports[-1].share < 1.0
    assert run_store.runs() == ()


def test_a_run_that_was_deleted_while_it_waited_is_left_alone(
    run_store: RunStore,
) -> None:
    """The pool cannot be told to forget a task."""
    run_id = run_store.create(SMALL, name="run")
    run_store.delete(run_id)

    worker.perform(run_id)

    assert run_store.runs() == ()


def test_what_a_killed_process_left_is_removed_after_an_hour(home: Path) -> None:
    """Each has three models; another process may be saving a run right now."""
    old, new = home / ".run-old", home / ".run-new"
    for folder in (old, new):
        folder.mkdir(parents=True)
        (folder / "model.keras").write_bytes(b"half")
    two_hours_ago = time.time() - 7200
    os.utime(old, (two_hours_ago, two_hours_ago))

    scratch.sweep()

    assert (old.exists(), new.exists()) == (False, True)
