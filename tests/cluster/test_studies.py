"""Studies whose trials run on a cluster."""

import os
import signal
from dataclasses import replace

import pytest

from core.config import MlpConfig, TrainingConfig
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.jobs import studies
from core.runs.store import RunStore
from core.training.train import fit
from core.tuning import storage
from core.tuning.space import Range, SearchSpace
from core.tuning.spec import StudySpec
from core.tuning.study import State, Study
from tests.cluster.machines import SECONDS, Machines
from tests.cluster.test_cluster import make_own, owner_of
from tests.small_data import wait_until

NUM_TRIALS = 24

BASE = TrainingConfig(
    network=MlpConfig(hidden=(16,)),
    epochs=2,
    batch_size=32,
    dataset="tried",
    validation_fraction=0.2,
)
SPACE = SearchSpace(varied={"learning_rate": Range(low=1e-4, high=1e-2)})


@pytest.fixture(scope="module")
def tried(machines: Machines) -> Dataset:
    """Make a data set in the home of the web process, which no worker has."""
    assert machines.workers
    return make_own("tried", seed=16)


def spec(num_trials: int, *, epochs: int = 2) -> StudySpec:
    """Say what a study is to do."""
    return StudySpec(
        base=replace(BASE, epochs=epochs),
        space=SPACE,
        sampler="random",
        prunes=False,
        num_trials=num_trials,
        seed=7,
    )


def when_over(name: str, *, seconds: float = 2 * SECONDS) -> Study:
    """Wait until a study has used up its budget and return it."""

    def is_over() -> bool:
        study = storage.load(name)
        return not studies.is_running(study, study.trials())

    wait_until(is_over, seconds=seconds)
    return storage.load(name)


def finished(name: str) -> dict[int, tuple[float, ...]]:
    """Return the scores of the trials of a study that have finished."""
    return {
        each.number: each.values
        for each in storage.load(name).trials()
        if each.state is State.FINISHED
    }


def test_study_tries_and_scores_the_same_as_on_one_machine(
    store: RunStore, tried: Dataset
) -> None:
    """Each trial is chosen by its number, whichever worker is free first."""
    local = storage.create("local", spec(NUM_TRIALS))
    expected = {}
    while asked := local.ask():
        fitted = fit(tried, asked.config)
        accuracy, _ = fitted.history.validation_at(fitted.kept_epoch)
        expected[asked.params["learning_rate"]] = accuracy
        local.tell(asked.number, (accuracy,))

    studies.start(store, "on the cluster", spec(NUM_TRIALS))
    trials = when_over("on the cluster").trials()

    assert [each.state for each in trials] == [State.FINISHED] * NUM_TRIALS
    scores = {each.params["learning_rate"]: each.values[0] for each in trials}
    assert scores == pytest.approx(expected, abs=1e-6)
    assert len({owner_of(each.run_id).pid for each in trials}) == 2


@pytest.mark.usefixtures("tried")
def test_killed_worker_loses_no_finished_trial(store: RunStore) -> None:
    """The trial that it was at is tried once more; all are accounted for."""
    studies.start(store, "with a kill", spec(6, epochs=60))
    wait_until(lambda: len(finished("with a kill")) > 1, seconds=SECONDS)
    before = finished("with a kill")

    def at_work() -> list[str]:
        trials = storage.load("with a kill").trials()
        runs = [each.run_id for each in trials if each.state is State.RUNNING]
        return [each for each in runs if each and store.live_points(each).loss]

    wait_until(lambda: bool(at_work()), seconds=SECONDS)
    victim = at_work()[0]
    os.kill(owner_of(victim).pid, signal.SIGKILL)

    trials = when_over("with a kill").trials()
    after = finished("with a kill")
    assert before.items() <= after.items()
    assert len(after) == 6
    lost = [each for each in trials if each.state is State.FAILED]
    assert {each.run_id for each in lost} <= {victim}
    assert all(each.is_lost for each in lost)
    assert (
        datasets.load("tried").fingerprint
        == storage.load("with a kill").spec.fingerprint
    )
