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
    InklabError,
    RunStoreError,
    StudyStoreError,
    UnknownStudyError,
)
from core.insight import network_cost
from core.jobs import executor, lanes
from core.jobs.kinds.trial import Trial
from core.records import TRIAL, Lane, Run, RunStatus
from core.runs import annotations
from core.runs.owner import Owner
from core.tuning import space, storage
from core.tuning.spec import Objective, StudySpec
from core.tuning.study import Asked, State, Study, TrialRecord

if TYPE_CHECKING:
    from core.runs.store import RunStore

RETRY_SECONDS: Final = 3.0

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
    fingerprint = datasets.load(spec.base.dataset).fingerprint
    study = storage.create(name, spec.model_copy(update={"fingerprint": fingerprint}))
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

    What was under way is tried again when the study goes on.

    Raises:
        StudyError: If there is none, or its storage does not answer.
    """
    with _LOCK:
        study = storage.load(name)
        study.deactivate()
        for run in _runs_of(store, name).values():
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
        StudyError: If there is none, or its storage does not answer.
    """
    study = storage.load(name)
    old, limit = study.spec.num_trials, study.spec.minutes
    study.change_budget(
        num_trials=old if old is None else old + (num_trials or 0),
        minutes=limit if limit is None else limit + (minutes or 0.0),
    )
    resume(store, name)


@settings.changes
def delete(store: "RunStore", name: str) -> None:
    """Stop and delete a study, and the runs of its trials that were not kept.

    Raises:
        StudyError: If there is none, or its storage does not answer.
    """
    with _LOCK:
        storage.load(name).deactivate()
        runs = _runs_of(store, name).values()
        storage.delete(name)
        for run in runs:
            if not run.has_model:
                with contextlib.suppress(RunStoreError):
                    store.delete(run.id)


@settings.changes
def adopt(store: "RunStore") -> None:
    """Go on with the studies whose process is gone."""
    for study in storage.load_all():
        if study.is_active and _is_free(study.owner):
            with contextlib.suppress(InklabError):
                resume(store, study.name)


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
            if study.is_active and study.owner == str(Owner.this_process()):
                _begin(store, study)
    except UnknownStudyError:
        # It was deleted, and nobody is interested in its trials any more.
        return
    except (StudyStoreError, RunStoreError):
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
    runs = _runs_of(store, study.name)
    for trial in study.trials():
        if trial.state is not State.RUNNING:
            continue
        run = runs.get(trial.number)
        if run is None:
            # It was deleted, or its process ended before it was written down.
            study.tell_failed(trial.number, is_lost=not trial.run_id)
        elif run.status.is_over:
            _tell(study, trial, run)


def is_running(study: Study, trials: Sequence[TrialRecord]) -> bool:
    """Whether more is to come of a study."""
    return study.is_active or any(each.state is State.RUNNING for each in trials)


def _begin(store: "RunStore", study: Study) -> None:
    """Begin as many trials as are done at once."""
    under_way = sum(each.state is State.RUNNING for each in study.trials())
    try:
        for _ in range(lanes.num_slots(Lane.COMPUTE) - under_way):
            asked = study.ask()
            if asked is None:
                if not under_way:
                    study.deactivate()
                return
            task = Trial(config=asked.config, study=study.name, number=asked.number)
            run_id = executor.submit(store, task, name=name_of(asked))
            study.note_run(asked.number, run_id)
            under_way += 1
    except (StudyStoreError, RunStoreError):
        raise
    except InklabError as error:
        study.deactivate(str(error))


def _tell(study: Study, trial: TrialRecord, run: Run) -> None:
    """Tell a study what became of a trial."""
    if run.status is RunStatus.FINISHED:
        study.tell(trial.number, _values(run, study.spec.objectives))
    elif run.status is RunStatus.PRUNED:
        study.tell_pruned(trial.number)
    else:
        # One that somebody stopped is tried again, when the study goes on.
        is_lost = run.is_lost or run.status is RunStatus.STOPPED
        study.tell_failed(trial.number, is_lost=is_lost)


def _values(run: Run, objectives: Sequence[Objective]) -> tuple[float, ...]:
    """Return how a run scored; NaN where that is not known."""
    nan = float("nan")
    found = {
        "val_accuracy": run.scores.validation_accuracy,
        "val_loss": run.scores.validation_loss,
        "seconds": run.scores.train_seconds,
        "parameters": _num_parameters(run),
    }
    scores = (found[each] for each in objectives)
    return tuple(nan if each is None else float(each) for each in scores)


def _num_parameters(run: Run) -> int:
    spec = datasets.load(run.config.dataset).spec
    return network_cost.num_parameters(run.config, spec)


def name_of(asked: Asked) -> str:
    """Name the run of a trial by what it varies."""
    parts = (
        f"{space.title_of(key).lower()} {space.text_of(key, value)}"
        for key, value in asked.params.items()
    )
    return f"Trial {asked.number}: {', '.join(parts)}"[: annotations.MAX_NAME]


def _runs_of(store: "RunStore", name: str) -> dict[int, Run]:
    """Return the runs of the trials of a study, by their numbers."""
    return {
        job.trial: job
        for job in store.jobs()
        if isinstance(job, Run)
        and job.kind == TRIAL
        and job.study == name
        and job.trial is not None
    }


def _is_free(owner: str) -> bool:
    """Whether the process that ran the trials of a study has ended on this machine."""
    try:
        found = Owner.from_text(owner)
    except ValueError:
        return True
    return found.is_here and not found.is_alive
