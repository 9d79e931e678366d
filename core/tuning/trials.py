"""The trials of a study as values: where each stands, and how long they took."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from optuna.trial import FrozenTrial, TrialState

from core.config import TrainingConfig
from core.tuning import samplers
from core.tuning.space import Params
from core.tuning.spec import StudySpec

RUN: Final = "inklab.run"
LOST: Final = "inklab.lost"
SECONDS: Final = "inklab.seconds"
STOPPED: Final = "inklab.stopped"


class State(StrEnum):
    """Where a trial stands."""

    WAITING = "waiting"
    RUNNING = "running"
    FINISHED = "finished"
    PRUNED = "pruned"
    FAILED = "failed"


_STATES: Final = {
    TrialState.WAITING: State.WAITING,
    TrialState.RUNNING: State.RUNNING,
    TrialState.COMPLETE: State.FINISHED,
    TrialState.PRUNED: State.PRUNED,
    TrialState.FAIL: State.FAILED,
}


@dataclass(frozen=True, kw_only=True)
class TrialRecord:
    """One trial as it stands.

    Attributes:
        number: From 0.
        state: Where it stands.
        params: What it varies, by key.
        values: How it scored, one for each objective; empty if it has not finished.
        by_epoch: Its validation score after each epoch that was reported.
        run_id: Its run; empty if none was begun.
        started: When it was chosen, in local time; None if it waits.
        ended: When it was known to be over, in local time; None if it is not.
        is_lost: Whether the process that worked on it was lost or somebody stopped
            it, so that it was, or will be, tried once more.
        seconds: How long it was worked on, if its run has said so.
        is_stopped: Whether it was stopped with its study, not by itself.
    """

    number: int
    state: State
    params: Params
    values: tuple[float, ...]
    by_epoch: tuple[float, ...]
    run_id: str
    started: datetime | None
    ended: datetime | None
    is_lost: bool
    seconds: float | None = None
    is_stopped: bool = False


@dataclass(frozen=True, kw_only=True)
class Asked:
    """A trial to run.

    Attributes:
        number: Its number in the study.
        config: What to train.
        params: What it varies.
    """

    number: int
    config: TrainingConfig
    params: Params


def record_of(trial: FrozenTrial) -> TrialRecord:
    """Read one of Optuna's trials."""
    steps = sorted(trial.intermediate_values.items())
    return TrialRecord(
        number=trial.number,
        state=_STATES[trial.state],
        params={
            key: samplers.shown(value, trial.distributions[key])
            for key, value in trial.params.items()
        },
        values=tuple(trial.values or ()) if trial.state is TrialState.COMPLETE else (),
        by_epoch=tuple(value for _, value in steps),
        run_id=str(trial.user_attrs.get(RUN, "")),
        started=trial.datetime_start,
        ended=trial.datetime_complete,
        is_lost=LOST in trial.user_attrs,
        seconds=trial.user_attrs.get(SECONDS),
        is_stopped=STOPPED in trial.user_attrs,
    )


def busy_seconds(trials: Iterator[TrialRecord] | Sequence[TrialRecord]) -> float:
    """Return for how long any of some trials was being run.

    Args:
        trials: Of one study; those that were lost do not count.
    """
    now = datetime.now()  # noqa: DTZ005 - Optuna writes local time
    spans = sorted(
        _span(each, now)
        for each in trials
        if each.started is not None and not each.is_lost
    )
    total, latest = 0.0, datetime.min  # noqa: DTZ901 - see above
    for start, end in spans:
        total += max(0.0, (end - max(start, latest)).total_seconds())
        latest = max(latest, end)
    return total


def is_out_of_time(spec: StudySpec, trials: Sequence[TrialRecord]) -> bool:
    """Whether the minutes of a study are over, if it has a limit of them."""
    # One under way may have waited for its turn since it was chosen.
    over = [each for each in trials if each.state is not State.RUNNING]
    return spec.minutes is not None and busy_seconds(over) / 60 >= spec.minutes


def has_budget(spec: StudySpec, trials: Sequence[TrialRecord]) -> bool:
    """Whether there is more to try in a study after all its trials so far."""
    if is_out_of_time(spec, trials):
        return False
    waits = any(each.state is State.WAITING for each in trials)
    is_grid = spec.sampler == "grid"
    if waits and not is_grid:
        return True
    begun = (each for each in trials if each.state is not State.WAITING)
    num_begun = sum(not each.is_lost for each in begun)
    has_room = spec.num_trials is None or num_begun < spec.num_trials
    return has_room and (waits or not is_grid)


def _span(trial: TrialRecord, now: datetime) -> tuple[datetime, datetime]:
    """Return from when to when a trial was run: its turn in the queue does not count.

    One that ended when no process looked is known to be over much later, so how long
    it says that it took counts more than these times.
    """
    start, end = trial.started or now, trial.ended or now
    if trial.seconds is not None:
        start = max(start, end - timedelta(seconds=trial.seconds))
    return start, end
