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
from core.runs.store import RunStore
from dashboard import services
from tests import small_data
from tests.dashboard.homes import MakeHome, MakeRun, TakeRuns, finish_in
from tests.small_data import dimensions


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
def make_home(ready_home: Path, tmp_path_factory: pytest.TempPathFactory) -> MakeHome:
    """Give a function that makes a home with MNIST and what is put into its store."""

    def make(fill: Callable[[RunStore], object]) -> Path:
        home = tmp_path_factory.mktemp("made") / "home"
        _copy_home(ready_home, home)
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("INKLAB_HOME", str(home))
            fill(RunStore(addresses.of_database(home / "runs.db")))
        return home

    return make


@pytest.fixture
def take_runs(store: RunStore, home: Path) -> TakeRuns:
    """Give a function that takes over all runs of another home, the oldest first.

    That is quicker than to make them.
    """

    def take(source: Path) -> list[str]:
        assert not store.runs()
        small_data.copy_runs(source, home)
        return [run.id for run in reversed(store.runs())]

    return take


@pytest.fixture(scope="session")
def home_with_result(make_home: MakeHome, result_files: Path) -> Path:
    """Make a home with one finished run that has no model."""
    return make_home(
        lambda store: finish_in(store, name="fast-mlp", files=result_files)
    )


@pytest.fixture(scope="session")
def home_with_model(
    make_home: MakeHome,
    result_files: Path,
    trained_model: Path,
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """Make a home with one finished run that has a real model too."""
    files = tmp_path_factory.mktemp("with-model") / "files"
    shutil.copytree(result_files, files)
    shutil.copy(trained_model, files)
    return make_home(lambda store: finish_in(store, name="fast-mlp", files=files))


@pytest.fixture(scope="session")
def home_of_two(make_home: MakeHome, result_files: Path) -> Path:
    """Make a home with two finished runs that have equal predictions."""

    def fill(store: RunStore) -> None:
        for name in ("older", "newer"):
            finish_in(store, name=name, files=result_files)

    return make_home(fill)


@pytest.fixture
def two_runs(take_runs: TakeRuns, home_of_two: Path) -> tuple[str, str]:
    """Put two finished runs with equal predictions into the store."""
    older, newer = take_runs(home_of_two)
    return older, newer


@pytest.fixture
def finished_run(take_runs: TakeRuns, home_with_result: Path) -> str:
    """Put one finished run into the store."""
    (run_id,) = take_runs(home_with_result)
    return run_id


@pytest.fixture
def usable_run(take_runs: TakeRuns, home_with_model: Path) -> str:
    """Put one finished run into the store that has a real model too."""
    (run_id,) = take_runs(home_with_model)
    return run_id


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


def _copy_home(source: Path, target: Path) -> None:
    (target / "datasets").mkdir(parents=True, exist_ok=True)
    for folder in (source / "datasets").iterdir():
        (target / "datasets" / folder.name).symlink_to(folder)
    shutil.copyfile(source / "runs.db", target / "runs.db")
