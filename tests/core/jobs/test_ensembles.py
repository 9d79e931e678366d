"""Runs made one: what can be combined, and what comes of it."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from core.config import CnnConfig, ConvBlock, EnsembleConfig, MlpConfig, TrainingConfig
from core.datasets import catalog
from core.datasets import store as datasets
from core.datasets.spec import DatasetSpec
from core.datasets.store import Dataset
from core.errors import ConfigError, InklabError, RunTextError, UnknownRunError
from core.inference import Predictor
from core.jobs import executor, worker
from core.jobs.kinds import ensemble
from core.jobs.reporter import Reporter
from core.models import architectures, export
from core.predictions import VALIDATION, Validation
from core.records import History, RunScores, RunStatus
from core.runs.store import RunStore
from core.training.train import predict
from tests import small_data
from tests.rounding import assert_same_but_rounded
from tests.small_data import NUM_TEST, SMALL, dimensions

NETWORKS = (
    MlpConfig(hidden=(16,), batch_norm=True, dropout=0.2),
    CnnConfig(blocks=(ConvBlock(filters=4),), dense=(8,)),
)


@pytest.fixture(scope="module")
def member_files(
    tmp_path_factory: pytest.TempPathFactory, small_mnist_files: DatasetSpec
) -> list[Path]:
    """Write the files of two runs of different networks."""
    home = tmp_path_factory.mktemp("members")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(home))
        patch.setattr(catalog, "_SPECS", (small_mnist_files,))
        test = datasets.load("mnist").test
    folders = []
    for number, network in enumerate(NETWORKS):
        model = architectures.build(network, dimensions(10))
        architectures.initialise(model, seed=number)
        files = home / f"files-{number}"
        small_data.write_predictions(files, predict(model, test))
        export.save_keras(model, files / "model.keras")
        folders.append(files)
    return folders


@pytest.fixture
def members(
    run_store: RunStore, small_mnist: Dataset, member_files: list[Path]
) -> list[str]:
    """Put two finished runs into the store, of different networks."""
    assert small_mnist
    return [
        finished(run_store, replace(SMALL, network=network), files)
        for network, files in zip(NETWORKS, member_files, strict=True)
    ]


def queue(store: RunStore, members: list[str], *, name: str = "") -> str:
    """Ask that runs become one."""
    task, name = ensemble.ensemble_of(store, members, name=name)
    return task.create(store, name=name)


def finished(store: RunStore, config: TrainingConfig, files: Path) -> str:
    """Put a finished run into the store."""
    run_id = store.create(config, name=f"of {files.name}")
    store.start(run_id)
    scores = RunScores(test_accuracy=0.5, test_size=200)
    store.save_results(run_id, scores=scores, files=files)
    store.finish(run_id)
    return run_id


@pytest.mark.parametrize(
    "name", ["  ", "\x1b[31mred", "two\nlines", "n" * 300, "\u202edeliame"]
)
def test_name_that_a_run_cannot_be_given_later_is_refused(
    run_store: RunStore, members: list[str], name: str
) -> None:
    """Renaming refuses it, and a terminal or a table would show something else."""
    with pytest.raises(RunTextError, match="Expected a name"):
        ensemble.ensemble_of(run_store, members, name=name)

    assert {run.id for run in run_store.runs()} == set(members)


def test_an_ensemble_answers_with_the_mean_of_its_members(
    run_store: RunStore, small_mnist: Dataset, members: list[str]
) -> None:
    """In the stored predictions and in both models, which outlive the members."""
    run_id = queue(run_store, members, name="both")
    worker.perform(run_id)

    run = run_store.get(run_id)
    assert (run.status, run.reason, run.name) == (RunStatus.FINISHED, "", "both")
    assert run.config == EnsembleConfig(members=NETWORKS)
    assert run.members == tuple(members)
    expected = np.mean(
        [run_store.predictions(each).probabilities for each in members], axis=0
    )
    for member in members:
        run_store.delete(member)
    found = run_store.predictions(run_id)
    images = small_mnist.test.images / np.float32(255)
    loaded = keras.models.load_model(run_store.artifact(run_id, "model.keras"))
    predictor = Predictor(run_store.artifact(run_id, "model.tflite"))
    assert_same_but_rounded(found.probabilities, expected)
    assert_same_but_rounded(loaded(images), expected)
    assert_same_but_rounded(predictor.predict(images), expected)
    hits = (expected.argmax(axis=1) == small_mnist.test.labels).mean()
    assert run.scores.test_accuracy == pytest.approx(hits)
    assert run.scores.test_size == NUM_TEST


@pytest.mark.usefixtures("no_litert")
@pytest.mark.parametrize("shift", [0, 1], ids=["the same", "others"])
def test_an_ensemble_knows_validation_images_only_if_all_members_share_them(
    shift: int, run_store: RunStore, members: list[str]
) -> None:
    """A member that learned from them would make the ensemble seem better."""
    chances = np.array([[0.8, 0.2], [0.2, 0.8]], np.float32)
    for number, run_id in enumerate(members):
        said = Validation(
            indices=np.array([0, 1]) + shift * number,
            labels=np.array([0, 1], np.uint8),
            probabilities=chances[:, ::-1] if number else chances,
            by_epoch=np.zeros((3, 2), np.uint8),
        )
        said.save(run_store.artifact(run_id, "model.keras").parent / VALIDATION)

    worker.perform(combined := queue(run_store, members))

    found = run_store.validation(combined)
    assert (found is None) == bool(shift)
    if found is not None:
        np.testing.assert_allclose(found.probabilities, 0.5)
        assert found.by_epoch.shape == (0, 2)


@pytest.mark.usefixtures("no_litert")
def test_an_ensemble_has_files_but_no_curves(
    run_store: RunStore, members: list[str], home: Path
) -> None:
    """Nothing was trained, so there is no time of training either."""
    run_id = queue(run_store, members)
    worker.perform(run_id)

    run = run_store.get(run_id)
    assert run.name == "784-16-10 + 28x28-4C3-P2-8-10"
    assert run_store.history(run_id) == History()
    assert (run.scores.train_seconds, run.compiler) == (None, "")
    card = run_store.artifact(run_id, "card.md").read_text()
    assert "the mean of 2 networks." in card
    for member in members:
        assert f"| {run_store.get(member).name} | {member} | " in card
    assert "epochs" not in card
    assert list(home.glob(".run-*")) == []


def one_only(store: RunStore, members: list[str]) -> list[str]:
    assert store
    return members[:1]


def the_same_twice(store: RunStore, members: list[str]) -> list[str]:
    assert store
    return [*members, members[0]]


def an_unknown_one(store: RunStore, members: list[str]) -> list[str]:
    assert store
    return [*members, "nonsense"]


def a_deleted_one(store: RunStore, members: list[str]) -> list[str]:
    store.delete(members[1])
    return members


def one_that_waits(store: RunStore, members: list[str]) -> list[str]:
    return [*members, store.create(SMALL, name="waits")]


def one_of_other_data(store: RunStore, members: list[str]) -> list[str]:
    files = store.artifact(members[0], "model.keras").parent
    return [*members, finished(store, replace(SMALL, dataset="letters"), files)]


def an_ensemble(store: RunStore, members: list[str]) -> list[str]:
    files = store.artifact(members[0], "model.keras").parent
    config = EnsembleConfig(members=NETWORKS)
    return [*members, finished(store, config, files)]


@pytest.mark.parametrize(
    ("choose", "kind", "message"),
    [
        (one_only, ConfigError, "2 to 20 runs for an ensemble, got 1"),
        (the_same_twice, ConfigError, "got 3, of which only 2 differ. Name each"),
        (an_unknown_one, UnknownRunError, "got 'nonsense'"),
        (a_deleted_one, UnknownRunError, "id of a run in the store"),
        (one_that_waits, UnknownRunError, r"waits \(.*\) is queued and has none"),
        (one_of_other_data, ConfigError, "one data set, got runs of letters and mnist"),
        (an_ensemble, ConfigError, "itself an ensemble. Choose its members"),
    ],
    ids=lambda value: getattr(value, "__name__", ""),
)
def test_runs_that_do_not_go_together_are_refused_and_leave_no_run(
    run_store: RunStore,
    members: list[str],
    choose: Callable[[RunStore, list[str]], list[str]],
    kind: type[InklabError],
    message: str,
) -> None:
    """Before anything is queued."""
    chosen = choose(run_store, members)
    before = run_store.runs()

    with pytest.raises(kind, match=message):
        queue(run_store, chosen)

    assert run_store.runs() == before


def after_damage(
    store: RunStore, members: list[str], damage: Callable[[Path], object]
) -> str:
    """Damage the files of the second member, combine, and return the reason."""
    run_id = queue(store, members)
    damage(store.artifact(members[1], "model.keras").parent)
    worker.perform(run_id)
    run = store.get(run_id)
    assert run.status is RunStatus.FAILED
    return run.reason


def retrain(folder: Path) -> None:
    """Put other weights into the place of those that were tested."""
    model = architectures.build(NETWORKS[1], dimensions(10))
    architectures.initialise(model, seed=77)
    export.save_keras(model, folder / "model.keras")


@pytest.mark.parametrize(
    ("damage", "reason"),
    [
        pytest.param(
            lambda folder: (folder / "model.keras").unlink(),
            "Expected model.keras among the files of run",
            id="missing",
        ),
        pytest.param(
            lambda folder: (folder / "model.keras").write_bytes(b"rubbish"),
            "the file is missing, damaged, or of another network",
            id="damaged",
        ),
        pytest.param(retrain, "the model.keras of a member has changed", id="changed"),
        pytest.param(
            lambda folder: small_data.write_predictions(
                folder, small_data.predictions()
            ),
            "was tested on others. Train it again",
            id="other test images",
        ),
    ],
)
def test_a_damaged_member_fails_the_ensemble_with_a_plain_reason(
    run_store: RunStore,
    members: list[str],
    home: Path,
    damage: Callable[[Path], object],
    reason: str,
) -> None:
    """An ensemble that is not the mean of what was tested is worse than none."""
    assert reason in after_damage(run_store, members, damage)
    assert list(home.glob(".run-*")) == []


def test_a_member_that_is_deleted_meanwhile_fails_the_ensemble(
    run_store: RunStore, members: list[str]
) -> None:
    """While it waited in the queue."""
    run_id = queue(run_store, members)
    run_store.delete(members[0])

    worker.perform(run_id)

    run = run_store.get(run_id)
    assert run.status is RunStatus.FAILED
    assert members[0] in run.reason


def test_combining_stops_on_request(
    run_store: RunStore, members: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Twenty large networks take a while."""
    run_id = queue(run_store, members)
    monkeypatch.setattr(Reporter, "check", stop_first(Reporter.check))

    worker.perform(run_id)

    assert run_store.get(run_id).status is RunStatus.STOPPED


def stop_first(
    check: Callable[[Reporter], None],
) -> Callable[[Reporter], None]:
    """Make a check that first asks the run to stop, as a click would meanwhile."""

    def checked(reporter: Reporter) -> None:
        reporter._stop_requested.set()  # noqa: SLF001 - a click would take a moment
        check(reporter)

    return checked


class _Recording(Executor):
    """Takes tasks down and never does them."""

    def __init__(self) -> None:
        self.tasks: list[tuple[object, ...]] = []

    def submit(self, task: Callable[..., None], /, *args: object) -> Future[None]:
        self.tasks.append((task, *args))
        return Future()


def test_a_page_queues_an_ensemble_like_a_training(
    run_store: RunStore, members: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """So a killed worker is dealt with in the same way."""
    recording = _Recording()
    monkeypatch.setattr(executor, "executor_of", lambda _: recording)

    run_id = executor.combine(run_store, members, name="both")

    assert recording.tasks == [(worker.perform_queued, run_id)]
    assert run_store.get(run_id).status is RunStatus.QUEUED
