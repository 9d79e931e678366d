"""Trainings in a process of their own, which may be killed."""

import os
import re
import signal
import sys
from collections.abc import Iterator
from concurrent.futures import BrokenExecutor, ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import numpy as np
import psutil
import pytest
from loky import process_executor
from mlflow.tracking import MlflowClient

from core import settings
from core.config import Augmentation, MlpConfig, TrainingConfig
from core.errors import ArtifactError
from core.jobs import executor, worker
from core.jobs.resume import child_of
from core.records import Lane, Run, RunStatus
from core.runs import logs, open_store
from core.runs.owner import Owner
from core.runs.store import RunStore
from tests.small_data import wait_until

QUICK = TrainingConfig(network=MlpConfig(hidden=(16,)), epochs=1, batch_size=512)
LONG = TrainingConfig(network=MlpConfig(hidden=(16,)), epochs=500, batch_size=64)
SECONDS = 180
"""Far longer than it takes: other tests may need the processors too."""

REASON = "process (ended unexpectedly|was killed).* Start (it|the run) again"


@pytest.fixture(scope="module")
def worker_home(
    tmp_path_factory: pytest.TempPathFactory, empty_database: Path
) -> Iterator[Path]:
    """Make one home for all tests here: the worker keeps the one it started with."""
    folder = tmp_path_factory.mktemp("worker-home")
    (folder / "runs.db").write_bytes(empty_database.read_bytes())
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("INKLAB_HOME", str(folder))
        patch.delenv("MLFLOW_TRACKING_URI", raising=False)
        dumping = f"--xla_dump_to={folder} --xla_dump_hlo_as_text"
        patch.setenv("XLA_FLAGS", f"{os.environ['XLA_FLAGS']} {dumping}")
        # While a run waits the worker compiles no presets, for which the next
        # test would wait. No process of this machine begins this one.
        waits = open_store().create(QUICK, name="waits for another machine")
        elsewhere = replace(Owner.this_process(), host="elsewhere")
        open_store().annotate(waits, tags={"inklab.owner": str(elsewhere)})
        yield folder


@pytest.fixture(autouse=True)
def home(worker_home: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Take the place of the home that each test has elsewhere."""
    monkeypatch.setenv("INKLAB_HOME", str(worker_home))
    monkeypatch.delenv("MLFLOW_TRACKING_URI", raising=False)
    return worker_home


@pytest.fixture(scope="module", autouse=True)
def _fresh_pools() -> Iterator[None]:
    """Start with no worker, and leave none."""
    for lane in Lane:
        executor.executor_of(lane).shutdown(cancel_futures=True)
    yield
    for lane in Lane:
        executor.executor_of(lane).shutdown(cancel_futures=True)


@pytest.fixture
def store(home: Path) -> RunStore:
    """Open the store that the worker writes to."""
    assert home
    return open_store()


def when_over(store: RunStore, run_id: str) -> Run:
    """Wait for the end of a run and return it."""
    wait_until(lambda: store.get(run_id).status.is_over, seconds=SECONDS)
    return store.get(run_id)


def submit_and_wait_for_progress(store: RunStore) -> str:
    """Start a run that takes long, and wait until it learns."""
    run_id = executor.train(store, LONG, name="long")
    wait_until(lambda: bool(store.live_points(run_id).loss), seconds=SECONDS)
    return run_id


def pid_of_worker() -> int:
    """Ask the worker for its process."""
    pid: int = executor.executor_of(Lane.COMPUTE).submit(os.getpid).result(timeout=60)
    return pid


def kill_worker_of(run_id: str) -> None:
    """Kill the process that trains a run, as a full memory would."""
    tags = MlflowClient(settings.tracking_uri()).get_run(run_id).data.tags
    owner = Owner.from_text(tags["inklab.owner"])
    assert owner.pid != os.getpid()
    os.kill(owner.pid, signal.SIGKILL)


def test_a_submitted_run_finishes(store: RunStore) -> None:
    """The way of every run from a page, with a worker process and all of MNIST."""
    run_id = executor.train(store, QUICK, name="quick")

    run = when_over(store, run_id)

    assert (run.status, run.reason) == (RunStatus.FINISHED, "")
    assert run.name == "quick"
    assert run.scores.test_size == 10_000
    assert run.scores.test_accuracy > 0.7


def test_a_second_training_of_the_same_network_compiles_nothing(
    store: RunStore, home: Path
) -> None:
    """It takes a second, and chunks of 25 and 27 batches are of one shape too.

    XLA itself writes down what it compiles: counting TensorFlow's graphs would
    miss what XLA compiles anew for another value.
    """
    changed = replace(QUICK, seed=1, epochs=2, learning_rate=0.01, schedule="cosine")
    when_over(store, executor.train(store, QUICK, name="first"))
    compiled = loops_compiled(home)

    again = when_over(store, executor.train(store, changed, name="again"))

    assert again.status is RunStatus.FINISHED
    assert loops_compiled(home) == compiled
    assert len(compiled) == 1


def loops_compiled(home: Path) -> list[str]:
    """Name what XLA wrote of each loop over the batches that it compiled."""
    return [path.name for path in home.glob("*chunk*before_optimizations.txt")]


def test_every_thread_shares_one_worker() -> None:
    """Each page runs in a thread of its own; only one process was warmed up."""
    with ThreadPoolExecutor(2) as threads:
        futures = [threads.submit(pid_of_worker) for _ in range(4)]
        pids = {future.result() for future in futures}

    assert pids == {pid_of_worker()}
    assert os.getpid() not in pids


def test_the_worker_gives_way_to_the_pages() -> None:
    """The page is what somebody looks at."""
    niceness = psutil.Process(pid_of_worker()).nice()

    assert niceness == min(psutil.Process().nice() + worker.NICENESS[Lane.COMPUTE], 19)


def test_the_worker_may_grow_by_what_a_network_takes() -> None:
    """Or another process would take its place after the first run of each server."""
    growth = (
        executor.executor_of(Lane.COMPUTE).submit(max_growth).result(timeout=SECONDS)
    )

    assert growth == 700_000_000


def max_growth() -> int:
    """Tell by how much the process pool lets this process grow."""
    # It is set by a public variable, which loky reads once and tells nobody of.
    growth: int = process_executor._MAX_MEMORY_LEAK_SIZE  # noqa: SLF001
    return growth


def test_a_stop_request_stops_the_worker(store: RunStore) -> None:
    """A Stop that stops only the screen is what users complain about."""
    run_id = submit_and_wait_for_progress(store)

    store.request_stop(run_id)

    run = when_over(store, run_id)
    assert (run.status, run.reason) == (RunStatus.STOPPED, "")
    assert run.scores.epochs_done < 500


def test_a_preview_does_not_wait_for_a_training(store: RunStore) -> None:
    """Who chooses what comes next wants to see it now."""
    run_id = submit_and_wait_for_progress(store)
    moved = replace(QUICK, augmentation=Augmentation(shift=2.0))

    preview = executor.preview(moved, num_images=3, num_changes=2)

    images, changes = preview.result(timeout=SECONDS)
    assert (images.shape, changes.shape) == ((3, 28, 28), (3, 2, 28, 28))
    assert (changes != images[:, np.newaxis]).any(axis=(2, 3)).all()
    assert store.get(run_id).status is RunStatus.RUNNING
    store.request_stop(run_id)
    when_over(store, run_id)


def test_a_worker_killed_while_it_trains_fails_its_run_and_no_other(
    store: RunStore,
) -> None:
    """In plain words; what waited behind it is trained."""
    killed = submit_and_wait_for_progress(store)
    waiting = executor.train(store, QUICK, name="waiting")

    kill_worker_of(killed)
    run = when_over(store, killed)

    assert run.status is RunStatus.FAILED
    assert re.search(REASON, run.reason)
    assert when_over(store, waiting).status is RunStatus.FINISHED


def test_a_worker_killed_while_it_saves_leaves_no_result(
    store: RunStore, home: Path
) -> None:
    """Its curves and its log are there, but nothing that looks like a model."""
    run_id = executor.train(store, QUICK, name="saved")
    wait_until(lambda: any(home.glob(".run-*")), seconds=SECONDS)

    kill_worker_of(run_id)
    run = when_over(store, run_id)

    assert run.status is RunStatus.FAILED
    assert re.search(REASON, run.reason)
    assert store.history(run_id).num_epochs == 1
    assert not run.has_model
    assert "Network: 784-16-10" in store.artifact(run_id, logs.LOG).read_text()
    with pytest.raises(ArtifactError, match=r"\(failed\) ended, .* not saved"):
        child_of(store, run_id, epochs=1)


def test_the_process_for_input_and_output_is_light() -> None:
    """A download needs no TensorFlow, and blocks no training."""
    light = executor.executor_of(Lane.INPUT_OUTPUT)

    loaded = light.submit(loaded_libraries).result(timeout=SECONDS)

    assert "tensorflow" not in loaded
    assert light.submit(os.getpid).result(timeout=SECONDS) != pid_of_worker()


def test_a_process_that_was_killed_is_made_anew() -> None:
    """In every lane; who asks then gets an answer, or an error at once."""
    light = executor.executor_of(Lane.INPUT_OUTPUT)
    first = light.submit(os.getpid).result(timeout=SECONDS)

    def answers_again() -> bool:
        try:
            return light.submit(os.getpid).result(timeout=SECONDS) != first
        except BrokenExecutor:
            return False

    os.kill(first, signal.SIGKILL)

    wait_until(answers_again)


def loaded_libraries() -> list[str]:
    """Name what this process has imported."""
    return list(sys.modules)


def test_a_worker_that_cannot_start_fails_the_run(
    store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One process after the other, each dead at once, would go on for ever."""
    executor.executor_of(Lane.COMPUTE).shutdown(cancel_futures=True)
    with monkeypatch.context() as patch:
        patch.setattr(worker, "initialize_worker", lambda *_: os._exit(1))
        run_id = executor.train(store, QUICK, name="quick")
        run = when_over(store, run_id)
    executor.executor_of(Lane.COMPUTE).shutdown(cancel_futures=True)

    assert run.status is RunStatus.FAILED
    assert re.search(REASON, run.reason)
