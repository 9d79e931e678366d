"""How the next trial of a study is chosen."""

import hashlib
import math
import warnings
from typing import Any, Final

from optuna.distributions import (
    BaseDistribution,
    CategoricalDistribution,
    FloatDistribution,
    IntDistribution,
)
from optuna.exceptions import ExperimentalWarning
from optuna.pruners import BasePruner, NopPruner, PercentilePruner
from optuna.samplers import BaseSampler, RandomSampler, TPESampler
from optuna.study import Study
from optuna.trial import FrozenTrial, Trial

from core.config import settings_table
from core.config.controls import SETTINGS
from core.config.setting import Value
from core.errors import StudyError
from core.tuning import space
from core.tuning.space import Choices, SearchSpace, Variation
from core.tuning.spec import StudySpec

FIRST: Final = "inklab.first"
"""Of a trial that is tried again: its number when it was tried first."""

DIGITS: Final = 3
"""So many significant digits of a number matter; the rest would only be in the way."""

NUM_UNTOLD: Final = 5
"""So many trials are finished before any is pruned."""

PERCENT_KEPT: Final = 33.0
"""A trial goes on while it is among this share of those that came as far. Keeping the
better half saved 42 % of the epochs of three studies, this 56 %, and none lost its best
trial (`benchmarks/studies.py pruners`)."""


class NumberedSampler(BaseSampler):
    """Draws at random, and for a trial of a number always the same.

    So a study tries the same settings wherever and in whichever order its trials run.

    Args:
        seed: Of the study.
    """

    def __init__(self, seed: int) -> None:
        self._seed = seed

    def infer_relative_search_space(
        self, study: Study, trial: FrozenTrial
    ) -> dict[str, BaseDistribution]:
        """Return what is drawn together: nothing."""
        del study, trial
        return {}

    def sample_relative(
        self,
        study: Study,
        trial: FrozenTrial,
        search_space: dict[str, BaseDistribution],
    ) -> dict[str, Any]:
        """Draw together what `infer_relative_search_space` returned."""
        del study, trial, search_space
        return {}

    def sample_independent(
        self,
        study: Study,
        trial: FrozenTrial,
        param_name: str,
        param_distribution: BaseDistribution,
    ) -> Any:  # noqa: ANN401 - Optuna's own signature
        """Draw one value."""
        number = trial.user_attrs.get(FIRST, trial.number)
        text = f"{self._seed} {number} {param_name}"
        seed = int.from_bytes(hashlib.sha256(text.encode()).digest()[:4])
        return RandomSampler(seed=seed).sample_independent(
            study, trial, param_name, param_distribution
        )


def sampler_of(spec: StudySpec, *, num_trials: int) -> BaseSampler:
    """Return what chooses the next trial.

    Args:
        spec: The study. A grid is enqueued as a whole, so its sampler never draws.
        num_trials: How many there are already: a sampler of the same seed would
            draw what it drew then.
    """
    if spec.sampler != "tpe":
        return NumberedSampler(spec.seed)
    seed = (spec.seed * 100_003 + num_trials) % 2**32
    with warnings.catch_warnings():
        # `group` may change in a later Optuna; the pinned one has it.
        warnings.simplefilter("ignore", ExperimentalWarning)
        return TPESampler(seed=seed, multivariate=True, group=True)


def pruner_of(spec: StudySpec) -> BasePruner:
    """Return what ends trials without promise."""
    if not (spec.prunes and spec.can_prune):
        return NopPruner()
    return PercentilePruner(PERCENT_KEPT, n_startup_trials=NUM_UNTOLD, n_warmup_steps=1)


def drawn(spec: StudySpec, trial: Trial) -> dict[str, Value]:
    """Draw what a trial varies: the settings that have an effect, one by one."""
    values = settings_table.values_of(spec.base)
    params: dict[str, Value] = {}
    for key, variation in spec.space.ordered():
        if space.is_active(key, values):
            distribution = distribution_of(key, variation)
            params[key] = shown(_suggest(trial, key, distribution), distribution)
            values[key] = params[key]
    return params


def distribution_of(key: str, variation: Variation) -> BaseDistribution:
    """Return over what a setting is drawn."""
    if isinstance(variation, Choices):
        return CategoricalDistribution(variation.values)
    log = space.is_logarithmic(key, variation)
    if not space.is_whole(key):
        return FloatDistribution(variation.low, variation.high, log=log)
    low, high = int(variation.low), int(variation.high)
    if log:
        return IntDistribution(low, high, log=True)
    choices = SETTINGS[key].choices
    if isinstance(choices, range):
        steps = (high - low) // choices.step * choices.step
        return IntDistribution(low, low + steps, step=choices.step)
    return CategoricalDistribution(space.points_of(key, variation))


def shown(value: Value, distribution: BaseDistribution) -> Value:
    """Return a sampled value as it is used: numbers are rounded to what matters."""
    if not isinstance(distribution, FloatDistribution):
        return value
    return _rounded(value, low=distribution.low, high=distribution.high)


def check_value(space_: SearchSpace, key: str, value: Value) -> None:
    """See that a value can be tried.

    Raises:
        StudyError: If the setting is not varied, or cannot be that.
    """
    variation = space_.varied.get(key)
    if variation is None:
        message = (
            f"Expected one of the settings that this study varies "
            f"({', '.join(space_.varied)}), got {key!r}. Leave it out."
        )
        raise StudyError(message)
    distribution = distribution_of(key, variation)
    is_switch = isinstance(value, bool)
    is_number = not isinstance(distribution, CategoricalDistribution)
    try:
        inner = distribution.to_internal_repr(value)
        # Optuna has no public way to ask.
        is_in = distribution._contains(inner)  # noqa: SLF001
    except (ValueError, TypeError):
        is_in = False
    if not is_in or (is_switch and is_number):
        message = (
            f"Expected a value of {space.title_of(key)} within the search space, "
            f"got {value!r}. Choose another."
        )
        raise StudyError(message)


def _suggest(trial: Trial, key: str, distribution: BaseDistribution) -> Value:
    """Choose a value for a trial; Optuna's `suggest_...`, by the distribution."""
    match distribution:
        case FloatDistribution(low=low, high=high, log=log):
            return trial.suggest_float(key, low, high, log=log)
        case IntDistribution(low=low, high=high, log=log, step=step):
            return trial.suggest_int(key, low, high, step=step, log=log)
        case CategoricalDistribution(choices=choices):
            return trial.suggest_categorical(key, choices)
    message = f"Expected a distribution of Optuna's own, got {distribution!r}."
    raise TypeError(message)


def _rounded(value: float, *, low: float, high: float) -> float:
    """Round to what matters: a thousandth of the number or of its range."""
    scales = [each for each in (abs(value), high - low) if each > 0]
    if not scales:
        return value
    digits = DIGITS - 1 - math.floor(math.log10(min(scales)))
    return min(max(round(value, digits), low), high)
