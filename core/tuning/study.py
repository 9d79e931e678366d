"""A study: trials of one search, and the next one to try.

Optuna keeps it in its storage, so any process can go on with it. Which trials run, and
where, is not its business: see `core.jobs.studies`.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Final

import optuna
from optuna.trial import FrozenTrial, TrialState

from core import settings
from core.errors import ConfigError, StudyError
from core.insight import network_cost
from core.records import History
from core.tuning import samplers, space
from core.tuning import spec as specs
from core.tuning.samplers import FIRST
from core.tuning.space import Params
from core.tuning.spec import StudySpec
from core.tuning.store_errors import plain_errors, unknown
from core.tuning.trials import (
    LOST,
    RUN,
    SECONDS,
    STOPPED,
    Asked,
    State,
    TrialRecord,
    busy_seconds,
    has_budget,
    record_of,
)

__all__ = ["State", "Study", "TrialRecord", "busy_seconds"]

SPEC: Final = "inklab.study"
ACTIVE: Final = "inklab.active"
OWNER: Final = "inklab.owner"
PROBLEM: Final = "inklab.problem"
SECOND: Final = "inklab.second"
MAX_IMPOSSIBLE: Final = 50


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
        """Let it have more or fewer trials or minutes than so far.

        Raises:
            StudyError: If that is more than a study can have.
        """
        specs.check_budget(num_trials=num_trials, minutes=minutes)
        spec = self.spec.model_copy(
            update={"num_trials": num_trials, "minutes": minutes}
        )
        self._set(**{SPEC: spec.to_json()})
        self.spec = spec

    def trials(self) -> tuple[TrialRecord, ...]:
        """Return all trials, in the order of their numbers."""
        return tuple(map(record_of, self._trials()))

    def running(self) -> tuple[TrialRecord, ...]:
        """Return the trials under way."""
        with plain_errors(self.name):
            found = self._optuna.get_trials(False, (TrialState.RUNNING,))
        return tuple(map(record_of, found))

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
            if not has_budget(self.spec, tuple(map(record_of, trials))):
                return None
            with plain_errors(self.name):
                trial = self._ask(num_trials=len(trials))
                try:
                    return self._recipe(trial)
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
    def note_seconds(self, number: int, seconds: float) -> None:
        """Remember how long a trial was worked on."""
        with plain_errors(self.name):
            self._open(number).set_user_attr(SECONDS, seconds)

    @settings.changes
    def note_stopped(self, number: int) -> None:
        """Remember that a trial is stopped with the study, to be tried again."""
        with plain_errors(self.name):
            self._open(number).set_user_attr(STOPPED, True)

    @settings.changes
    def tell(self, number: int, values: Sequence[float]) -> None:
        """Record how a trial scored; one that was told before stays as it is."""
        self._tell(number, state=TrialState.COMPLETE, values=values)

    @settings.changes
    def tell_pruned(self, number: int) -> None:
        """Record that a trial was pruned."""
        self._tell(number, state=TrialState.PRUNED)

    @settings.changes
    def tell_failed(self, number: int) -> None:
        """Record that a trial failed."""
        self._tell(number, state=TrialState.FAIL)

    @settings.changes
    def tell_lost(self, number: int, *, is_stopped: bool) -> None:
        """Record that a trial did not end, which was not its own fault.

        Args:
            number: Its number.
            is_stopped: Whether its study was stopped: then it is tried again. One whose
                process was lost is tried once more, since that may have been its doing.
        """
        trial = self._trial(number)
        if trial.state.is_finished():
            return
        with plain_errors(self.name):
            self._open(number).set_user_attr(LOST, True)
        self._tell(number, state=TrialState.FAIL)
        first = trial.user_attrs.get(FIRST, number)
        is_second = trial.user_attrs.get(SECOND, False)
        if is_stopped or not is_second:
            attributes = {FIRST: first, SECOND: is_second or not is_stopped}
            self._enqueue(trial.params, attributes)

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
            samplers.check_value(self.spec.space, key, value)
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

    def _recipe(self, trial: optuna.Trial) -> Asked:
        params = samplers.drawn(self.spec, trial)
        config = space.config_of(self.spec.base, params)
        network_cost.check_fits(config)
        return Asked(number=trial.number, config=config, params=params)

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
        if number < len(found := self._trials()):
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
