"""The trials of a study: who begins them, and what becomes of them and of it."""

import os
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from core.config import TrainingConfig
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.errors import (
    DivergedError,
    StudyError,
    StudyStoreError,
    TrainingStopped,
    UnknownRunError,
    UnknownStudyError,
)
from core.jobs import executor, lanes, queue, studies, worker
from core.jobs.kinds import keep
from core.records import CHECKPOINT, Progress, RunStatus
from core.runs.owner import Owner
from core.runs.store import RunStore
from core.training import train as training
from core.tuning import storage
from core.tuning.space import Choices, Range, SearchSpace
from core.tuning.spec import StudySpec
from core.tuning.study import Study
from core.tuning.trials import State, TrialRecord
from tests.core.jobs.steps import Steps
from tests.small_data import SMALL, wait_until

NAME = "50 % / 'wide'"
SPACE = SearchSpace(varied={"learning_rate": Range(low=0.001, high=0.01)})

pytestmark = pytest.mark.usefixtures("small_mnist", "studies_home")


@pytest.fixture(autouse=True)
def steps(monkeypatch: pytest.MonkeyPatch) -> Iterator[Steps]:
    """Put an executor in the place of the real one that does nothing by itself."""
    made = Steps()
    monkeypatch.setattr(executor, "executor_of", lambda _: made)
    monkeypatch.setattr(queue, "RETRY_SECONDS", 0.01)
    monkeypatch.setattr(studies, "RETRY_SECONDS", 0.01)
    yield made
    # What asks again would find the study of the next test.
    for thread in threading.enumerate():
        if isinstance(thread, threading.Timer):
            thread.join()


def start(store: RunStore, **changes: object) -> Study:
    """Begin a study; without changes it draws two trials at random."""
    usual = StudySpec(base=SMALL, space=SPACE, sampler="random", num_trials=2)
    return studies.start(store, NAME, usual.model_copy(update=changes))


def trials() -> tuple[TrialRecord, ...]:
    """Return the trials as they stand."""
    return storage.load(NAME).trials()


def states() -> list[str]:
    """Return where the trials stand."""
    return [str(each.state) for each in trials()]


def work_on(steps: Steps) -> None:
    """Do what is handed over, until there is nothing."""
    while not steps.futures[-1].done():
        steps.work()


def test_trials_become_runs_that_are_scored_by_validation(
    run_store: RunStore, steps: Steps
) -> None:
    """They keep curve and state; the test images take no part."""
    start(run_store)
    work_on(steps)

    study = storage.load(NAME)
    assert not study.is_active
    assert study.problem == ""
    for trial in study.trials():
        run = run_store.get(trial.run_id)
        assert trial.state is State.FINISHED
        assert trial.values == (run.scores.validation_accuracy,)
        assert trial.seconds == run.scores.total_seconds
        rate = f"{trial.params['learning_rate']:g}"
        assert run.name == f"Trial {trial.number}: learning rate {rate}"
        assert (run.status, run.study) == (RunStatus.FINISHED, NAME)
        assert run.training.learning_rate == trial.params["learning_rate"]
        assert run_store.history(run.id).num_epochs == 2
        assert run_store.artifact(run.id, CHECKPOINT).exists()
        assert (run.has_model, run.scores.test_accuracy) == (False, None)


def test_one_trial_is_at_work_and_one_waits(run_store: RunStore, steps: Steps) -> None:
    """So the worker need not wait until the next one is chosen."""
    start(run_store, num_trials=5)
    assert states() == ["running", "running"]
    assert len(steps.tasks) == 1

    steps.work()

    assert states() == ["finished", "running", "running"]
    assert len(steps.tasks) == 2


@pytest.mark.parametrize("has_begun", [False, True], ids=["waits", "has just begun"])
def test_a_trial_chosen_ahead_is_not_done_after_the_minutes(
    run_store: RunStore,
    steps: Steps,
    monkeypatch: pytest.MonkeyPatch,
    *,
    has_begun: bool,
) -> None:
    """It has its turn as soon as the one before ends; with more minutes it is tried."""
    start(run_store, num_trials=None, minutes=1.0)
    monkeypatch.setattr("core.tuning.trials.busy_seconds", lambda _: 60.0)
    if has_begun:
        run_store.start(trials()[1].run_id)

    steps.work()

    ahead = trials()[1].run_id
    assert run_store.is_stop_requested(ahead)
    if has_begun:
        run_store.stop(ahead)
        studies.refill(run_store, NAME)
    assert run_store.get(ahead).status is RunStatus.STOPPED
    assert states() == ["finished", "failed", "waiting"]
    assert not storage.load(NAME).is_active


def test_what_a_person_starts_goes_first(run_store: RunStore, steps: Steps) -> None:
    """Also before the trial that waits."""
    start(run_store, num_trials=5)
    mine = executor.train(run_store, SMALL, name="mine")

    steps.work()

    assert steps.tasks[-1] == ("perform_queued", mine)


def test_as_many_trials_are_begun_as_are_done_at_once(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lanes, "num_slots", lambda _: 3)

    start(run_store, num_trials=9)

    assert states() == ["running"] * (3 + studies.NUM_AHEAD)


PATIENT = replace(SMALL, epochs=3, patience=1, weight_average=0.9, learning_rate=0.03)


@pytest.mark.parametrize("base", [SMALL, PATIENT], ids=["plain", "patient"])
def test_a_trial_that_is_kept_is_the_run_of_its_recipe(
    base: TrainingConfig, run_store: RunStore, steps: Steps, small_mnist: Dataset
) -> None:
    """Bit for bit, also with early stopping and averaged weights."""
    start(run_store, base=base, num_trials=1)
    work_on(steps)
    run = run_store.get(trials()[0].run_id)
    expected = training.train(small_mnist, run.training).predictions

    found = kept(run_store, run.id)

    np.testing.assert_array_equal(found.probabilities, expected.probabilities)
    np.testing.assert_array_equal(found.features, expected.features)
    assert run_store.get(run.id).status is RunStatus.FINISHED


def kept(store: RunStore, run_id: str) -> object:
    """Test and export a trial, and return what it says about the test images."""
    task, name = keep.keep_of(store, run_id)
    worker.perform(task.create(store, name=name))
    assert store.get(run_id).has_model
    return store.predictions(run_id)


def test_a_trial_that_was_pruned_is_kept_as_it_was_then(
    run_store: RunStore,
    steps: Steps,
    small_mnist: Dataset,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its weights are those of a run that is stopped after the same epoch."""
    monkeypatch.setattr(Study, "is_hopeless", lambda *_: True)
    start(run_store, num_trials=1)
    work_on(steps)
    run = run_store.get(trials()[0].run_id)
    assert (run.status, states()) == (RunStatus.PRUNED, ["pruned"])

    def stop(progress: Progress) -> None:
        if progress.ends_epoch:
            raise TrainingStopped

    expected = training.train(small_mnist, run.training, stop).predictions

    found = kept(run_store, run.id)

    np.testing.assert_array_equal(found.probabilities, expected.probabilities)
    assert run_store.get(run.id).status is RunStatus.PRUNED


def test_each_epoch_is_reported(run_store: RunStore, steps: Steps) -> None:
    """The last one too, or its curve would end before its score."""
    start(run_store, num_trials=1, base=replace(SMALL, epochs=3))
    work_on(steps)

    (trial,) = trials()
    scores = run_store.history(trial.run_id).val_accuracy
    assert trial.by_epoch == scores


def test_a_trial_that_diverges_has_failed_and_the_study_goes_on(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would only diverge again."""
    real = training.fit
    diverged = iter([DivergedError("The loss is no longer a number.")])

    def fit(*arguments: object, **more: object) -> object:
        for error in diverged:
            raise error
        return real(*arguments, **more)

    monkeypatch.setattr(training, "fit", fit)
    start(run_store, num_trials=2)
    work_on(steps)

    assert states() == ["failed", "finished"]
    assert not trials()[0].is_lost


def begin(store: RunStore, steps: Steps) -> None:
    """Be a worker that has begun the newest task."""
    store.start(steps.tasks[-1][1])


def test_a_trial_whose_worker_was_killed_is_tried_once_more_and_only_once(
    run_store: RunStore, steps: Steps
) -> None:
    start(run_store, num_trials=1)
    for _ in range(2):
        begin(run_store, steps)
        steps.die()
    work_on(steps)

    first, second, *others = trials()
    assert first.params == second.params
    assert [each.is_lost for each in (first, second)] == [True, True]
    assert all(each.params != first.params for each in others)
    assert not storage.load(NAME).is_active


def test_a_study_that_is_stopped_goes_on_with_what_was_under_way(
    run_store: RunStore, steps: Steps
) -> None:
    """What had finished is there, nothing is begun, and no settings are lost."""
    varied = {"learning_rate": Choices(values=(0.001, 0.002, 0.004))}
    space = SearchSpace(varied=varied)
    start(run_store, sampler="grid", space=space, num_trials=None)
    steps.work()
    for _ in range(2):
        begin(run_store, steps)
        studies.stop(run_store, NAME)
        steps.work_stopped(run_store)
        assert steps.tasks[-1] == ("warm_up",)
        assert "running" not in states()
        studies.resume(run_store, NAME)

    work_on(steps)

    scored = [each.params["learning_rate"] for each in trials() if each.values]
    assert sorted(scored) == [0.001, 0.002, 0.004]


def test_a_trial_that_somebody_stops_is_not_begun_anew(
    run_store: RunStore, steps: Steps
) -> None:
    """The study goes on with the others."""
    start(run_store, num_trials=3)
    begin(run_store, steps)
    run_store.request_stop(trials()[0].run_id)
    steps.work_stopped(run_store)

    assert states() == ["failed", "running", "running"]
    assert not trials()[0].is_lost


def test_more_trials_are_added(run_store: RunStore, steps: Steps) -> None:
    start(run_store)
    work_on(steps)

    studies.add_trials(run_store, NAME, num_trials=1)
    work_on(steps)

    assert states() == ["finished"] * 3
    assert storage.load(NAME).spec.num_trials == 3


def test_more_of_what_limits_no_study_is_refused(
    run_store: RunStore, steps: Steps
) -> None:
    """It would do nothing, and somebody would wait for it."""
    start(run_store)
    work_on(steps)

    with pytest.raises(StudyError, match="got minutes, which do not"):
        studies.add_trials(run_store, NAME, minutes=5.0)

    assert storage.load(NAME).spec.minutes is None


def test_a_combination_by_hand_is_tried_when_the_study_goes_on(
    run_store: RunStore, steps: Steps
) -> None:
    start(run_store)
    work_on(steps)

    storage.load(NAME).enqueue({"learning_rate": 0.005})
    studies.resume(run_store, NAME)
    work_on(steps)

    assert run_store.get(trials()[-1].run_id).training.learning_rate == 0.005


def another_process() -> str:
    """Name a process that lives."""
    return str(Owner.of_process(os.getppid()))


def dead_process() -> str:
    """Name a process of this machine that has ended."""
    return str(replace(Owner.this_process(), pid=2**22))


def test_only_the_process_of_a_study_begins_trials(
    run_store: RunStore, steps: Steps
) -> None:
    """Another one tells it what is over, and no more."""
    start(run_store, num_trials=9)
    storage.load(NAME).activate(another_process())

    work_on(steps)
    studies.adopt(run_store)

    assert states() == ["finished", "finished"]
    assert storage.load(NAME).is_active


def test_a_study_whose_process_is_gone_is_gone_on_with(
    run_store: RunStore, steps: Steps
) -> None:
    start(run_store, num_trials=3)
    storage.load(NAME).activate(dead_process())
    work_on(steps)

    studies.adopt(run_store)
    work_on(steps)

    assert states() == ["finished"] * 3


def test_a_study_goes_on_whose_trial_ended_in_another_process(
    run_store: RunStore,
) -> None:
    """Nobody tells this one, so it looks itself."""
    start(run_store, num_trials=9)
    for trial in trials():
        run_store.start(trial.run_id)
        run_store.fail(trial.run_id, "The disk is full.")

    studies.adopt(run_store)

    assert states() == ["failed", "failed", "running", "running"]


def test_a_trial_that_another_process_has_just_chosen_is_left_to_it(
    run_store: RunStore,
) -> None:
    """It has a number before it has a run."""
    study = start(run_store, num_trials=9)
    study.ask()
    study.activate(another_process())

    studies.settle(run_store, study)
    assert states() == ["running"] * 3

    study.activate(dead_process())
    studies.settle(run_store, study)
    assert states() == ["running", "running", "failed", "waiting"]


def test_a_trial_whose_run_was_deleted_has_failed(
    run_store: RunStore, steps: Steps
) -> None:
    start(run_store)
    work_on(steps)
    studies.add_trials(run_store, NAME, num_trials=1)
    run_store.delete(trials()[2].run_id)

    studies.refill(run_store, NAME)

    assert states() == ["finished", "finished", "failed"]


def test_a_study_is_deleted_while_it_runs(run_store: RunStore, steps: Steps) -> None:
    """The trial under way ends quietly; a trial that was kept stays."""
    start(run_store, num_trials=9)
    steps.work()
    steps.work()
    first, second, third, fourth = (each.run_id for each in trials())
    kept(run_store, first)

    def delete(_: object) -> None:
        if NAME in [each.name for each in storage.load_all()]:
            studies.delete(run_store, NAME)

    worker.perform(third, on_report=delete)
    steps.futures[-1].set_result(None)

    assert run_store.get(first).has_model
    for gone in (second, third, fourth):
        with pytest.raises(UnknownRunError):
            run_store.get(gone)
    with pytest.raises(UnknownStudyError):
        storage.load(NAME)
    assert len(steps.tasks) == 4


def test_a_trial_that_is_about_to_be_kept_stays_without_its_study(
    run_store: RunStore, steps: Steps
) -> None:
    start(run_store)
    work_on(steps)
    wanted, unwanted = (each.run_id for each in trials())
    task, name = keep.keep_of(run_store, wanted)
    executor.submit(run_store, task, name=name)

    studies.delete(run_store, NAME)
    work_on(steps)

    assert run_store.get(wanted).has_model
    with pytest.raises(UnknownRunError):
        run_store.get(unwanted)


def test_a_trial_goes_on_without_its_study(run_store: RunStore, steps: Steps) -> None:
    """Its storage may be down, and what it learns is not lost."""
    start(run_store, num_trials=1)
    (trial,) = trials()

    def delete(_: object) -> None:
        if NAME in [each.name for each in storage.load_all()]:
            storage.delete(NAME)

    worker.perform(trial.run_id, on_report=delete)

    run = run_store.get(trial.run_id)
    assert run.status is RunStatus.FINISHED
    log = run_store.artifact(run.id, "log.txt").read_text()
    assert "This trial goes on without its study." in log
    assert len(steps.tasks) == 1


@pytest.fixture
def replace_data_set(
    monkeypatch: pytest.MonkeyPatch,
) -> Iterator[Callable[[], None]]:
    """Give a function after which another data set has the name of the first."""
    real = datasets.load

    def put_another() -> None:
        monkeypatch.setattr(
            datasets, "load", lambda name: replace(real(name), fingerprint="another")
        )

    return put_another


def test_another_data_set_of_the_same_name_stops_a_study(
    run_store: RunStore, steps: Steps, replace_data_set: Callable[[], None]
) -> None:
    """Scores of different images are not mixed, and what had finished stays."""
    start(run_store, num_trials=9)
    steps.work()

    replace_data_set()
    work_on(steps)

    study = storage.load(NAME)
    assert not study.is_active
    assert "another one has its name now" in study.problem
    assert [each.values != () for each in study.trials()] == [True, False, False]
    studies.resume(run_store, NAME)
    assert "another one has its name now" in storage.load(NAME).problem
    assert len(study.trials()) == 3


def test_what_cannot_be_trained_is_the_problem_of_the_study(
    run_store: RunStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_: Study) -> None:
        message = "None of these networks can be trained."
        raise StudyError(message)

    monkeypatch.setattr(Study, "ask", refuse)

    start(run_store)

    study = storage.load(NAME)
    assert not study.is_active
    assert study.problem == "None of these networks can be trained."


def test_a_study_without_validation_images_is_not_begun(run_store: RunStore) -> None:
    """A tenth of a few pictures may be none."""
    with pytest.raises(StudyError, match=r"split of 0\.05 % of 600 training images"):
        start(run_store, base=replace(SMALL, validation_fraction=0.0005))

    assert not storage.load_all()


def test_a_storage_that_does_not_answer_is_asked_again(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that is restarted loses nothing."""
    start(run_store, num_trials=9)
    real, failures = storage.load, iter(range(3))

    def load(name: str) -> Study:
        for _ in failures:
            message = "Expected the storage to answer."
            raise StudyStoreError(message)
        return real(name)

    monkeypatch.setattr(storage, "load", load)
    steps.finish(run_store)

    wait_until(lambda: len(real(NAME).trials()) == 3)


def test_two_objectives_are_weighed(run_store: RunStore, steps: Steps) -> None:
    """Then no trial can be judged by epoch, and nothing complains of that."""
    start(run_store, objectives=("val_accuracy", "parameters"), num_trials=1)
    work_on(steps)

    (trial,) = trials()
    run = run_store.get(trial.run_id)
    assert trial.values == (run.scores.validation_accuracy, 784 * 32 + 32 + 330)
    assert "without its study" not in run_store.artifact(run.id, "log.txt").read_text()


@pytest.mark.parametrize("objective", ["val_loss", "seconds", "parameters"])
def test_trials_are_scored_by_the_objective(
    objective: str, run_store: RunStore, steps: Steps
) -> None:
    start(run_store, objectives=(objective,), num_trials=1)
    work_on(steps)

    (trial,) = trials()
    scores = run_store.get(trial.run_id).scores
    expected = {
        "val_loss": scores.validation_loss,
        "seconds": scores.train_seconds,
        "parameters": 784 * 32 + 32 + 32 * 10 + 10,
    }
    assert trial.values == (expected[objective],)


def test_a_study_with_the_name_of_a_deleted_one_has_its_own_trials(
    run_store: RunStore, steps: Steps
) -> None:
    """Those that were kept of the other have the same numbers."""
    start(run_store, num_trials=1)
    work_on(steps)
    kept(run_store, old := trials()[0].run_id)
    studies.delete(run_store, NAME)

    start(run_store, num_trials=1, seed=1)
    studies.refill(run_store, NAME)
    assert states() == ["running"]
    studies.stop(run_store, NAME)
    studies.resume(run_store, NAME)
    work_on(steps)

    scored = [each for each in trials() if each.values]
    assert [old] != [each.run_id for each in scored]
    for each in scored:
        found = run_store.get(each.run_id).scores.validation_accuracy
        assert each.values == (found,)


def test_a_trial_is_scored_whose_data_set_has_gone_meanwhile(
    run_store: RunStore, steps: Steps, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The study does not go on, and says why."""
    start(run_store, num_trials=3)
    _, run_id = steps.tasks[-1]
    worker.perform(run_id)
    monkeypatch.setattr("core.datasets.catalog._SPECS", ())
    steps.futures[-1].set_result(None)

    study = storage.load(NAME)
    assert study.trials()[0].values == (
        run_store.get(run_id).scores.validation_accuracy,
    )
    assert not study.is_active
    assert "mnist" in study.problem


def test_a_trial_that_another_run_is_to_go_on_with_stays_without_its_study(
    run_store: RunStore, steps: Steps
) -> None:
    start(run_store)
    work_on(steps)
    wanted, unwanted = (each.run_id for each in trials())
    child = executor.go_on(run_store, wanted, epochs=1)

    studies.delete(run_store, NAME)
    work_on(steps)

    assert run_store.get(child).status is RunStatus.FINISHED
    assert run_store.get(wanted).id == wanted
    with pytest.raises(UnknownRunError):
        run_store.get(unwanted)
