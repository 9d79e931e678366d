"""What waits survives its server: the next one takes it over, and only one does."""

import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from core.config import TrainingConfig
from core.jobs import executor, queue, worker
from core.records import Job, Lane, RunStatus
from core.runs import queue_order, store
from core.runs.owner import Owner
from core.runs.store import RunStore
from tests.core.jobs.steps import Steps
from tests.small_data import SMALL

NUM_WAITING = 6

ADOPTER = """
import sys
from concurrent.futures import Executor, Future
from core.jobs import executor
from core.runs import open_store

class Never(Executor):
    def submit(self, *_):
        return Future()

executor.executor_of = lambda _, never=Never(): never
store = open_store()
print("ready", flush=True)
sys.stdin.readline()
print(*executor.adopt(store), flush=True)
sys.stdin.readline()
"""


@pytest.fixture
def steps(monkeypatch: pytest.MonkeyPatch) -> Steps:
    """Put an executor in the place of the real ones that does nothing by itself."""
    made = Steps()
    monkeypatch.setattr(executor, "executor_of", lambda _: made)
    monkeypatch.setattr(queue, "RETRY_SECONDS", 0.01)
    return made


def dead_owner(number: int = 0) -> str:
    """Name a process of this machine that has ended."""
    return str(replace(Owner.this_process(), pid=2**22 + number))


def orphans(store: RunStore, *names: str) -> list[str]:
    """Put runs into the store that wait for a process that has ended."""
    made = [store.create(TrainingConfig(), name=name) for name in names]
    for run_id in made:
        store.annotate(run_id, tags={"inklab.owner": dead_owner()})
    return made


def names(jobs: tuple[Job, ...]) -> list[str]:
    """Return what jobs are called."""
    return [job.name for job in jobs]


def test_what_waited_goes_on_in_its_order(run_store: RunStore, steps: Steps) -> None:
    """As people had put it before the server ended."""
    first, second, third = orphans(run_store, "a", "b", "c")
    queue_order.move(run_store, third, place=1)

    adopted = executor.adopt(run_store)

    assert set(adopted) == {first, second, third}
    assert steps.tasks == [("perform_queued", third)]
    me = str(Owner.this_process())
    assert names(queue_order.waiting(run_store.jobs(), owner=me)) == ["a", "b"]
    assert all(run_store.job(each).is_adopted for each in adopted)


def test_what_had_its_turn_but_had_not_begun_comes_first(
    run_store: RunStore, steps: Steps
) -> None:
    """Its server ended in the second between the two."""
    _, chosen = orphans(run_store, "a", "chosen")
    queue_order.hand_over(run_store, chosen)

    executor.adopt(run_store)

    assert steps.tasks == [("perform_queued", chosen)]


def test_what_waits_for_a_process_that_lives_stays_there(
    run_store: RunStore, steps: Steps
) -> None:
    """Two servers may work on one home."""
    run_id = run_store.create(TrainingConfig(), name="theirs")
    theirs = str(Owner.of_process(psutil.Process().ppid()))
    run_store.annotate(run_id, tags={"inklab.owner": theirs})

    assert executor.adopt(run_store) == ()
    assert run_store.get(run_id).owner == theirs
    assert steps.tasks == []


def test_work_of_an_unknown_kind_is_left_to_who_knows_it(
    run_store: RunStore, steps: Steps
) -> None:
    """A newer Inklab queued it, and may be started again."""
    (run_id,) = orphans(run_store, "of the future")
    run_store.annotate(run_id, tags={"inklab.kind": "dream"})

    assert executor.adopt(run_store) == ()
    assert run_store.job(run_id).status is RunStatus.QUEUED
    assert steps.tasks == []


def test_what_was_claimed_by_a_server_that_ended_is_claimed_again(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It may end between its claim and the note of it."""
    (run_id,) = orphans(run_store, "a")
    claimant = Owner.from_text(dead_owner(1))
    with monkeypatch.context() as patch:
        patch.setattr(Owner, "this_process", lambda: claimant)
        assert run_store.adopt(run_store.job(run_id))
    run_store.annotate(run_id, tags={"inklab.owner": dead_owner()})

    assert run_store.adopt(run_store.job(run_id))
    assert run_store.get(run_id).owner == str(Owner.this_process())


def test_two_machines_that_take_each_other_for_gone_do_not_go_in_circles(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody can tell after a day whether a process elsewhere lives: both claim."""
    one, two = Owner("one", 1, 1.0), Owner("two", 1, 1.0)
    run_id = run_store.create(TrainingConfig(), name="a")
    run_store.annotate(run_id, tags={"inklab.owner": str(one)})
    monkeypatch.setattr(store, "is_gone", lambda *_, **__: True)
    for claimant in (two, one):
        with monkeypatch.context() as patch:
            patch.setattr(Owner, "this_process", lambda claimant=claimant: claimant)
            assert run_store.adopt(run_store.job(run_id))

    assert not run_store.adopt(run_store.job(run_id))
    assert run_store.job(run_id).owner == str(one)


def test_two_servers_that_start_at_once_share_what_waits(run_store: RunStore) -> None:
    """Each run is trained once."""
    waiting = orphans(run_store, *(f"run {number}" for number in range(NUM_WAITING)))
    servers = [
        subprocess.Popen(
            [sys.executable, "-c", ADOPTER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(2)
    ]
    try:
        for server in servers:
            assert server.stdout.readline().strip() == "ready"
        for server in servers:
            server.stdin.write("go\n")
            server.stdin.flush()
        taken = [server.stdout.readline().split() for server in servers]
        owners = [str(Owner.of_process(server.pid)) for server in servers]
    finally:
        for server in servers:
            server.kill()
            server.communicate()

    assert sorted([*taken[0], *taken[1]]) == sorted(waiting)
    for owner, ids in zip(owners, taken, strict=True):
        assert {run_store.job(each).owner for each in ids} <= {owner}


@pytest.mark.usefixtures("small_mnist", "no_litert")
def test_an_adopted_training_is_trained(run_store: RunStore, steps: Steps) -> None:
    """With all that was asked for."""
    run_id = run_store.create(SMALL, name="run")
    run_store.annotate(run_id, tags={"inklab.owner": dead_owner()})
    executor.adopt(run_store)
    (task,) = steps.tasks

    worker.perform(task[1])

    run = run_store.get(run_id)
    assert (run.status, run.lane) == (RunStatus.FINISHED, Lane.COMPUTE)
    assert run_store.history(run_id).num_epochs == SMALL.epochs
