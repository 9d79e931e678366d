"""What all sessions share: evaluations, predictors, and which run is watched."""

import dataclasses
import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from core.config import TrainingConfig
from core.datasets.store import Dataset
from core.errors import ArtifactError
from core.jobs import executor
from core.runs.records import Predictions
from core.runs.store import RunStore
from dashboard import services
from dashboard.charts.theme import DARK, LIGHT, Palette
from tests import small_data


def test_evaluation_counts_what_was_made_up(
    store: RunStore, finished_run: str, made_up: Predictions
) -> None:
    """250 of 10,000 are wrong, and a 4 is only ever taken for a 9."""
    evaluation = services.evaluation(store.get(finished_run))

    fours = np.count_nonzero(made_up.labels == 4)
    mistaken = np.count_nonzero(made_up.labels[::40] == 4)
    assert evaluation.accuracy.successes == 9_750
    assert len(evaluation.mistakes) == 250
    assert evaluation.matrix[4, 9] == mistaken
    assert evaluation.matrix[4, 4] == fours - mistaken
    assert evaluation.classes[4].recall == pytest.approx(1 - mistaken / fours)


def test_evaluation_is_computed_once(store: RunStore, finished_run: str) -> None:
    """Each click on a page asks for it again."""
    run = store.get(finished_run)

    assert services.evaluation(run) is services.evaluation(run)


@pytest.mark.parametrize("change", ["fewer", "in another order"])
def test_predictions_for_other_images_are_refused(
    change: str,
    store: RunStore,
    made_up: Predictions,
    finish_run: Callable[..., str],
    tmp_path: Path,
) -> None:
    """They would be shown beside the wrong images."""
    rows = slice(9_000) if change == "fewer" else slice(None, None, -1)
    other = Predictions(
        labels=made_up.labels[rows],
        probabilities=made_up.probabilities[rows],
        features=made_up.features[rows],
    )
    small_data.write_predictions(tmp_path / "files", other)
    run = store.get(finish_run(files=tmp_path / "files"))

    with pytest.raises(ArtifactError, match="tested on others"):
        services.evaluation(run)


@pytest.mark.parametrize(
    "damage",
    [
        lambda shares: shares * np.nan,
        lambda shares: shares[:100],
        lambda shares: shares[:, 0],
        lambda shares: np.repeat(shares, 2, axis=1)[:, ::-1],
    ],
    ids=["no numbers", "too few", "no classes", "other classes"],
)
def test_impossible_probabilities_are_refused(
    damage: Callable[[np.ndarray], np.ndarray],
    store: RunStore,
    made_up: Predictions,
    finish_run: Callable[..., str],
    tmp_path: Path,
) -> None:
    """A page must say so in words; it was a traceback."""
    bad = dataclasses.replace(made_up, probabilities=damage(made_up.probabilities))
    small_data.write_predictions(tmp_path / "files", bad)
    run = store.get(finish_run(files=tmp_path / "files"))

    with pytest.raises(ArtifactError, match="damaged"):
        services.evaluation(run)


def test_missing_model_is_refused_and_not_remembered(
    store: RunStore, finished_run: str, trained_model: Path
) -> None:
    """A file that is put back must work without a restart."""
    with pytest.raises(ArtifactError, match="missing"):
        services.predictor(finished_run)
    folder = store.artifact(finished_run, "predictions.npz").parent
    (folder / "model.tflite").write_bytes(trained_model.read_bytes())

    assert services.predictor(finished_run) is services.predictor(finished_run)


def test_watched_run_is_the_named_one_then_the_one_at_work_then_the_newest(
    store: RunStore,
) -> None:
    old, at_work, new = (store.create(TrainingConfig(), name=name) for name in "abc")
    store.start(at_work)

    assert services.watched_run(services.runs(), old).id == old
    assert services.watched_run(services.runs(), None).id == at_work
    assert services.watched_run(services.runs(), "nonsense").id == at_work
    store.stop(at_work)
    assert services.watched_run(services.runs(), None).id == new


@pytest.mark.usefixtures("store")
def test_without_runs_none_is_watched() -> None:
    assert services.watched_run(services.runs(), "nonsense") is None
    assert services.finished_runs(services.runs()) == ()
    assert services.num_waiting(services.runs()) == 0


def test_only_finished_runs_are_offered_the_newest_first(
    store: RunStore, finish_run: Callable[..., str], running_run: str
) -> None:
    first, second = finish_run(name="first"), finish_run(name="second")
    store.fail(store.create(TrainingConfig(), name="failed"), "The disk is full.")

    ids = [run.id for run in services.finished_runs(services.runs())]

    assert ids == [second, first]
    assert running_run not in ids


def test_only_queued_runs_wait(store: RunStore, running_run: str) -> None:
    assert running_run
    store.create(TrainingConfig(), name="next")

    assert services.num_waiting(services.runs()) == 1


def test_started_run_is_queued_and_handed_to_the_executor(
    store: RunStore, tasks: list[object]
) -> None:
    config = TrainingConfig(epochs=3)

    run_id = services.start_run(config, name="mine")

    run = store.get(run_id)
    assert (run.config, run.name) == (config, "mine")
    assert tasks == [("train_and_prepare", (run_id,))]


def test_summary_counts_each_split(mnist: Dataset) -> None:
    """MNIST has 5,923 zeros to learn from and 980 to be tested on."""
    summary = services.dataset_summary(mnist)

    assert (summary.train_counts[0], summary.test_counts[0]) == (5_923, 980)
    assert (summary.train_counts.sum(), summary.test_counts.sum()) == (60_000, 10_000)
    assert summary.mean_images.shape == (10, 28, 28)


@pytest.mark.parametrize(
    ("agent", "phone"),
    [
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 19_0) Mobile/15E148 Safari/604.1", True),
        ("Mozilla/5.0 (Linux; Android 16) Chrome/140.0 Mobile Safari/537.36", True),
        ("Mozilla/5.0 (X11; Linux x86_64) Chrome/140.0 Safari/537.36", False),
        ("", False),
        (None, False),
    ],
    ids=["iPhone", "Android", "desktop", "empty", "none"],
)
def test_phone_is_known_by_what_its_browser_says(
    agent: str | None, *, phone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    headers = {} if agent is None else {"User-Agent": agent}
    monkeypatch.setattr(services.st, "context", SimpleNamespace(headers=headers))

    assert services.is_phone() is phone


@pytest.mark.parametrize(
    ("theme", "palette"), [("dark", DARK), ("light", LIGHT), (None, LIGHT)]
)
def test_palette_is_that_of_the_theme(
    theme: str | None, palette: Palette, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = SimpleNamespace(theme=SimpleNamespace(type=theme))
    monkeypatch.setattr(services.st, "context", context)

    assert services.palette() == palette


def test_server_warms_the_worker_up(monkeypatch: pytest.MonkeyPatch) -> None:
    """The first run should not wait for TensorFlow."""
    warm = threading.Event()
    monkeypatch.setattr(services, "WARM_UP_DELAY_SECONDS", 0.0)
    monkeypatch.setattr(executor, "warm_up", warm.set)

    services.start()

    assert warm.wait(5)
