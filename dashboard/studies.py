"""What all sessions share of hyperparameter studies.

Only what shows studies imports this: Optuna takes a moment to import.
"""

import dataclasses
import itertools
import random
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.config import TrainingConfig
from core.datasets import catalog
from core.datasets.splits import num_validation
from core.errors import (
    ConfigError,
    DatasetError,
    UnknownRunError,
    UnknownStudyError,
)
from core.insight.expected_time import Expectation
from core.jobs import studies as jobs
from core.jobs.kinds.keep import keep_of
from core.jobs.tasks import Task
from core.records import TRAIN, Run
from core.runs import annotations
from core.tuning import importance, ranking, space, storage
from core.tuning.importance import Importance
from core.tuning.ranking import Leader
from core.tuning.space import Params
from core.tuning.spec import StudySpec
from core.tuning.study import State, Study, TrialRecord
from dashboard import services

SHARED_SECONDS: Final = 0.7
LIST_SECONDS: Final = 3.0
NUM_EXAMPLES: Final = 6
NUM_SEEDS: Final = 5
MAX_SEED_WORDS: Final = 20
MAX_EXPERIENCE: Final = 60
"""So many of the latest runs tell how long trainings take here."""


@dataclass(frozen=True, kw_only=True)
class StudySnapshot:
    """A study as it was at one moment.

    Attributes:
        study: For what else is asked of it.
        spec: What it is to do.
        trials: All, in the order of their numbers.
        is_active: Whether it begins trials.
        problem: Why it does not go on although it should; empty if it does.
    """

    study: Study
    spec: StudySpec
    trials: tuple[TrialRecord, ...]
    is_active: bool
    problem: str

    @property
    def name(self) -> str:
        """What it is called."""
        return self.study.name

    @property
    def is_running(self) -> bool:
        """Whether more is to come of it."""
        return jobs.is_running(self.study, self.trials)

    @property
    def version(self) -> str:
        """What figures depend on: how many trials are over, and the end of the last.

        A study may have the name of one that was deleted.
        """
        ends = [each.ended for each in self.trials if each.ended is not None]
        return f"{len(ends)} {max(ends, default='')}"

    def count(self, state: State) -> int:
        """Count the trials in a state; those that are tried once more do not count."""
        return sum(each.state is state and not each.is_lost for each in self.trials)

    def best(self) -> TrialRecord | None:
        """Return the best trial by the first objective; None if there is none."""
        return next(iter(ranking.ranked(self.spec, self.trials)), None)


@st.cache_resource(ttl=LIST_SECONDS, max_entries=1, show_spinner=False)
def names() -> tuple[str, ...]:
    """Return the names of all studies, the newest first.

    Raises:
        StudyError: If their storage does not answer.
    """
    return tuple(study.name for study in storage.load_all())


@st.cache_resource(ttl=SHARED_SECONDS, max_entries=20, show_spinner=False)
def snapshot(name: str) -> StudySnapshot:
    """Return a study as it is now, or was a moment ago.

    Raises:
        UnknownStudyError: If there is none.
        StudyError: If the storage does not answer.
    """
    study = storage.load(name)
    return StudySnapshot(
        study=study,
        spec=study.spec,
        trials=study.trials(),
        is_active=study.is_active,
        problem=study.problem,
    )


@st.cache_resource(max_entries=20, show_spinner=False)
def importances(
    name: str,  # noqa: ARG001 - with the version, what the result depends on
    version: str,  # noqa: ARG001 - see above
    _study: Study,
) -> tuple[Importance, ...]:
    """Tell what matters in a study; see `core.tuning.importance`."""
    return importance.importances(_study)


def start(name: str, spec: StudySpec) -> None:
    """Make a study and begin with it; see `core.jobs.studies`."""
    jobs.start(services.store(), name, spec)
    _forget()


def stop(name: str) -> None:
    """Begin no more trials, and stop those under way."""
    jobs.stop(services.store(), name)
    _forget()


def resume(name: str) -> None:
    """Go on with a study."""
    jobs.resume(services.store(), name)
    _forget()


def add_trials(name: str, *, num_trials: int | None, minutes: float | None) -> None:
    """Give a study more trials or minutes, and go on with it."""
    jobs.add_trials(services.store(), name, num_trials=num_trials, minutes=minutes)
    _forget()


def enqueue(name: str, params: Params) -> None:
    """Have a combination tried next, if the study is running; else when it goes on."""
    storage.load(name).enqueue(params)
    jobs.refill(services.store(), name)
    _forget()


def delete(name: str) -> None:
    """Delete a study and what was not kept of its trials; done before is well too."""
    try:
        jobs.delete(services.store(), name)
    except UnknownStudyError:
        pass
    finally:
        _forget()


def run_of(trial: TrialRecord) -> Run | None:
    """Return the run of a trial; None if it has none, or it was deleted."""
    if not trial.run_id:
        return None
    try:
        return services.store().get(trial.run_id)
    except UnknownRunError:
        return None


def keep_task(run: Run) -> Task:
    """Return the task that tests and exports a trial."""
    return keep_of(services.store(), run.id)[0]


def keep(run_id: str) -> None:
    """Have a trial tested and exported."""
    task, name = keep_of(services.store(), run_id)
    services.submit(task, name=name)


def leader(snapshot: StudySnapshot) -> Leader | None:
    """Compare the best trial with the others; see `core.tuning.ranking`."""
    return ranking.leader(
        snapshot.spec, snapshot.trials, num_images=num_validated(snapshot.spec)
    )


def num_validated(spec: StudySpec) -> int:
    """Return by how many images trials are scored; 0 if the data set is gone.

    So it is if another one has its name now.
    """
    try:
        found = catalog.spec(spec.base.dataset)
        fingerprint = catalog.fingerprint_of(spec.base.dataset)
    except DatasetError:
        return 0
    # A bundled data set has one fingerprint.
    if fingerprint is not None and spec.fingerprint not in ("", fingerprint):
        return 0
    return num_validation(found.num_train, spec.base.validation_fraction)


def expected_seconds(spec: StudySpec, everything: Sequence[Run]) -> Expectation | None:
    """Expect the time of a trial from some combinations of its settings."""
    known = everything[:MAX_EXPERIENCE]
    found = [services.expected_time(each, known) for each in _examples(spec)]
    if not found:
        return None
    num = len(found)
    return Expectation(
        seconds=sum(each.seconds for each in found) / num,
        low=sum(each.low for each in found) / num,
        high=sum(each.high for each in found) / num,
        num_runs=min(each.num_runs for each in found),
    )


def _examples(spec: StudySpec) -> list[TrainingConfig]:
    """Draw some combinations that can be trained; always the same of one space."""
    draw = random.Random(0)  # noqa: S311 - no secret
    points = {key: space.points_of(key, each) for key, each in spec.space.ordered()}
    found = []
    for _ in range(NUM_EXAMPLES):
        chosen = {key: draw.choice(values) for key, values in points.items()}
        params = space.active_params(spec.base, chosen)
        try:
            found.append(space.config_of(spec.base, params))
        except ConfigError:
            continue
    return found


def seeds_of(config: TrainingConfig, everything: Sequence[Run]) -> tuple[Run, ...]:
    """Return the trainings whose recipe is this one but for its seed."""
    return tuple(
        run
        for run in everything
        if run.kind == TRAIN
        and dataclasses.replace(run.training, seed=config.seed) == config
    )


def train_seeds(config: TrainingConfig, *, name: str, taken: Collection[int]) -> None:
    """Queue trainings of a recipe with seeds that differ from its own.

    Args:
        config: The recipe.
        name: What the trainings are called, before their seeds.
        taken: The seeds of such trainings that there are already.
    """
    free = (each for each in itertools.count(config.seed + 1) if each not in taken)
    for seed in itertools.islice(free, NUM_SEEDS):
        other = dataclasses.replace(config, seed=seed)
        short = name[: annotations.MAX_NAME - MAX_SEED_WORDS]
        services.start_run(other, name=f"{short}, seed {seed}")


def recipe_of(spec: StudySpec, params: Mapping[str, object]) -> TrainingConfig:
    """Return the recipe of a trial."""
    return space.config_of(spec.base, params)


def _forget() -> None:
    """See at once what somebody has just done."""
    names.clear()
    snapshot.clear()
