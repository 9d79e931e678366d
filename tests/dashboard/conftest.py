"""The app without a browser: a ready home, made-up runs, and no second process."""

import functools
import shutil
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit import config
from streamlit.components.v2 import manifest_scanner
from streamlit.runtime.scriptrunner import script_runner

from core import addresses
from core.config import MlpConfig, TrainingConfig
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.jobs import executor
from core.predictions import Predictions
from core.records import RunScores
from core.runs.store import RunStore
from dashboard import services
from tests import small_data
from tests.small_data import dimensions

NUM_RIGHT = 9_750
MakeRun = Callable[..., str]


class RecordingExecutor(Executor):
    """Takes tasks down and never does them."""

    def __init__(self) -> None:
        self.tasks: list[tuple[str, tuple[object, ...]]] = []

    def submit(self, task: Callable[..., None], /, *args: object) -> Future[None]:
        """Note the name of the task and what it was given."""
        self.tasks.append((task.__name__, args))
        return Future()


@pytest.fixture(scope="session")
def ready_home(tmp_path_factory: pytest.TempPathFactory, empty_database: Path) -> Path:
    """Make a home with MNIST decoded and an empty run store."""
    folder = tmp_path_factory.mktemp("ready")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(folder))
        datasets.load("mnist")
    shutil.copyfile(empty_database, folder / "runs.db")
    return folder


@pytest.fixture(scope="session")
def mnist(ready_home: Path) -> Dataset:
    """Open MNIST once."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(ready_home))
        return datasets.load("mnist")


@pytest.fixture(scope="session")
def trained_model(mnist: Dataset, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a model that answers with the class whose mean image is the nearest.

    It reads four of five digits right, and there is nothing to train.
    """
    # Few tests need a model, and what makes one takes seconds to import.
    from core.models import architectures, export  # noqa: PLC0415

    pixels = mnist.test.images.reshape(-1, 28 * 28) / np.float32(255)
    means = np.stack([pixels[mnist.test.labels == each].mean(0) for each in range(10)])
    model = architectures.build(MlpConfig(hidden=()), dimensions(10))
    model.set_weights([means.T, -(means**2).sum(1) / 2])
    path = tmp_path_factory.mktemp("trained") / "model.tflite"
    export.save_litert(model, path)
    return path


@pytest.fixture(scope="session")
def made_up(mnist: Dataset) -> Predictions:
    """Make predictions: each 40th test image is taken for the class five further on.

    So 250 of 10,000 are wrong, and a 4 is only ever taken for a 9.
    """
    labels = np.array(mnist.test.labels)
    generator = np.random.default_rng(0)
    said = labels.copy()
    said[::40] = (said[::40] + 5) % 10
    sure = generator.uniform(0.5, 0.99, len(labels)).astype(np.float32)
    probabilities = np.repeat((1 - sure)[:, np.newaxis] / 9, 10, axis=1)
    probabilities[np.arange(len(labels)), said] = sure
    return Predictions(
        labels=labels,
        probabilities=probabilities,
        features=np.zeros((len(labels), 1), np.float32),
    )


@pytest.fixture(scope="session")
def result_files(
    made_up: Predictions, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Write made-up predictions as a worker would."""
    folder = tmp_path_factory.mktemp("result")
    small_data.write_predictions(folder, made_up)
    return folder


@pytest.fixture
def filled_home(home: Path, ready_home: Path) -> Path:
    """Give this test a home with MNIST decoded and an empty run store."""
    _copy_home(ready_home, home)
    return home


@pytest.fixture
def store(filled_home: Path) -> RunStore:
    """Open the empty run store in the home of this test."""
    return RunStore(addresses.of_database(filled_home / "runs.db"))


@pytest.fixture
def finish_run(store: RunStore, result_files: Path) -> MakeRun:
    """Give a function that puts a finished run into the store; it has no model."""

    def finish(*, name: str = "fast-mlp", files: Path = result_files) -> str:
        return finish_in(store, name=name, files=files)

    return finish


@pytest.fixture(scope="session")
def home_with_result(
    ready_home: Path, result_files: Path, tmp_path_factory: pytest.TempPathFactory
) -> Path:
    """Make a home with one finished run that has no model."""
    home = tmp_path_factory.mktemp("with-result") / "home"
    return home_with_run(home, ready_home, files=result_files)


@pytest.fixture(scope="session")
def home_with_model(
    ready_home: Path,
    result_files: Path,
    trained_model: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Make a home with one finished run that has a real model too."""
    folder = tmp_path_factory.mktemp("with-model")
    shutil.copytree(result_files, folder / "files")
    shutil.copy(trained_model, folder / "files")
    return home_with_run(folder / "home", ready_home, files=folder / "files")


@pytest.fixture
def finished_run(store: RunStore, home: Path, home_with_result: Path) -> str:
    """Put one finished run into the store."""
    return _take_run(store, home, home_with_result)


@pytest.fixture
def usable_run(store: RunStore, home: Path, home_with_model: Path) -> str:
    """Put one finished run into the store that has a real model too."""
    return _take_run(store, home, home_with_model)


@pytest.fixture
def running_run(store: RunStore) -> str:
    """Put a run into the store on which this very process is at work."""
    run_id = store.create(TrainingConfig(epochs=20), name="long-run")
    store.start(run_id)
    store.log(run_id, [small_data.progress(4.5)])
    return run_id


@pytest.fixture(scope="session", autouse=True)
def _scan_packages_once() -> Iterator[None]:
    """Each session of AppTest reads what all packages say of themselves: 0.3 s."""
    with pytest.MonkeyPatch.context() as patch:
        scan = functools.cache(manifest_scanner.scan_component_manifests)
        patch.setattr(manifest_scanner, "scan_component_manifests", scan)
        yield


@pytest.fixture(scope="session", autouse=True)
def _get_nothing_ready() -> Iterator[None]:
    """A timer of the app does, when its test may be long over; see test_services."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "start", lambda: None)
        yield


@pytest.fixture(scope="session", autouse=True)
def _collect_no_garbage() -> Iterator[None]:
    """Streamlit does after every run of a page: 0.3 s for all that tests have loaded.

    And it tidies Keras up, which no server has loaded, but a test may have.
    """
    collects = config.get_option("runner.postScriptGC")
    config.set_option("runner.postScriptGC", value=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(script_runner, "_clean_problem_modules", lambda: None)
        yield
    config.set_option("runner.postScriptGC", value=collects)


@pytest.fixture(scope="session", autouse=True)
def _wait_for_no_point() -> Iterator[None]:
    """No process is there that could make a first point while a page waits for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(services, "START_PATIENCE_SECONDS", 0.0)
        yield


@pytest.fixture(autouse=True)
def tasks(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[list[tuple[str, tuple[object, ...]]]]:
    """Start no process, note what would be done in it, and begin without caches."""
    recording = RecordingExecutor()
    monkeypatch.setattr(executor, "executor_of", lambda _: recording)
    yield recording.tasks
    st.cache_resource.clear()
    st.cache_data.clear()


def home_with_run(home: Path, ready_home: Path, *, files: Path) -> Path:
    """Make a home with MNIST decoded and one finished run."""
    _copy_home(ready_home, home)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(home))
        finish_in(
            RunStore(addresses.of_database(home / "runs.db")),
            name="fast-mlp",
            files=files,
        )
    return home


def finish_in(store: RunStore, *, name: str, files: Path) -> str:
    """Put a finished run into a store, with files as a worker would write them."""
    run_id = store.create(TrainingConfig(), name=name)
    store.start(run_id)
    store.log(run_id, [small_data.progress(10.0)])
    scores = RunScores(
        test_accuracy=NUM_RIGHT / 10_000, test_size=10_000, train_seconds=3.2
    )
    store.save_results(run_id, scores=scores, files=files)
    store.finish(run_id)
    return run_id


def _take_run(store: RunStore, home: Path, source: Path) -> str:
    """Take over the one run of another home; that is quicker than to make it."""
    assert not store.runs()
    small_data.copy_runs(source, home)
    (run,) = store.runs()
    return run.id


def _copy_home(source: Path, target: Path) -> None:
    (target / "datasets").mkdir(parents=True, exist_ok=True)
    for folder in (source / "datasets").iterdir():
        (target / "datasets" / folder.name).symlink_to(folder)
    shutil.copyfile(source / "runs.db", target / "runs.db")
