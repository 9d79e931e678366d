"""How much each setting matters in a study, and how sure that is.

The importance is that of PED-ANOVA (Watanabe, Bansal and Hutter, IJCAI 2023): how
differently a setting is distributed among the best quarter of the trials and among
all. It is worked out anew for trials drawn with replacement, which shows how much of
it is owed to the few trials that there happen to be.
"""

import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

import numpy as np
import optuna
from numpy.typing import NDArray
from optuna.trial import FrozenTrial, TrialState

from core.tuning.spec import MAXIMIZED
from core.tuning.study import Study

if TYPE_CHECKING:
    from optuna.importance import PedAnovaImportanceEvaluator

MIN_TRIALS: Final = 8
"""With fewer finished trials, importance is mostly chance."""

QUANTILE: Final = 0.25
NUM_RESAMPLES: Final = 30
MAX_TRIALS_EACH: Final = 300
"""More trials in a resample would take longer and change little."""

LOW: Final = 5
HIGH: Final = 95
"""Percentiles of the resamples that are told as a range."""


@dataclass(frozen=True, kw_only=True)
class Importance:
    """How much a setting matters, as a share of all that are varied.

    Attributes:
        key: The setting.
        share: From 0 to 1.
        low: Nine of ten resamples lie between this
        high: and this.
        share_first: In which share of the resamples it matters most.
    """

    key: str
    share: float
    low: float
    high: float
    share_first: float


def importances(study: Study, *, seed: int = 0) -> tuple[Importance, ...]:
    """Tell how much each setting matters, what matters most first.

    Args:
        study: With one objective or two; with two it is about their front.
        seed: Of the resamples.

    Returns:
        Empty if fewer than `MIN_TRIALS` have finished.

    Raises:
        StudyError: If the study is gone, or its storage does not answer.
    """
    trials = [each for each in study.frozen() if each.state is TrialState.COMPLETE]
    if len(trials) < MIN_TRIALS:
        return ()
    keys = sorted({key for each in trials for key in each.params})
    directions = [
        optuna.study.StudyDirection.MAXIMIZE
        if objective in MAXIMIZED
        else optuna.study.StudyDirection.MINIMIZE
        for objective in study.spec.objectives
    ]
    generator = np.random.default_rng(seed)
    num = min(len(trials), MAX_TRIALS_EACH)
    drawn = [
        [trials[at] for at in generator.integers(len(trials), size=num)]
        for _ in range(NUM_RESAMPLES)
    ]
    whole = _shares(trials, keys, directions)
    shares = np.stack([_shares(each, keys, directions) for each in drawn])
    return _summary(keys, whole, shares)


def preload() -> None:
    """Import what this needs, which takes a second."""
    _evaluator()


def _evaluator() -> "PedAnovaImportanceEvaluator":
    # It imports scikit-learn, which few processes need.
    from optuna.importance import PedAnovaImportanceEvaluator  # noqa: PLC0415

    return PedAnovaImportanceEvaluator(target_quantile=QUANTILE)


def _summary(
    keys: Sequence[str], whole: NDArray[np.float64], shares: NDArray[np.float64]
) -> tuple[Importance, ...]:
    """Sum up shares of shape (settings,) and (resamples, settings)."""
    low, high = np.percentile(shares, [LOW, HIGH], axis=0)
    firsts = np.bincount(shares.argmax(axis=1), minlength=len(keys)) / len(shares)
    found = [
        Importance(
            key=key,
            share=float(whole[at]),
            low=float(min(low[at], whole[at])),
            high=float(max(high[at], whole[at])),
            share_first=float(firsts[at]),
        )
        for at, key in enumerate(keys)
    ]
    return tuple(sorted(found, key=lambda each: -each.share))


class _Sample:
    """Some trials, as far as the evaluator asks a study for them."""

    def __init__(
        self,
        trials: list[FrozenTrial],
        directions: list[optuna.study.StudyDirection],
    ) -> None:
        self._trials = trials
        self.directions = directions

    def get_trials(self, **_: object) -> list[FrozenTrial]:
        return self._trials

    def _is_multi_objective(self) -> bool:
        return len(self.directions) > 1


def _shares(
    trials: list[FrozenTrial],
    keys: Sequence[str],
    directions: list[optuna.study.StudyDirection],
) -> NDArray[np.float64]:
    """Return the importance of each setting, float64 of shape (settings,), sum 1."""
    sample = cast("optuna.Study", _Sample(trials, directions))
    with warnings.catch_warnings():
        # That few trials tell little is what the resamples are for.
        warnings.simplefilter("ignore")
        found: Mapping[str, float] = _evaluator().evaluate(sample)
    values = np.array([found.get(key, 0.0) for key in keys], np.float64)
    total = values.sum()
    return values / total if total else np.full(len(keys), 1 / len(keys))
