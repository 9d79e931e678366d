"""Settings and scores of many runs as columns, to draw any of them in figures."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from core.config import TrainingConfig, differing_titles
from core.config.controls import title_of
from core.datasets.spec import DatasetSpec
from core.insight import network_cost
from core.proportion import Proportion
from core.records import Run

Better = Literal["high", "low", ""]

MIN_LOG_SPAN: Final = 20.0
"""From this ratio of the largest to the smallest on, a logarithm shows more."""

MAX_CATEGORIES: Final = 30
"""More words than this cannot be read on an axis."""

HANDWRITING: Final = "handwriting"
"""Key of the column of My handwriting."""

UNUSED: Final = ("preset", "dataset", "network.kind")
"""Settings that a column of its own tells better, or that change nothing."""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One number or word of each run.

    Attributes:
        key: Its name in addresses.
        title: Its name for people, with its unit.
        numbers: float64 of shape (runs,); NaN where a run has none. Of words, their
            positions in `categories`.
        categories: The words; empty if it is one of numbers.
        better: Whether more or less of it is better; empty if neither is.
        is_log: Whether a logarithmic axis suits it.
    """

    key: str
    title: str
    numbers: NDArray[np.float64]
    categories: tuple[str, ...] = ()
    better: Better = ""
    is_log: bool = False

    @property
    def is_percent(self) -> bool:
        """Whether it is a share."""
        return self.title.endswith("(%)")

    @property
    def is_constant(self) -> bool:
        """Whether all runs that have it have the same."""
        known = self.numbers[np.isfinite(self.numbers)]
        return not len(known) or bool((known == known[0]).all())


@dataclass(frozen=True)
class _Score:
    title: str
    value: Callable[[Run, DatasetSpec], float | None]
    better: Better = ""


def _percent(share: float | None) -> float | None:
    return None if share is None else 100 * share


_SCORES: Final = {
    "test_accuracy": _Score(
        "Test accuracy (%)", lambda run, _: _percent(run.scores.test_accuracy), "high"
    ),
    "validation_accuracy": _Score(
        "Validation accuracy (%)",
        lambda run, _: _percent(run.scores.validation_accuracy),
        "high",
    ),
    "validation_loss": _Score(
        "Validation loss (nats)", lambda run, _: run.scores.validation_loss, "low"
    ),
    "robustness": _Score(
        "Robustness score (%)", lambda run, _: _percent(run.scores.robustness), "high"
    ),
    "train_seconds": _Score(
        "Training time (s)", lambda run, _: run.scores.train_seconds, "low"
    ),
    "parameters": _Score(
        "Parameters",
        lambda run, spec: network_cost.num_parameters(run.config, spec),
        "low",
    ),
    "macs": _Score(
        "Multiply-adds (MACs)",
        lambda run, spec: network_cost.num_macs(run.config, spec),
        "low",
    ),
    "epochs_done": _Score("Epochs done", lambda run, _: run.scores.epochs_done),
    "best_epoch": _Score("Best epoch", lambda run, _: run.scores.best_epoch),
}


def _kind(run: Run) -> str:
    if isinstance(run.config, TrainingConfig):
        return run.config.network.word
    return "ensemble"


_WORDS: Final[dict[str, tuple[str, Callable[[Run, DatasetSpec], str]]]] = {
    "kind": ("Network type", lambda run, _: _kind(run)),
    "data_set": ("Data set", lambda _, spec: spec.title),
    "study": ("Study", lambda run, _: run.study),
}


def columns(
    runs: Sequence[Run],
    specs: Sequence[DatasetSpec],
    *,
    hand: Mapping[str, Proportion] | None = None,
) -> tuple[Column, ...]:
    """Return all columns that some of the runs have a value in.

    Args:
        runs: Any runs.
        specs: The data set of each.
        hand: How well runs read My handwriting, by their ids, as far as that is known;
            None if there are no drawings.

    Returns:
        The scores first, then words, then the settings in which the runs differ;
        without columns of more different words than an axis has room for.
    """
    pairs = list(zip(runs, specs, strict=True))
    found = [
        _of_numbers(
            key, score.title, [score.value(*each) for each in pairs], score.better
        )
        for key, score in _SCORES.items()
    ]
    if hand is not None:
        found.append(_of_hand(runs, hand))
    found += [
        _of_words(key, title, [value(*each) for each in pairs])
        for key, (title, value) in _WORDS.items()
    ]
    found += [
        _of_setting(name, values)
        for name, values in differing_titles([run.config for run in runs]).items()
        if name not in UNUSED
    ]
    return tuple(
        each
        for each in found
        # Scores of drawings may come in a moment, for an axis that a link names.
        if (np.isfinite(each.numbers).any() or each.key == HANDWRITING)
        and len(each.categories) <= MAX_CATEGORIES
    )


def _of_hand(runs: Sequence[Run], hand: Mapping[str, Proportion]) -> Column:
    shares = [hand.get(run.id) for run in runs]
    values = [None if share is None else 100 * share.value for share in shares]
    return _of_numbers(HANDWRITING, "My handwriting (%)", values, "high")


def _of_setting(name: str, values: Sequence[str]) -> Column:
    try:
        numbers = [float(value) if value else None for value in values]
    except ValueError:
        return _of_words(name, title_of(name), values)
    return _of_numbers(name, title_of(name), numbers)


def _of_numbers(
    key: str, title: str, values: Sequence[float | None], better: Better = ""
) -> Column:
    numbers = np.array(
        [math.nan if value is None else value for value in values], np.float64
    )
    known = numbers[np.isfinite(numbers)]
    is_log = (
        len(known) > 0 and known.min() > 0 and known.max() >= MIN_LOG_SPAN * known.min()
    )
    column = Column(key=key, title=title, numbers=numbers, better=better)
    return replace(column, is_log=bool(is_log) and not column.is_percent)


def _of_words(key: str, title: str, values: Sequence[str]) -> Column:
    categories = tuple(sorted(set(values) - {""}))
    positions = {word: float(at) for at, word in enumerate(categories)}
    numbers = np.array([positions.get(each, math.nan) for each in values], np.float64)
    return Column(key=key, title=title, numbers=numbers, categories=categories)
