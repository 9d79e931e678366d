"""Several processes that compute at the same time."""

import os
import signal
from collections.abc import Callable, Iterator
from concurrent.futures import BrokenExecutor, Executor

import pytest

from core.config import TrainingConfig
from core.jobs import executor, lanes, queue, worker
from core.records import Lane, RunStatus
from core.runs.store import RunStore
from tests.core.jobs.steps import Steps

SECONDS = 120


@pytest.fixture
def _two_workers(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have two tasks at work at the same time."""
    monkeypatch.setenv("INKLAB_WORKERS", "2")


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch, _two_workers: None) -> Steps:
    """Put an executor in the place of the real one that does nothing by itself."""
    made = Steps()
    monkeypatch.setattr(executor, "executor_of", lambda _: made)
    monkeypatch.setattr(queue, "RETRY_SECONDS", 0.01)
    return made


def submit(store: RunStore, *names: str) -> list[str]:
    """Ask for runs as a page does."""
    return [executor.train(store, TrainingConfig(), name=name) for name in names]


def end(store: RunStore, steps: Steps, number: int) -> None:
    """Be the worker that ends the task of that number."""
    _, job_id = steps.tasks[number]
    store.start(job_id)
    store.finish(job_id)
    steps.futures[number].set_result(None)


def handed_over(steps: Steps) -> list[str]:
    """Return the runs that were handed over, in that order."""
    return [each[1] for each in steps.tasks if each[0] == "perform_queued"]


def test_as_many_are_at_work_as_there_are_workers(
    run_store: RunStore, steps: Steps
) -> None:
    """The second to end makes room as the first does, in the order of the store."""
    first, second, third, fourth = submit(run_store, *"abcd")
    assert handed_over(steps) == [first, second]

    end(run_store, steps, 1)
    assert handed_over(steps) == [first, second, third]

    end(run_store, steps, 0)
    assert handed_over(steps) == [first, second, third, fourth]


def test_run_that_has_not_begun_yet_is_handed_over_once(
    run_store: RunStore, steps: Steps
) -> None:
    """The store says of it that it waits, as of those behind it."""
    (first,) = submit(run_store, "a")
    (second,) = submit(run_store, "b")
    submit(run_store, "c")

    assert handed_over(steps) == [first, second]


def test_killed_worker_fails_its_run_and_not_the_other(
    run_store: RunStore, steps: Steps
) -> None:
    first, second, third = submit(run_store, *"abc")
    run_store.start(first)
    run_store.start(second)

    steps.futures[0].set_exception(BrokenExecutor())

    assert run_store.get(first).status is RunStatus.FAILED
    assert run_store.get(first).reason == queue.KILLED
    assert run_store.get(second).status is RunStatus.RUNNING
    assert handed_over(steps) == [first, second, third]


def test_workers_get_ready_when_the_last_run_is_over(
    run_store: RunStore, steps: Steps
) -> None:
    """Before that, they would take processors from a training."""
    submit(run_store, "a", "b")

    end(run_store, steps, 0)
    assert ("warm_up",) not in steps.tasks

    end(run_store, steps, 1)
    assert steps.tasks[2:] == [("warm_up",)]


@pytest.fixture
def pair(monkeypatch: pytest.MonkeyPatch, _two_workers: None) -> Iterator[Executor]:
    """Start two real processes, which load nothing."""
    monkeypatch.setattr(worker, "initialize_worker", _ignore)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: range(6), raising=False)
    for name in lanes._THREAD_VARIABLES:  # noqa: SLF001 - those that a user may set
        monkeypatch.delenv(name, raising=False)
    make: Callable[[Lane], Executor] = lanes.executor_of.__wrapped__
    made = make(Lane.COMPUTE)
    yield made
    made.shutdown(cancel_futures=True)


def test_workers_share_the_processors(pair: Executor) -> None:
    """Each would use all, and both would wait for each other."""
    threads = pair.submit(os.getenv, "TF_NUM_INTRAOP_THREADS").result(SECONDS)

    assert threads == "3"


def test_process_that_is_killed_takes_no_other_with_it(pair: Executor) -> None:
    """In one pool of two it would."""
    dying = pair.submit(_die)
    other = pair.submit(os.getpid)

    assert isinstance(dying.exception(SECONDS), BrokenExecutor)
    assert other.result(SECONDS) != os.getpid()
    assert pair.submit(os.getpid).result(SECONDS) != os.getpid()


def _ignore(*_: object) -> None:
    """Load nothing."""


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)
