"""What a grid of one or two settings came to: its trials by their values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Final

from core.config.setting import Value
from core.tuning import ranking, space
from core.tuning.spec import MAXIMIZED, StudySpec
from core.tuning.trials import State, TrialRecord

Place = tuple[int, ...]
"""For each setting, which of its values."""

MAX_SETTINGS: Final = 2
_PREFERRED: Final = (State.FINISHED, State.RUNNING, State.WAITING)


@dataclass(frozen=True, kw_only=True)
class Grid:
    """The trials of a grid by their place in it.

    Attributes:
        keys: The settings that it varies, one or two.
        values: What is tried of each, in their order.
        trials: The trial of each place, if it has begun.
        num_trials: How many there are, also of those that have not begun.
    """

    keys: tuple[str, ...]
    values: tuple[tuple[Value, ...], ...]
    trials: Mapping[Place, TrialRecord]
    num_trials: int

    @property
    def scores(self) -> Mapping[Place, float]:
        """How the finished ones scored by the first objective."""
        return {
            place: trial.values[0]
            for place, trial in self.trials.items()
            if trial.values
        }

    def texts(self, place: Place) -> tuple[str, ...]:
        """Write the values of a place for people."""
        return tuple(
            space.text_of(key, values[each])
            for key, values, each in zip(self.keys, self.values, place, strict=True)
        )


def is_grid(spec: StudySpec) -> bool:
    """Whether a study is a grid of one or two settings."""
    return spec.sampler == "grid" and len(spec.space.varied) <= MAX_SETTINGS


def arrange(spec: StudySpec, trials: Sequence[TrialRecord]) -> Grid:
    """Put the trials of a grid in their places.

    A trial that leaves out a setting without effect has all places of that setting.

    Args:
        spec: Of the study; see `is_grid`.
        trials: Of it; of some with the same values, one that finished counts.
    """
    keys = tuple(key for key, _ in spec.space.ordered())
    values = tuple(
        _in_order(space.points_of(key, each)) for key, each in spec.space.ordered()
    )
    found: dict[Place, TrialRecord] = {}
    # What has not begun does not tell its values.
    begun = (each for each in trials if each.params)
    for trial in sorted(begun, key=_rank, reverse=True):
        for place in product(*map(range, map(len, values))):
            if _is_at(trial, keys, values, place):
                found[place] = trial
    num_trials = sum(not each.is_lost for each in trials)
    return Grid(keys=keys, values=values, trials=found, num_trials=num_trials)


def best(grid: Grid, spec: StudySpec) -> Place | None:
    """Return where the best score is; None if there is none yet."""
    sign = -1 if spec.objectives[0] in MAXIMIZED else 1
    scores = grid.scores
    return min(scores, key=lambda place: (sign * scores[place], place), default=None)


def within_chance(grid: Grid, spec: StudySpec, *, num_images: int) -> tuple[Place, ...]:
    """Return the places whose validation accuracy may be the best one but for chance.

    Args:
        grid: The grid.
        spec: Of its study.
        num_images: How many validation images there are; 0 if nobody knows.

    Returns:
        Without the best itself; none if the objective is another.
    """
    top = best(grid, spec)
    if top is None or not num_images or spec.objectives[0] != "val_accuracy":
        return ()
    return tuple(
        place
        for place, score in sorted(grid.scores.items())
        if place != top and ranking.is_chance(grid.scores[top], score, num_images)
    )


def _in_order(values: Sequence[Value]) -> tuple[Value, ...]:
    """Sort numbers; words, switches and lists stay as they were given."""
    are_numbers = all(
        isinstance(each, int | float) and not isinstance(each, bool) for each in values
    )
    return tuple(sorted(values) if are_numbers else values)


def _rank(trial: TrialRecord) -> tuple[int, int]:
    """Return less for a trial that tells more of its place."""
    known = trial.state in _PREFERRED
    order = _PREFERRED.index(trial.state) if known else len(_PREFERRED)
    return order, -trial.number


def _is_at(
    trial: TrialRecord,
    keys: Sequence[str],
    values: Sequence[Sequence[Value]],
    place: Place,
) -> bool:
    return all(
        key not in trial.params or trial.params[key] == each[number]
        for key, each, number in zip(keys, values, place, strict=True)
    )
