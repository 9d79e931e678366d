"""The run of a trial: what it is called, and what its end says to its study."""

import contextlib
import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from core.datasets import splits
from core.datasets import store as datasets
from core.datasets.spec import DatasetSpec
from core.errors import DatasetError, StudyError
from core.insight import network_cost
from core.jobs.kinds.keep import Keep
from core.records import TRIAL, Job, Run, RunStatus
from core.runs import annotations, run_dataset
from core.tuning import space
from core.tuning.spec import Objective, StudySpec
from core.tuning.study import Study
from core.tuning.trials import Asked, TrialRecord

if TYPE_CHECKING:
    from core.runs.store import RunStore


def trials_in(jobs: Sequence[Job], name: str) -> tuple[Run, ...]:
    """Return the runs of the trials of a study, the newest first.

    Those that were kept of a deleted study of the same name are among them.
    """
    return tuple(
        job
        for job in jobs
        if isinstance(job, Run) and job.kind == TRIAL and job.study == name
    )


def run_of(trial: TrialRecord, runs: Sequence[Run]) -> Run | None:
    """Return the run of a trial; None if it has none any more, or not yet.

    Args:
        trial: The trial.
        runs: Those of its study, see `trials_in`.
    """
    if trial.run_id:
        return next((run for run in runs if run.id == trial.run_id), None)
    # It has a run before the study knows that. Another study of this name may have
    # left a run of the same number, but only one that was kept.
    same = (run for run in runs if run.trial == trial.number and not run.has_model)
    return next(same, None)


def needed(jobs: Sequence[Job]) -> Iterator[str]:
    """Give the ids of runs that work to be done begins with."""
    for job in jobs:
        if job.status.is_over:
            continue
        if job.kind == Keep.kind:
            yield job.subject
        if isinstance(job, Run) and job.parent:
            yield job.parent


def name_of(asked: Asked) -> str:
    """Name the run of a trial by what it varies."""
    parts = (
        f"{space.title_of(key).lower()} {space.text_of(key, value)}"
        for key, value in asked.params.items()
    )
    return f"Trial {asked.number}: {', '.join(parts)}"[: annotations.MAX_NAME]


def check_dataset(spec: StudySpec) -> None:
    """See that the trials to come learn from the same images as those before.

    Raises:
        StudyError: If another data set has the name of theirs.
    """
    found = datasets.load(spec.base.dataset).fingerprint
    if spec.fingerprint not in ("", found):
        message = (
            f"Expected the data set {spec.base.dataset} as this study began with it, "
            "but another one has its name now, and their scores cannot be compared. "
            "Start another study."
        )
        raise StudyError(message)


def check_validation(spec: StudySpec, dataset: DatasetSpec) -> None:
    """See that there is an image to score trials by.

    Raises:
        StudyError: If the validation split comes to none.
    """
    share = spec.base.validation_fraction
    if splits.num_validation(dataset.num_train, share):
        return
    message = (
        "Expected at least one validation image, by which trials are scored, got a "
        f"validation split of {share * 100:g} % of {dataset.num_train:,} training "
        "images. Use a larger one, or more images."
    )
    raise StudyError(message)


def tell(store: "RunStore", study: Study, trial: TrialRecord, run: Run) -> None:
    """Tell a study what became of a trial, if it is over.

    Raises:
        StudyError: If its storage does not answer.
        RunStoreError: If the run store does not answer.
    """
    if not run.status.is_over:
        return
    if run.scores.total_seconds is not None:
        study.note_seconds(trial.number, run.scores.total_seconds)
    if run.status is RunStatus.FINISHED:
        study.tell(trial.number, _values(store, run, study.spec.objectives))
    elif run.status is RunStatus.PRUNED:
        study.tell_pruned(trial.number)
    elif run.is_lost or trial.is_stopped:
        study.tell_lost(trial.number, is_stopped=run.status is RunStatus.STOPPED)
    else:
        # Whoever stops one trial does not want it to begin anew.
        study.tell_failed(trial.number)


def _values(
    store: "RunStore", run: Run, objectives: Sequence[Objective]
) -> tuple[float, ...]:
    """Return how a run scored; NaN where that is not known."""
    scores = (_score(store, run, each) for each in objectives)
    return tuple(math.nan if each is None else float(each) for each in scores)


def _score(store: "RunStore", run: Run, objective: Objective) -> float | None:
    match objective:
        case "val_accuracy":
            return run.scores.validation_accuracy
        case "val_loss":
            return run.scores.validation_loss
        case "seconds":
            return run.scores.train_seconds
        case "parameters":
            # The data set may have been deleted since.
            with contextlib.suppress(DatasetError):
                spec = run_dataset.spec_of(store, run)
                return network_cost.num_parameters(run.config, spec)
            return None
