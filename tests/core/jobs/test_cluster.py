"""A cluster that cannot be used says so at once, and loses nothing."""

import importlib
import threading
from concurrent.futures import BrokenExecutor
from types import ModuleType

import pytest

from core.config import TrainingConfig
from core.errors import ClusterError, SettingError
from core.jobs import cluster, dask_client, executor, lanes, queue, versions
from core.records import Lane, RunStatus
from core.runs.store import RunStore
from tests.core.jobs.steps import Steps
from tests.serving import free_port
from tests.small_data import wait_until


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Put a cluster in the place of a real one that does nothing by itself."""
    made = Steps()
    monkeypatch.setattr(executor, "executor_of", lambda _: made)
    monkeypatch.setattr(executor, "cluster_of", lambda _: made)
    monkeypatch.setattr(executor, "num_slots", lambda _: 1)
    monkeypatch.setattr(queue, "RETRY_SECONDS", 0.01)
    return made


def submit(store: RunStore, *names: str) -> list[str]:
    """Ask for runs as a page does."""
    return [executor.train(store, TrainingConfig(), name=name) for name in names]


@pytest.mark.parametrize("value", ["10.0.0.1:8786", "tcp://host", "http://a:1", "x"])
def test_address_that_is_none_is_an_error(
    value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("INKLAB_SCHEDULER", value)

    with pytest.raises(SettingError, match=r"like tcp://10\.0\.0\.1:8786, got '"):
        lanes.cluster_of(Lane.COMPUTE)


def test_only_what_computes_is_done_by_the_cluster(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A preview is wanted now, and an upload lies on this machine."""
    monkeypatch.setenv("INKLAB_SCHEDULER", "tcp://127.0.0.1:1")

    assert lanes.cluster_of(Lane.COMPUTE) is not None
    assert lanes.cluster_of(Lane.SCREEN) is None
    assert lanes.cluster_of(Lane.INPUT_OUTPUT) is None


def test_dask_that_is_not_installed_is_an_error_that_says_what_to_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def no_module(name: str) -> ModuleType:
        raise ModuleNotFoundError(name)

    monkeypatch.setattr(importlib, "import_module", no_module)
    dask_client.client_class.cache_clear()

    with pytest.raises(ClusterError, match=r"pip install -r requirements-cluster\.txt"):
        cluster.Cluster("tcp://127.0.0.1:1").num_slots()


def test_scheduler_that_does_not_answer_is_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Before Dask is asked, which would try for long."""
    monkeypatch.setattr(dask_client, "client_class", lambda: None)
    address = f"tcp://127.0.0.1:{free_port()}"

    state = cluster.Cluster(address).state()

    assert state.num_workers == 0
    assert f"scheduler {address} to answer" in state.problem
    assert "refused" in state.problem
    assert "INKLAB_SCHEDULER" in state.problem


def test_runs_wait_for_a_scheduler_however_long_it_is_gone(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """They are not failed after a minute, as what this system refuses is."""
    tries = threading.Semaphore(0)
    is_back = threading.Event()

    def num_slots(_: Lane) -> int:
        tries.release()
        if is_back.is_set():
            return 1
        raise ClusterError

    monkeypatch.setattr(executor, "num_slots", num_slots)
    monkeypatch.setattr(queue, "MAX_REFUSALS", 1)
    (run_id,) = submit(run_store, "a")
    for _ in range(4):
        assert tries.acquire(timeout=30)
    assert run_store.get(run_id).status is RunStatus.QUEUED

    is_back.set()

    wait_until(lambda: len(steps.tasks) == 1)
    assert steps.tasks[0][:2] == ("perform", run_id)


def test_run_that_had_not_begun_when_the_scheduler_was_lost_goes_on(
    run_store: RunStore, steps: Steps
) -> None:
    """However often that happens."""
    (run_id,) = submit(run_store, "a")

    for number in range(queue.MAX_TRIES + 1):
        steps.die(cluster.LostError())
        wait_until(lambda n=number: len(steps.tasks) == n + 2)

    assert run_store.get(run_id).status is RunStatus.QUEUED


@pytest.mark.parametrize("error", [None, cluster.LostError()], ids=["retry", "lost"])
def test_run_that_nobody_can_reach_fails_when_its_heartbeat_stops(
    error: Exception | None,
    run_store: RunStore,
    steps: Steps,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Dask gave it to another worker, which left it alone; or forgot it."""
    monkeypatch.setattr(queue, "SILENCE_SECONDS", 0.3)
    first, second = submit(run_store, "a", "b")
    run_store.start(first)

    if error is None:
        steps.futures[-1].set_result(None)
    else:
        steps.die(error)

    wait_until(lambda: run_store.get(first).status.is_over)
    assert run_store.get(first).status is RunStatus.FAILED
    assert run_store.get(first).reason == queue.KILLED
    assert steps.tasks[-1][1] == second


def test_run_whose_heart_beats_comes_to_its_own_end(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its worker lost the scheduler and goes on: it must not be trained twice."""
    monkeypatch.setattr(queue, "SILENCE_SECONDS", 0.05)
    beats = iter(range(10**9))
    looks = threading.Semaphore(0)

    def heartbeat(_store: RunStore, _run_id: str) -> str:
        looks.release()
        return str(next(beats))

    monkeypatch.setattr(RunStore, "heartbeat", heartbeat)
    (run_id,) = submit(run_store, "a")
    run_store.start(run_id)
    steps.die(cluster.LostError())
    for _ in range(10):
        assert looks.acquire(timeout=30)
    assert run_store.get(run_id).status is RunStatus.RUNNING

    run_store.finish(run_id)

    assert run_store.get(run_id).status is RunStatus.FINISHED
    assert len(steps.tasks) == 1


def test_killed_worker_is_told_from_a_lost_scheduler() -> None:
    """The first fails the run; the second leaves it to its worker."""

    class KilledWorker(Exception):  # noqa: N818 - as Dask calls it
        """As Dask's."""

    plain = cluster._in_plain_words  # noqa: SLF001 - Dask's errors are many
    assert isinstance(plain(KilledWorker(), "tcp://a:1"), BrokenExecutor)
    assert isinstance(plain(None, "tcp://a:1"), cluster.LostError)
    missing = plain(ModuleNotFoundError("No module named 'core'"), "tcp://a:1")
    assert "PYTHONPATH" in str(missing)


def test_other_versions_of_a_worker_are_named() -> None:
    """The same ones are not worth a word."""
    theirs = {**versions.here(), "TensorFlow": "2.20.0"}

    remark = versions.remark(theirs, worker="tcp://a:1")

    assert "tcp://a:1" in remark
    assert "TensorFlow 2.20.0 instead of 2.21" in remark
    assert "Keras" not in remark
    assert versions.remark(versions.here(), worker="tcp://a:1") == ""
