"""Run the trials of studies: what is over is told to the study, which names the next.

A study is no task, and nothing waits for a trial: its state is in its storage. Whoever
hands trials to a worker looks at each end of one, and again after a start: what it
finds there is enough to go on, so nothing is lost with a process.
"""

import contextlib
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from core import settings
from core.datasets import store as datasets
from core.errors import (
    ClusterError,
    InklabError,
    RunStoreError,
    StudyError,
    StudyStoreError,
    UnknownStudyError,
)
from core.jobs import executor, lanes, trial_runs
from core.jobs.kinds.trial import Trial
from core.records import Lane
from core.runs.owner import Owner
from core.tuning import storage
from core.tuning.spec import StudySpec
from core.tuning.study import Study
from core.tuning.trials import State, TrialRecord, is_out_of_time

if TYPE_CHECKING:
    from core.runs.store import RunStore

RETRY_SECONDS: Final = 3.0
NUM_AHEAD: Final = 1
"""So many trials are chosen before a worker is free, which then need not wait."""

_LOCK: Final = threading.RLock()
"""One thread at a time asks a study for trials, or it would get too many."""


@settings.changes
def start(store: "RunStore", name: str, spec: StudySpec) -> Study:
    """Make a study and begin with its trials; return at once.

    Args:
        store: Where the runs of its trials are kept.
        name: What to call it.
        spec: What it is to do; its fingerprint is filled in.

    Raises:
        StudyError: If it cannot be made so.
        DatasetError: If its data set cannot be used.
    """
    dataset = datasets.load(spec.base.dataset)
    trial_runs.check_validation(spec, dataset.spec)
    update = {"fingerprint": dataset.fingerprint}
    study = storage.create(name, spec.model_copy(update=update))
    resume(store, study.name)
    return study


@settings.changes
def resume(store: "RunStore", name: str) -> None:
    """Go on with a study until its budget is used up; return at once.

    Raises:
        StudyError: If there is none, or its storage does not answer.
    """
    storage.load(name).activate(str(Owner.this_process()))
    refill(store, name)


@settings.changes
def stop(store: "RunStore", name: str) -> None:
    """Begin no more trials of a study, and stop those under way.

    These are tried again when it goes on.

    Raises:
        StudyError: If there is none, or its storage does not answer.
    """
    with _LOCK:
        study = storage.load(name)
        study.deactivate()
        for trial in study.running():
            with contextlib.suppress(StudyStoreError):
                # It may have ended at this very moment.
                study.note_stopped(trial.number)
        for run in trial_runs.trials_in(store.jobs(), name):
            if not run.status.is_over:
                store.request_stop(run.id)
    settle(store, study)


@settings.changes
def add_trials(
    store: "RunStore",
    name: str,
    *,
    num_trials: int | None = None,
    minutes: float | None = None,
) -> None:
    """Give a study more trials or minutes, and go on with it.

    Args:
        store: Where the runs of its trials are kept.
        name: The study.
        num_trials: How many trials more; None for none.
        minutes: How many minutes more; None for none.

    Raises:
        StudyError: If there is none, its storage does not answer, or what it would
            get more of does not limit it.
    """
    study = storage.load(name)
    old, limit = study.spec.num_trials, study.spec.minutes
    if (num_trials and old is None) or (minutes and limit is None):
        wanted, other = ("trials", "minutes") if num_trials else ("minutes", "trials")
        message = (
            f"Expected more of what limits study {name}, got {wanted}, which do not. "
            f"Give {other}, or resume it; a grid ends with its combinations."
        )
        raise StudyError(message)
    study.change_budget(
        num_trials=old if old is None else old + (num_trials or 0),
        minutes=limit if limit is None else limit + (minutes or 0.0),
    )
    resume(store, name)


@settings.changes
def delete(store: "RunStore", name: str) -> None:
    """Stop and delete a study, and the runs of its trials that were not kept.

    Those that another run is about to go on with stay too.

    Raises:
        StudyError: If there is none, or its storage does not answer.
    """
    with _LOCK:
        storage.load(name).deactivate()
        jobs = store.jobs()
        needed = set(trial_runs.needed(jobs))
        storage.delete(name)
        for run in trial_runs.trials_in(jobs, name):
            if not run.has_model and run.id not in needed:
                with contextlib.suppress(RunStoreError):
                    store.delete(run.id)


@settings.changes
def adopt(store: "RunStore") -> None:
    """Go on with the studies of processes that are gone, and of this one.

    A trial of these may have ended elsewhere.
    """
    for study in storage.load_all():
        if not study.is_active:
            continue
        with contextlib.suppress(InklabError):
            if is_left(study):
                resume(store, study.name)
            elif _is_ours(study):
                refill(store, study.name)


@settings.changes
def refill(store: "RunStore", name: str) -> None:
    """Tell a study what became of its trials, and begin the next ones.

    What does not answer is asked again in some seconds, so this can be called where
    nobody would see an error.
    """
    try:
        with _LOCK:
            study = storage.load(name)
            settle(store, study)
            if study.is_active and _is_ours(study):
                _begin(store, study)
    except UnknownStudyError:
        # It was deleted, and nobody is interested in its trials any more.
        return
    except (StudyStoreError, RunStoreError, ClusterError):
        timer = threading.Timer(RETRY_SECONDS, refill, (store, name))
        timer.daemon = True
        with contextlib.suppress(RuntimeError):
            timer.start()


@settings.changes
def settle(store: "RunStore", study: Study) -> None:
    """Tell a study of the trials that are over in the run store.

    Raises:
        StudyError: If its storage does not answer.
        RunStoreError: If the run store does not answer.
    """
    under_way = study.running()
    if not under_way:
        return
    # Another process may be about to write down the run of a trial that it has chosen.
    may_give_up = _is_ours(study) or is_left(study)
    runs = trial_runs.trials_in(store.jobs(), study.name)
    for trial in under_way:
        run = trial_runs.run_of(trial, runs)
        if run is not None:
            trial_runs.tell(store, study, trial, run)
        elif may_give_up and trial.run_id:
            # Somebody deleted it.
            study.tell_failed(trial.number)
        elif may_give_up:
            # Its process ended before it was written down.
            study.tell_lost(trial.number, is_stopped=True)


def is_running(study: Study, trials: Sequence[TrialRecord]) -> bool:
    """Whether more is to come of a study."""
    return study.is_active or any(each.state is State.RUNNING for each in trials)


def is_left(study: Study) -> bool:
    """Whether the process that did the trials of a study has ended on this machine."""
    with contextlib.suppress(ValueError):
        owner = Owner.from_text(study.owner)
        return owner.is_here and not owner.is_alive
    return True


def _begin(store: "RunStore", study: Study) -> None:
    """Begin as many trials as are done at once, and one that waits for its turn."""
    try:
        if is_out_of_time(study.spec, study.trials()):
            _withdraw(store, study)
        under_way = len(study.running())
        trial_runs.check_dataset(study.spec)
        # A cluster may have no worker yet.
        num_slots = max(1, lanes.num_slots(Lane.COMPUTE))
        for _ in range(num_slots + NUM_AHEAD - under_way):
            asked = study.ask()
            if asked is None:
                if not under_way:
                    study.deactivate()
                return
            task = Trial(
                config=asked.config,
                study=study.name,
                number=asked.number,
                fingerprint=study.spec.fingerprint,
            )
            run_id = executor.submit(store, task, name=trial_runs.name_of(asked))
            study.note_run(asked.number, run_id)
            under_way += 1
    except (StudyStoreError, RunStoreError, ClusterError):
        raise
    except InklabError as error:
        study.deactivate(str(error))


def _withdraw(store: "RunStore", study: Study) -> None:
    """Stop the trials that wait for their turn, or have begun and learned nothing yet.

    They were chosen ahead, and are tried when the study is given more minutes.
    """
    runs = trial_runs.trials_in(store.jobs(), study.name)
    for trial in study.running():
        run = trial_runs.run_of(trial, runs)
        if run is None or run.status.is_over or run.scores.epochs_done:
            continue
        study.note_stopped(trial.number)
        store.request_stop(run.id)
    settle(store, study)


def _is_ours(study: Study) -> bool:
    """Whether this process runs the trials of a study."""
    return study.owner == str(Owner.this_process())
