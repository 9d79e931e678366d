"""A stopped run leaves a model, and a run that is over goes on as a new one."""

import itertools
import math
import shutil
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.config import MAX_EPOCHS, EnsembleConfig, MlpConfig
from core.datasets import catalog
from core.datasets import store as datasets
from core.datasets.spec import DatasetSpec
from core.datasets.store import Dataset
from core.errors import (
    ArtifactError,
    ConfigError,
    DivergedError,
    UnknownDatasetError,
)
from core.inference import Predictor
from core.jobs import autosave, worker
from core.jobs.resume import child_of
from core.records import CHECKPOINT, Progress, Run, RunScores, RunStatus
from core.runs import checkpoint_files, open_store
from core.runs.owner import Owner
from core.runs.store import RunStore
from tests.rounding import assert_same_but_rounded
from tests.small_data import SMALL, copy_runs, stop_after

pytestmark = pytest.mark.usefixtures("no_litert")

LONG = replace(SMALL, epochs=4)


@pytest.fixture(scope="module")
def stopped_home(
    tmp_path_factory: pytest.TempPathFactory,
    empty_database: Path,
    small_mnist_files: DatasetSpec,
) -> Path:
    """Make a home with two runs of four epochs; one was stopped in its second one."""
    home = tmp_path_factory.mktemp("stopped") / "home"
    home.mkdir()
    shutil.copyfile(empty_database, home / "runs.db")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(home))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        patch.setattr(catalog, "_SPECS", (small_mnist_files,))
        worker.perform(open_store().create(LONG, name="whole"))
        worker.perform(open_store().create(LONG, name="run"), on_report=stop_after(6))
    return home


@pytest.fixture
def run_store(home: Path, stopped_home: Path) -> RunStore:
    """Open a run store that has both runs."""
    copy_runs(stopped_home, home)
    return open_store()


@pytest.fixture
def stopped(run_store: RunStore, small_mnist: Dataset) -> Run:
    """Return the stopped run, which is the newest."""
    assert small_mnist
    return run_store.runs()[0]


@pytest.fixture
def whole(run_store: RunStore) -> Run:
    """Return the run that was never stopped."""
    return run_store.runs()[-1]


@pytest.fixture
def keeping_always(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep where a training stands after each chunk, as if each took seconds."""
    monkeypatch.setattr(autosave, "INTERVAL_SECONDS", 0.0)
    monkeypatch.setattr(autosave, "MAX_SHARE", math.inf)


def break_after(num_reports: int, error: Exception) -> Callable[[Progress], None]:
    """Make a report function that raises an error from some chunk on."""
    left = itertools.count(num_reports - 1, -1)

    def report(_: Progress) -> None:
        if next(left) <= 0:
            raise error

    return report


def gone_on(store: RunStore, run_id: str, *, epochs: int) -> Run:
    """Train a run for more epochs in this process."""
    task, name = child_of(store, run_id, epochs=epochs)
    child = task.create(store, name=name)
    worker.perform(child)
    return store.get(child)


def assert_same_outcome(store: RunStore, one: str, other: str) -> None:
    """Compare curves and predictions of two runs to the last bit."""
    assert store.history(one) == store.history(other)
    assert store.live_points(one) == store.live_points(other)
    np.testing.assert_array_equal(
        store.predictions(one).probabilities, store.predictions(other).probabilities
    )


def test_a_stopped_run_can_be_used_and_evaluated(
    run_store: RunStore, small_mnist: Dataset, stopped: Run
) -> None:
    """Whoever stops a long training has often seen that it is good enough."""
    images = small_mnist.test.images / np.float32(255)

    predictor = Predictor(run_store.artifact(stopped.id, "model.tflite"))

    assert stopped.status is RunStatus.STOPPED
    assert stopped.has_model
    assert not stopped.is_saving
    expected = run_store.predictions(stopped.id).probabilities
    assert_same_but_rounded(predictor.predict(images), expected)
    card = run_store.artifact(stopped.id, "card.md").read_text()
    assert "1 epoch of 4 (weights of epoch 1)" in card


def test_the_latest_run_may_be_a_stopped_one(run_store: RunStore, stopped: Run) -> None:
    """It is the one that somebody has just looked at."""
    assert run_store.get("latest").id == stopped.id


def test_a_run_goes_on_with_its_curves(
    run_store: RunStore, stopped: Run, whole: Run
) -> None:
    """One looks at one curve, as if it had never been stopped."""
    child = gone_on(run_store, stopped.id, epochs=3)

    assert (child.status, child.parent) == (RunStatus.FINISHED, stopped.id)
    assert child.config == LONG
    assert_same_outcome(run_store, child.id, whole.id)


def test_the_run_before_stays_as_it_was(run_store: RunStore, stopped: Run) -> None:
    """Two results can be compared; the time of the new one is that of both."""
    points = run_store.live_points(stopped.id)

    child = gone_on(run_store, stopped.id, epochs=1)

    assert run_store.get(stopped.id) == stopped
    assert run_store.live_points(stopped.id) == points
    assert child.scores.train_seconds > stopped.scores.train_seconds > 0


def test_a_run_can_go_on_more_than_once(run_store: RunStore, stopped: Run) -> None:
    """Its name tells how far it went, and does not grow."""
    second = gone_on(run_store, stopped.id, epochs=1)

    third = gone_on(run_store, second.id, epochs=2)

    assert (second.name, third.name) == ("run, to epoch 2", "run, to epoch 4")
    assert run_store.history(third.id).num_epochs == 4


def test_a_run_that_is_not_over_cannot_go_on(run_store: RunStore) -> None:
    """Both would learn the same epochs."""
    run_id = run_store.create(LONG, name="run")

    with pytest.raises(ConfigError, match=r"a run that is over, .* is not\. Wait"):
        child_of(run_store, run_id, epochs=1)


def test_a_run_that_was_stopped_in_the_queue_cannot_go_on(run_store: RunStore) -> None:
    """It has learned nothing; what to do instead is said."""
    run_id = run_store.create(LONG, name="run")
    run_store.request_stop(run_id)

    with pytest.raises(ArtifactError, match=r"\(stopped\) ended, .* start a new one"):
        child_of(run_store, run_id, epochs=1)


@pytest.mark.usefixtures("keeping_always")
@pytest.mark.parametrize(
    ("num_chunks", "finished"), [(4, 1), (6, 1)], ids=["an epoch", "within one"]
)
def test_a_run_that_broke_off_goes_on_as_if_it_never_had(
    run_store: RunStore,
    small_mnist: Dataset,
    whole: Run,
    num_chunks: int,
    finished: int,
) -> None:
    """Within an epoch or between two; the weights are the same to the last bit."""
    assert small_mnist
    broken = run_store.create(LONG, name="broken")
    with pytest.raises(ZeroDivisionError):
        worker.perform(
            broken, on_report=break_after(num_chunks + 1, ZeroDivisionError())
        )

    child = gone_on(run_store, broken, epochs=LONG.epochs - finished)

    assert child.config == LONG
    assert_same_outcome(run_store, child.id, whole.id)


@pytest.mark.usefixtures("keeping_always")
def test_what_it_learned_after_its_state_was_kept_is_not_shown_twice(
    run_store: RunStore, small_mnist: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The curves of the new run begin where it does, not where the old one broke."""
    assert small_mnist
    broken = run_store.create(LONG, name="broken")

    def report(progress: Progress) -> None:
        if progress.epochs_done >= 1:
            monkeypatch.setattr(autosave, "INTERVAL_SECONDS", 60.0)
        if progress.epochs_done >= 3:
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        worker.perform(broken, on_report=report)
    child = gone_on(run_store, broken, epochs=1)

    assert run_store.history(broken).num_epochs == 3
    assert run_store.history(child.id).num_epochs == child.config.epochs == 2
    epochs = run_store.live_points(child.id).epochs
    assert list(epochs) == sorted(set(epochs))


@pytest.mark.usefixtures("keeping_always")
def test_epochs_that_the_store_never_heard_of_are_in_the_curves(
    run_store: RunStore,
    small_mnist: Dataset,
    whole: Run,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A process may be killed, or the store be away, between a state and its scores.

    Without them all later epochs would move to the left.
    """
    assert small_mnist
    broken = run_store.create(LONG, name="broken")
    with monkeypatch.context() as patch:
        patch.setattr(RunStore, "log", lambda *_: None)
        with pytest.raises(ZeroDivisionError):
            worker.perform(broken, on_report=break_after(10, ZeroDivisionError()))

    child = gone_on(run_store, broken, epochs=2)

    assert run_store.history(broken).num_epochs == 0
    assert child.config == LONG
    assert run_store.history(child.id) == run_store.history(whole.id)
    assert child.scores.best_epoch == whole.scores.best_epoch


@pytest.mark.usefixtures("keeping_always")
@pytest.mark.parametrize(
    ("also", "status"),
    [
        pytest.param(lambda _: None, RunStatus.FINISHED, id="has its files"),
        pytest.param(
            break_after(6, DivergedError("the loss is NaN")),
            RunStatus.FAILED,
            id="would only diverge again",
        ),
    ],
)
def test_a_state_that_is_of_no_use_any_more_is_removed(
    run_store: RunStore,
    small_mnist: Dataset,
    also: Callable[[Progress], None],
    status: RunStatus,
) -> None:
    assert small_mnist
    run_id = run_store.create(LONG, name="run")

    worker.perform(run_id, on_report=also)

    assert run_store.get(run_id).status is status
    assert not checkpoint_files.file_of(run_id).exists()


@pytest.mark.parametrize("epochs", [0, -1, MAX_EPOCHS])
def test_an_impossible_number_of_epochs_is_refused(
    run_store: RunStore, stopped: Run, epochs: int
) -> None:
    """Nothing is left in the queue then."""
    with pytest.raises(ConfigError, match="got"):
        child_of(run_store, stopped.id, epochs=epochs)

    assert len(run_store.runs()) == 2


@pytest.mark.parametrize("is_changed", [False, True], ids=["gone", "another one"])
def test_a_run_whose_data_set_is_not_here_is_not_continued(
    run_store: RunStore,
    stopped: Run,
    monkeypatch: pytest.MonkeyPatch,
    *,
    is_changed: bool,
) -> None:
    """It says so at once, not when its turn has come."""
    monkeypatch.setattr(catalog, "_SPECS", ())
    if is_changed:
        spec = DatasetSpec(
            name="mnist",
            title="Other",
            classes=("a", "b"),
            image_shape=(28, 28),
            num_train=2,
            num_test=2,
        )
        with datasets.create(spec) as draft:
            for part in ("train", "test"):
                images = np.zeros((2, 28, 28), np.uint8)
                draft.content.append(part, images, np.arange(2, dtype=np.uint8))

    with pytest.raises(UnknownDatasetError, match="Get or import"):
        child_of(run_store, stopped.id, epochs=1)


def test_a_run_from_before_states_were_kept_cannot_go_on(
    run_store: RunStore, stopped: Run
) -> None:
    run_store.artifact(stopped.id, CHECKPOINT).unlink()

    with pytest.raises(
        ArtifactError, match=r"was not saved, or is lost\. The run stays"
    ):
        child_of(run_store, stopped.id, epochs=1)


def test_a_damaged_state_is_the_reason_of_the_failure(
    run_store: RunStore, stopped: Run
) -> None:
    """The new run says so; the old one can still be used."""
    path = run_store.artifact(stopped.id, CHECKPOINT)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 0xFF
    path.write_bytes(content)

    child = gone_on(run_store, stopped.id, epochs=1)

    assert child.status is RunStatus.FAILED
    assert "cannot be resumed" in child.reason
    assert run_store.get(stopped.id).has_model


def test_half_of_a_state_is_refused_at_once(run_store: RunStore, stopped: Run) -> None:
    """Nothing waits in the queue only to fail."""
    path = run_store.artifact(stopped.id, CHECKPOINT)
    path.write_bytes(path.read_bytes()[:500])

    with pytest.raises(ArtifactError, match="missing or damaged"):
        child_of(run_store, stopped.id, epochs=1)

    assert len(run_store.runs()) == 2


def test_a_stopped_run_whose_process_died_is_not_saved_for_ever(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The page would wait for its model until it is closed."""
    run_id = run_store.create(LONG, name="run")
    run_store.start(run_id)
    run_store.stop(run_id, saving=True)
    was_saving = run_store.get(run_id).is_saving

    monkeypatch.setattr(Owner, "is_alive", False)

    assert was_saving
    assert not run_store.get(run_id).is_saving


def test_an_ensemble_is_not_continued_and_says_what_can_be(
    run_store: RunStore, stopped: Run, tmp_path: Path
) -> None:
    config = EnsembleConfig(members=(MlpConfig(), MlpConfig()))
    pair = run_store.create(config, name="pair", members=[stopped.id, "other"])
    run_store.start(pair)
    (tmp_path / "files").mkdir()
    scores = RunScores(test_accuracy=0.9, test_size=200)
    run_store.save_results(pair, scores=scores, files=tmp_path / "files")
    run_store.finish(pair)

    with pytest.raises(ConfigError, match=r"pair is an ensemble\. Continue its"):
        child_of(run_store, pair, epochs=1)
