"""Tasks on a real cluster: a scheduler, two workers and a tracking server."""

import os
import signal
from collections.abc import Iterator
from dataclasses import replace

import pytest
from mlflow.tracking import MlflowClient

from core import settings
from core.config import MlpConfig, TrainingConfig
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.jobs import executor
from core.jobs.resume import child_of
from core.records import Job, Run, RunStatus
from core.runs import file_cache, logs, shared_datasets
from core.runs.owner import Owner
from core.runs.store import RunStore
from tests.cluster.conftest import cluster
from tests.cluster.machines import SECONDS, Machines
from tests.small_data import stripes, wait_until

QUICK = TrainingConfig(network=MlpConfig(hidden=(16,)), epochs=1, batch_size=512)
LONG = TrainingConfig(network=MlpConfig(hidden=(16,)), epochs=500, batch_size=64)
OWN = TrainingConfig(
    network=MlpConfig(hidden=(16,)), epochs=3, batch_size=32, dataset="stripes"
)


@pytest.fixture(scope="module")
def own(machines: Machines) -> Dataset:
    """Make a data set in the home of the web process, which no worker has."""
    assert machines.workers
    return make_own("stripes", seed=0)


def make_own(name: str, *, seed: int) -> Dataset:
    """Make a small data set of one's own in the home of this process."""
    made = stripes(400 + seed)
    with datasets.create(replace(made.spec, name=name)) as draft:
        for part in ("train", "test"):
            draft.content.append(part, made.part(part).images, made.part(part).labels)
    return datasets.load(name)


def when_over(store: RunStore, job_id: str) -> Job:
    """Wait for the end of a job and return it."""
    wait_until(lambda: store.job(job_id).status.is_over, seconds=SECONDS)
    return store.job(job_id)


def run_when_over(store: RunStore, run_id: str) -> Run:
    """Wait for the end of a run and return it."""
    when_over(store, run_id)
    return store.get(run_id)


def when_learning(store: RunStore, name: str) -> str:
    """Start a training that takes long, and wait until it learns."""
    run_id = executor.train(store, LONG, name=name)
    wait_until(lambda: bool(store.live_points(run_id).loss), seconds=SECONDS)
    return run_id


def owner_of(run_id: str) -> Owner:
    """Return the process that works or worked on a run."""
    client = MlflowClient(settings.tracking_uri())
    return Owner.from_text(client.get_run(run_id).data.tags["inklab.owner"])


def test_trainings_run_on_all_workers(store: RunStore) -> None:
    """Two at a time; each with its results, its files and its log in the store."""
    ids = [executor.train(store, QUICK, name=f"quick {n}") for n in range(3)]

    runs = [run_when_over(store, each) for each in ids]

    assert [run.status for run in runs] == [RunStatus.FINISHED] * 3
    assert len({run.scores.test_accuracy for run in runs}) == 1
    assert runs[0].scores.test_accuracy > 0.7
    pids = {owner_of(each).pid for each in ids}
    assert len(pids) == 2
    assert os.getpid() not in pids
    assert "Network: 784-16-10" in logs.read(store, ids[0])
    assert store.history(ids[0]).num_epochs == 1


def test_file_of_a_run_is_fetched_once(store: RunStore, own: Dataset) -> None:
    """From the server into the home, and used from there until it is crowded out."""
    assert own
    run_id = executor.train(store, OWN, name="fetched")
    run_when_over(store, run_id)

    first = store.artifact(run_id, "model.tflite")
    changed = first.stat().st_ino
    again = store.artifact(run_id, "model.tflite")

    assert (again, again.stat().st_ino) == (first, changed)
    assert settings.home() in first.parents
    assert not list((settings.home() / "cache").glob(f"{file_cache._PREFIX}*"))  # noqa: SLF001


def test_stop_ends_a_training_and_keeps_what_it_learned(store: RunStore) -> None:
    run_id = when_learning(store, "to be stopped")

    store.request_stop(run_id)

    run = run_when_over(store, run_id)
    assert (run.status, run.reason) == (RunStatus.STOPPED, "")
    wait_until(lambda: store.get(run_id).has_model, seconds=SECONDS)


def test_own_data_set_comes_to_the_workers(
    store: RunStore, own: Dataset, machines: Machines
) -> None:
    """It is put into the run store once, and found there by its fingerprint."""
    ids = [executor.train(store, OWN, name=f"own {n}") for n in range(2)]

    runs = [run_when_over(store, each) for each in ids]

    assert [run.reason for run in runs] == ["", ""]
    assert {run.fingerprint for run in runs} == {own.fingerprint}
    assert {run.scores.test_size for run in runs} == {40}
    shared = shared_datasets.SharedDatasets(settings.tracking_uri())
    assert shared.find(own.fingerprint).is_whole
    homes = [machines.folder / f"worker-{number}" for number in (1, 2)]
    assert any((each / "fetched" / own.fingerprint).exists() for each in homes)
    assert not any((each / "datasets" / "stripes").exists() for each in homes)


def test_another_data_set_of_that_name_is_never_taken(
    store: RunStore, own: Dataset
) -> None:
    """It was deleted, and another one imported under its name, as people do."""
    before = run_when_over(store, executor.train(store, OWN, name="before"))
    datasets.delete("stripes")
    other = make_own("stripes", seed=8)

    after = run_when_over(store, executor.train(store, OWN, name="after"))

    assert before.fingerprint == own.fingerprint
    assert after.fingerprint == other.fingerprint != own.fingerprint


def test_killed_worker_fails_its_training_which_can_be_resumed(
    store: RunStore,
) -> None:
    """Its state so far is in the store; Dask's second try trains nothing."""
    run_id = when_learning(store, "to be killed")
    saved = f"unfinished/{run_id}.npz"
    wait_until(lambda: has_file(run_id, saved), seconds=SECONDS)

    os.kill(owner_of(run_id).pid, signal.SIGKILL)

    run = run_when_over(store, run_id)
    assert run.status is RunStatus.FAILED
    assert "killed" in run.reason or "ended unexpectedly" in run.reason
    task, _ = child_of(store, run_id, epochs=1)
    assert task.parent == run_id
    after = executor.train(store, QUICK, name="after the kill")
    assert run_when_over(store, after).status is RunStatus.FINISHED
    assert store.get(run_id).status is RunStatus.FAILED


def has_file(run_id: str, path: str) -> bool:
    """Tell whether a run has a file."""
    client = MlflowClient(settings.tracking_uri())
    folder = path.rpartition("/")[0]
    return path in {each.path for each in client.list_artifacts(run_id, folder)}


def test_training_outlives_the_tracking_server(
    store: RunStore, machines: Machines
) -> None:
    """It keeps its reports until the server is back."""
    run_id = when_learning(store, "without a tracking server")

    machines.tracking.kill()
    machines.tracking.start()
    machines.tracking.wait()

    reached = store.get(run_id).scores.epochs_done
    wait_until(
        lambda: store.get(run_id).scores.epochs_done > reached + 1, seconds=SECONDS
    )
    store.request_stop(run_id)
    assert run_when_over(store, run_id).status is RunStatus.STOPPED


@pytest.fixture
def _new_workers(machines: Machines) -> Iterator[None]:
    """Workers end when they have lost their scheduler; others take their place."""
    yield
    while machines.workers:
        machines.workers.pop().kill()
    machines.add_worker()
    machines.add_worker()


@pytest.mark.usefixtures("_new_workers")
def test_nothing_is_lost_with_the_scheduler(
    store: RunStore, machines: Machines
) -> None:
    """What is at work comes to its end; what waits goes on with the new scheduler."""
    at_work = [when_learning(store, name) for name in ("one", "two")]
    waiting = executor.train(store, QUICK, name="waits for a scheduler")

    machines.scheduler.kill()
    wait_until(lambda: "did not" in cluster().state().problem, seconds=SECONDS)
    assert store.get(waiting).status is RunStatus.QUEUED
    reached = store.get(at_work[0]).scores.epochs_done
    wait_until(
        lambda: store.get(at_work[0]).scores.epochs_done > reached, seconds=SECONDS
    )
    machines.scheduler.start()
    machines.scheduler.wait()
    machines.add_worker()

    for each in at_work:
        store.request_stop(each)
        assert run_when_over(store, each).status is RunStatus.STOPPED
        wait_until(lambda run_id=each: store.get(run_id).has_model, seconds=SECONDS)
    assert run_when_over(store, waiting).status is RunStatus.FINISHED
