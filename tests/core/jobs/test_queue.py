"""The runs that wait are handed over one at a time, whatever happens meanwhile."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from loky.process_executor import ShutdownExecutorError

from core.config import TrainingConfig
from core.errors import RunStoreError
from core.jobs import executor, queue, worker
from core.records import RunStatus
from core.runs import queue_order
from core.runs.owner import Owner
from core.runs.store import RunStore
from tests.core.jobs.steps import Steps
from tests.small_data import wait_until


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Put an executor in the place of the real one that does nothing by itself."""
    made = Steps()
    monkeypatch.setattr(executor, "executor_of", lambda _: made)
    monkeypatch.setattr(queue, "RETRY_SECONDS", 0.01)
    return made


def submit(store: RunStore, *names: str) -> list[str]:
    """Ask for runs as a page does."""
    return [executor.train(store, TrainingConfig(), name=name) for name in names]


def statuses(store: RunStore, run_ids: list[str]) -> list[str]:
    """Return where runs stand."""
    return [str(store.get(run_id).status) for run_id in run_ids]


def test_one_run_at_a_time_is_handed_over(run_store: RunStore, steps: Steps) -> None:
    """What the pool has cannot be taken back or moved."""
    first, second = submit(run_store, "a", "b")
    assert steps.tasks == [("perform_queued", first)]

    steps.finish(run_store)

    assert steps.tasks == [("perform_queued", first), ("perform_queued", second)]


def test_the_order_is_that_of_the_store_when_the_last_one_is_over(
    run_store: RunStore, steps: Steps
) -> None:
    """Another process may have changed it."""
    _, second, third = submit(run_store, "a", "b", "c")
    queue_order.move(run_store, third, place=1)

    steps.finish(run_store)
    steps.finish(run_store)

    assert steps.tasks[1:] == [("perform_queued", third), ("perform_queued", second)]


def test_after_the_last_run_the_worker_gets_ready(
    run_store: RunStore, steps: Steps
) -> None:
    """As a task of its own, so a run is over when it is."""
    submit(run_store, "a", "b")

    steps.finish(run_store)
    assert ("warm_up",) not in steps.tasks
    steps.finish(run_store)

    assert steps.tasks[2:] == [("warm_up",)]


@pytest.mark.parametrize("change", [RunStore.request_stop, RunStore.delete])
def test_a_run_taken_back_while_it_waits_is_passed_over(
    change: Callable[[RunStore, str], None], run_store: RunStore, steps: Steps
) -> None:
    _, second, third = submit(run_store, "a", "b", "c")
    change(run_store, second)

    steps.finish(run_store)

    assert steps.tasks[-1] == ("perform_queued", third)


@pytest.mark.parametrize("change", [RunStore.request_stop, RunStore.delete])
def test_a_run_taken_back_when_it_was_chosen_holds_nobody_up(
    change: Callable[[RunStore, str], None], run_store: RunStore, steps: Steps
) -> None:
    """The worker leaves it alone, and is done at once."""
    first, second = submit(run_store, "a", "b")
    change(run_store, first)

    steps.futures[0].set_result(None)

    assert steps.tasks[-1] == ("perform_queued", second)


def test_runs_of_another_process_are_left_to_it(
    run_store: RunStore, steps: Steps
) -> None:
    """Two servers may share a home."""
    first = run_store.create(TrainingConfig(), name="theirs")
    run_store.annotate(first, tags={"inklab.owner": "elsewhere 1 1.0"})

    (ours,) = submit(run_store, "a")
    steps.finish(run_store)

    assert steps.tasks == [("perform_queued", ours), ("warm_up",)]


def test_a_computer_that_gets_another_name_goes_on_with_its_runs(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A laptop does in another network."""
    _, second = submit(run_store, "a", "b")

    monkeypatch.setattr("socket.gethostname", lambda: "another")
    (third,) = submit(run_store, "c")
    steps.finish(run_store)
    steps.finish(run_store)

    assert steps.tasks[1:] == [("perform_queued", second), ("perform_queued", third)]


def test_runs_asked_for_while_others_end_are_all_done(
    run_store: RunStore, steps: Steps
) -> None:
    """None is overlooked, and none is handed over twice."""
    with ThreadPoolExecutor(4) as threads:
        asked = [threads.submit(submit, run_store, str(n)) for n in range(12)]
        for number in range(12):
            wait_until(lambda n=number: len(trained(steps)) > n)
            steps.finish(run_store)

    assert sorted(trained(steps)) == sorted(each.result()[0] for each in asked)


def trained(steps: Steps) -> list[str]:
    """Return the runs that were handed over."""
    return [task[1] for task in steps.tasks.copy() if task[0] == "perform_queued"]


def test_a_run_whose_process_died_is_failed_and_the_next_begins(
    run_store: RunStore, steps: Steps
) -> None:
    first, second = submit(run_store, "a", "b")
    run_store.start(first)

    steps.die()

    assert run_store.get(first).status is RunStatus.FAILED
    assert "was killed" in run_store.get(first).reason
    assert steps.tasks[1:] == [("perform_queued", second)]


def test_a_run_whose_process_died_before_it_began_is_the_next_one(
    run_store: RunStore, steps: Steps
) -> None:
    first, _ = submit(run_store, "a", "b")

    steps.die()

    assert steps.tasks == [("perform_queued", first)] * 2


def test_a_process_that_cannot_start_is_not_started_for_ever(
    run_store: RunStore, steps: Steps
) -> None:
    """Five times in a row; all that waits would fare the same."""
    ids = submit(run_store, "a", "b")

    for _ in range(queue.MAX_TRIES):
        steps.die()

    assert len(steps.tasks) == queue.MAX_TRIES
    assert statuses(run_store, ids) == ["failed", "failed"]
    (later,) = submit(run_store, "c")
    assert steps.tasks[-1] == ("perform_queued", later)


def test_only_deaths_in_a_row_are_counted(run_store: RunStore, steps: Steps) -> None:
    """A process that has trained can start."""
    first, second = submit(run_store, "a", "b")
    for _ in range(queue.MAX_TRIES - 1):
        steps.die()
    run_store.start(first)

    steps.die()
    steps.die()

    assert statuses(run_store, [first, second]) == ["failed", "queued"]
    assert steps.tasks[-1] == ("perform_queued", second)


def test_a_worker_that_does_not_find_a_run_is_not_asked_for_ever(
    run_store: RunStore, steps: Steps
) -> None:
    """It may look into another store: then it is done at once, with nothing done."""
    (run_id,) = submit(run_store, "a")

    for number in range(queue.MAX_TRIES):
        steps.futures[number].set_result(None)

    assert trained(steps) == [run_id] * queue.MAX_TRIES
    assert "did not find it" in run_store.get(run_id).reason


def test_a_program_that_ends_fails_what_is_worked_on_and_leaves_what_waits(
    run_store: RunStore, steps: Steps
) -> None:
    """The next server goes on with what waits."""
    ids = submit(run_store, "works", "waits")
    run_store.start(ids[0])

    steps.die(ShutdownExecutorError())

    assert statuses(run_store, ids) == ["failed", "queued"]
    assert "was closed" in run_store.get(ids[0]).reason
    assert len(steps.tasks) == 1


def test_a_program_that_ends_leaves_what_was_about_to_begin(
    run_store: RunStore, steps: Steps
) -> None:
    """It has had no turn: no process had taken it."""
    ids = submit(run_store, "about to begin", "waits")

    steps.die(ShutdownExecutorError())

    assert statuses(run_store, ids) == ["queued", "queued"]
    assert len(steps.tasks) == 1


def test_a_store_that_does_not_answer_is_asked_again(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or what waits would wait until somebody asks for another run."""
    _, second = submit(run_store, "a", "b")
    asked = threading.Semaphore(0)

    def refuse() -> None:
        asked.release()
        message = "The disk is asleep."
        raise RunStoreError(message)

    with monkeypatch.context() as patch:
        patch.setattr(run_store, "open_jobs", refuse)
        steps.finish(run_store)
        assert asked.acquire(timeout=30)
        assert asked.acquire(timeout=30)

    wait_until(lambda: trained(steps)[-1] == second)


def test_a_system_that_starts_no_process_is_asked_again(
    run_store: RunStore, steps: Steps
) -> None:
    """For want of memory, for example."""
    steps.refuses = True
    (run_id,) = submit(run_store, "a")
    assert steps.tasks == []

    steps.refuses = False

    wait_until(lambda: steps.tasks == [("perform_queued", run_id)])


def test_what_the_system_refuses_for_long_is_failed(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Or it would be about to start for ever, and nobody would know why."""
    monkeypatch.setattr(queue, "MAX_REFUSALS", 1)
    monkeypatch.setattr(queue, "RETRY_SECONDS", 0.01)
    steps.refuses = True

    (run_id,) = submit(run_store, "a")

    wait_until(lambda: run_store.get(run_id).status.is_over)
    assert "refused for a minute" in run_store.get(run_id).reason


def test_an_end_that_cannot_be_written_is_written_later(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its owner is this very process, so nobody else would find it gone."""
    (run_id,) = submit(run_store, "a")
    run_store.start(run_id)
    asked = threading.Semaphore(0)

    def refuse(*_: object, **__: object) -> None:
        asked.release()
        message = "The disk is full."
        raise RunStoreError(message)

    with monkeypatch.context() as patch:
        patch.setattr(run_store, "fail", refuse)
        steps.die()
        assert asked.acquire(timeout=30)

    wait_until(lambda: run_store.get(run_id).status is RunStatus.FAILED)


def test_an_error_that_nobody_thought_of_stops_no_queue(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """People can write anything into a store with MLflow's own pages."""
    submit(run_store, "a")
    with monkeypatch.context() as patch:
        patch.setattr(run_store, "job", lambda _: 1 / 0)
        steps.die()

    (later,) = submit(run_store, "b")
    steps.finish(run_store)

    wait_until(lambda: trained(steps)[-1] == later)


def test_a_worker_whose_store_does_not_answer_is_asked_again(
    run_store: RunStore, steps: Steps
) -> None:
    """And at last the run says what the worker said."""
    (run_id,) = submit(run_store, "a")

    for number in range(1, queue.MAX_TRIES + 1):
        wait_until(lambda n=number: len(steps.tasks) == n)
        steps.die(RunStoreError("Expected the run store to answer."))

    run = run_store.get(run_id)
    assert run.status is RunStatus.FAILED
    assert run.reason == "Expected the run store to answer."


def test_a_worker_says_that_its_store_does_not_answer(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It has not begun, so it need not end for whoever reads the run to find out."""
    run_id = run_store.create(TrainingConfig(), name="run")

    def refuse(_: str) -> None:
        message = "The disk is asleep."
        raise RunStoreError(message)

    monkeypatch.setattr(run_store, "job", refuse)
    monkeypatch.setattr(worker, "open_store", lambda: run_store)

    with pytest.raises(RunStoreError, match="asleep"):
        worker.perform_queued(run_id)


def test_a_worker_that_dies_between_two_writes_leaves_no_run_behind(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A run with the name of a dead worker that still waits would wait for ever."""
    first, second = submit(run_store, "a", "b")
    with monkeypatch.context() as patch:
        patch.setattr(Owner, "this_process", lambda: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run_store.start(first)

    steps.die()

    assert statuses(run_store, [first]) == ["failed"]
    assert steps.tasks[-1] == ("perform_queued", second)
