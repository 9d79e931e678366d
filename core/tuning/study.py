"""A study: trials of one search, and the next one to try.

Optuna keeps it in its storage, so any process can go on with it. Which trials run, and
where, is not its business: see `core.jobs.studies`.
"""

import contextlib
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Final

import optuna
from optuna.trial import FrozenTrial, TrialState
from sqlalchemy.exc import SQLAlchemyError

from core import settings
from core.config import TrainingConfig, settings_table
from core.config.setting import Value
from core.errors import ConfigError, StudyError, StudyStoreError, UnknownStudyError
from core.records import History
from core.tuning import samplers, space
from core.tuning.space import Params
from core.tuning.spec import StudySpec

SPEC: Final = "inklab.study"
ACTIVE: Final = "inklab.active"
OWNER: Final = "inklab.owner"
PROBLEM: Final = "inklab.problem"
RUN: Final = "inklab.run"
LOST: Final = "inklab.lost"
SECOND: Final = "inklab.second"
MAX_IMPOSSIBLE: Final = 50


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
        is_lost: Whether the process that worked on it was lost, so that it was, or
            will be, tried once more.
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


class Study:
    """A study in its storage; see `core.tuning.storage` for how to get one.

    Args:
        found: Optuna's own.
    """

    def __init__(self, found: optuna.Study) -> None:
        self._optuna = found
        self.name: Final = found.study_name
        with plain_errors(self.name):
            self.spec = StudySpec.from_json(found.user_attrs[SPEC])

    @property
    def is_active(self) -> bool:
        """Whether trials are to be run until its budget is used up."""
        return bool(self._attribute(ACTIVE))

    @property
    def owner(self) -> str:
        """The process that runs its trials, as `core.runs.owner` writes it."""
        return str(self._attribute(OWNER) or "")

    @property
    def problem(self) -> str:
        """Why it does not go on although it should; empty if it does."""
        return str(self._attribute(PROBLEM) or "")

    @settings.changes
    def activate(self, owner: str) -> None:
        """Have a process run its trials."""
        self._set(**{OWNER: owner, ACTIVE: True, PROBLEM: ""})

    @settings.changes
    def deactivate(self, problem: str = "") -> None:
        """Run no more trials; say why, if nobody asked for that."""
        self._set(**{ACTIVE: False, PROBLEM: problem})

    @settings.changes
    def change_budget(self, *, num_trials: int | None, minutes: float | None) -> None:
        """Let it have more or fewer trials or minutes than so far."""
        spec = self.spec.model_copy(
            update={"num_trials": num_trials, "minutes": minutes}
        )
        self._set(**{SPEC: spec.to_json()})
        self.spec = spec

    def trials(self) -> tuple[TrialRecord, ...]:
        """Return all trials, in the order of their numbers."""
        return tuple(map(_record_of, self._trials()))

    def frozen(self) -> Sequence[FrozenTrial]:
        """Return all trials as Optuna has them, for its own figures."""
        return self._trials()

    @settings.changes
    def ask(self) -> Asked | None:
        """Choose the next trial; None if the budget is used up.

        Raises:
            StudyError: If none of the next combinations can be trained.
        """
        for _ in range(MAX_IMPOSSIBLE):
            trials = self._trials()
            if not self._has_budget(trials):
                return None
            with plain_errors(self.name):
                trial = self._ask(num_trials=len(trials))
                try:
                    return self._sample(trial)
                except ConfigError as error:
                    problem = str(error)
                    self._optuna.tell(trial, state=TrialState.FAIL)
        message = (
            "Expected combinations of settings that can be trained, but the latest "
            f"{MAX_IMPOSSIBLE} cannot. The last problem: {problem} Change the search "
            "space."
        )
        raise StudyError(message)

    @settings.changes
    def note_run(self, number: int, run_id: str) -> None:
        """Remember which run a trial has."""
        with plain_errors(self.name):
            self._open(number).set_user_attr(RUN, run_id)

    @settings.changes
    def tell(self, number: int, values: Sequence[float]) -> None:
        """Record how a trial scored; one that was told before stays as it is."""
        self._tell(number, state=TrialState.COMPLETE, values=values)

    @settings.changes
    def tell_pruned(self, number: int) -> None:
        """Record that a trial was pruned."""
        self._tell(number, state=TrialState.PRUNED)

    @settings.changes
    def tell_failed(self, number: int, *, is_lost: bool = False) -> None:
        """Record that a trial failed.

        Args:
            number: Its number.
            is_lost: Whether that was not its own fault: then it is tried once more.
        """
        trial = self._trial(number)
        if is_lost:
            with plain_errors(self.name):
                self._open(number).set_user_attr(LOST, True)
        self._tell(number, state=TrialState.FAIL)
        if is_lost and SECOND not in trial.user_attrs:
            self._enqueue(trial.params, {SECOND: number})

    @settings.changes
    def enqueue(self, params: Params) -> None:
        """Have a combination tried next.

        Args:
            params: Values of some of the settings that are varied; the sampler
                chooses the others.

        Raises:
            StudyError: If one is not varied, or cannot be that.
        """
        for key, value in params.items():
            self._check_param(key, value)
        self._enqueue(params, {})

    def is_hopeless(self, number: int, history: History) -> bool:
        """Report how a trial does after an epoch; tell whether it should end.

        Raises:
            StudyError: If the study is gone, or its storage does not answer.
        """
        scores = (
            history.val_accuracy
            if self.spec.objectives[0] == "val_accuracy"
            else history.val_loss
        )
        with plain_errors(self.name):
            trial = self._open(number)
            trial.report(scores[-1], step=len(scores))
            return trial.should_prune()

    def _ask(self, *, num_trials: int) -> optuna.Trial:
        self._optuna.sampler = samplers.sampler_of(self.spec, num_trials=num_trials)
        return self._optuna.ask()

    def _sample(self, trial: optuna.Trial) -> Asked:
        values = settings_table.values_of(self.spec.base)
        params: dict[str, Value] = {}
        for key, variation in self.spec.space.ordered():
            if not space.is_active(key, values):
                continue
            distribution = samplers.distribution_of(key, variation)
            value = _shown(key, samplers.suggest(trial, key, distribution))
            params[key] = value
            if key in values:
                values[key] = value
        config = space.config_of(self.spec.base, params)
        return Asked(number=trial.number, config=config, params=params)

    def _has_budget(self, trials: Sequence[FrozenTrial]) -> bool:
        waiting = [each for each in trials if each.state is TrialState.WAITING]
        counted = [each for each in trials if LOST not in each.user_attrs]
        spec, minutes = self.spec, busy_seconds(map(_record_of, trials)) / 60
        if spec.minutes is not None and minutes >= spec.minutes:
            return False
        num_begun = len(counted) - len(waiting)
        has_room = spec.num_trials is None or num_begun < spec.num_trials
        return bool(waiting) or (has_room and spec.sampler != "grid")

    def _check_param(self, key: str, value: object) -> None:
        variation = self.spec.space.varied.get(key)
        if variation is None:
            message = (
                f"Expected one of the settings that this study varies "
                f"({', '.join(self.spec.space.varied)}), got {key!r}."
            )
            raise StudyError(message)
        distribution = samplers.distribution_of(key, variation)
        try:
            is_in = distribution._contains(distribution.to_internal_repr(value))  # noqa: SLF001 - no public way
        except (ValueError, TypeError):
            is_in = False
        if not is_in:
            message = (
                f"Expected a value of {space.title_of(key)} within the search space, "
                f"got {value!r}. Choose another."
            )
            raise StudyError(message)

    def _enqueue(self, params: Params, attributes: Mapping[str, object]) -> None:
        with plain_errors(self.name):
            self._optuna.enqueue_trial(dict(params), user_attrs=dict(attributes))

    def _tell(
        self, number: int, *, state: TrialState, values: Sequence[float] | None = None
    ) -> None:
        if values is not None and not all(map(math.isfinite, values)):
            state, values = TrialState.FAIL, None
        with plain_errors(self.name):
            self._optuna.tell(number, values=values, state=state, skip_if_finished=True)

    def _trials(self) -> Sequence[FrozenTrial]:
        with plain_errors(self.name):
            return self._optuna.get_trials(deepcopy=False)

    def _trial(self, number: int) -> FrozenTrial:
        found = self._trials()
        if number < len(found):
            return found[number]
        raise unknown(self.name)

    def _open(self, number: int) -> optuna.Trial:
        """Return a trial that may have been begun by another process."""
        trial_id = self._trial(number)._trial_id  # noqa: SLF001 - Optuna has no other way
        return optuna.Trial(self._optuna, trial_id)

    def _attribute(self, name: str) -> object:
        with plain_errors(self.name):
            return self._optuna.user_attrs.get(name)

    def _set(self, **attributes: object) -> None:
        with plain_errors(self.name):
            for name, value in attributes.items():
                self._optuna.set_user_attr(name, value)


def busy_seconds(trials: Iterator[TrialRecord] | Sequence[TrialRecord]) -> float:
    """Return for how long any of some trials was being run.

    Args:
        trials: Of one study; those that were lost do not count.
    """
    now = datetime.now()  # noqa: DTZ005 - Optuna writes local time
    spans = sorted(
        (each.started, each.ended or now)
        for each in trials
        if each.started is not None and not each.is_lost
    )
    total, latest = 0.0, datetime.min  # noqa: DTZ901 - see above
    for start, end in spans:
        total += max(0.0, (end - max(start, latest)).total_seconds())
        latest = max(latest, end)
    return total


def _shown(key: str, value: Value) -> Value:
    """Return a sampled value as it is used: numbers are rounded to what matters."""
    return value if isinstance(value, bool | str) else space.rounded(key, value)


def _record_of(trial: FrozenTrial) -> TrialRecord:
    steps = sorted(trial.intermediate_values.items())
    return TrialRecord(
        number=trial.number,
        state=_STATES[trial.state],
        params={key: _shown(key, value) for key, value in trial.params.items()},
        values=tuple(trial.values or ()) if trial.state is TrialState.COMPLETE else (),
        by_epoch=tuple(value for _, value in steps),
        run_id=str(trial.user_attrs.get(RUN, "")),
        started=trial.datetime_start,
        ended=trial.datetime_complete,
        is_lost=LOST in trial.user_attrs,
    )


@contextlib.contextmanager
def plain_errors(name: str = "") -> Iterator[None]:
    """Raise what goes wrong with the storage of studies in plain words.

    Raises:
        UnknownStudyError: If the study is gone.
        StudyStoreError: If the storage does not answer.
    """
    try:
        yield
    except KeyError as error:
        raise unknown(name) from error
    except (
        SQLAlchemyError,
        OSError,
        optuna.exceptions.OptunaError,
        RuntimeError,
    ) as error:
        problem = next(iter(str(error).splitlines()), type(error).__name__)
        message = (
            f"Expected the storage of the studies to answer, but: {problem}. Check "
            "that it is available and of this version, and that INKLAB_STUDIES is "
            "right."
        )
        raise StudyStoreError(message) from error


def unknown(name: str) -> UnknownStudyError:
    """Say that there is no such study."""
    message = (
        f"Expected the name of a study, got {name!r}: there is none, or it was "
        "deleted. `python -m core tune list` shows all."
    )
    return UnknownStudyError(message)
