"""The run of a trial: what it is called, and what its end says to its study."""

from collections.abc import Sequence

from core.datasets import store as datasets
from core.errors import StudyError
from core.insight import network_cost
from core.records import TRIAL, Job, Run, RunStatus
from core.runs import annotations
from core.tuning import space
from core.tuning.spec import Objective, StudySpec
from core.tuning.study import Study
from core.tuning.trials import Asked, TrialRecord


def trials_in(jobs: Sequence[Job], name: str) -> dict[int, Run]:
    """Return the runs of the trials of a study, by their numbers."""
    return {
        job.trial: job
        for job in jobs
        if isinstance(job, Run)
        and job.kind == TRIAL
        and job.study == name
        and job.trial is not None
    }


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


def tell(study: Study, trial: TrialRecord, run: Run) -> None:
    """Tell a study what became of a trial, if it is over."""
    if not run.status.is_over:
        return
    if run.scores.total_seconds is not None:
        study.note_seconds(trial.number, run.scores.total_seconds)
    if run.status is RunStatus.FINISHED:
        study.tell(trial.number, _values(run, study.spec.objectives))
    elif run.status is RunStatus.PRUNED:
        study.tell_pruned(trial.number)
    elif run.is_lost or run.status is RunStatus.STOPPED:
        is_stopped = run.status is RunStatus.STOPPED
        study.tell_lost(trial.number, is_stopped=is_stopped)
    else:
        study.tell_failed(trial.number)


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
