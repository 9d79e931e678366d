"""Learning curves with what is needed to judge them."""

import math
import statistics
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from typing import Final, Literal

from core.config import TrainingConfig
from core.datasets.spec import DatasetSpec
from core.records import History, LivePoints

Kind = Literal[
    "no number",
    "not learning",
    "dead units",
    "rate too high",
    "rate too low",
    "overfitting",
    "gap",
    "underfitting",
    "plateau",
    "unfinished",
]

SETTLED_EPOCHS: Final = 1
"""The first epoch goes from guessing to something: its fall tells no noise."""

FEW: Final = 3
"""Fewer epochs than this are no trend."""


class Severity(StrEnum):
    """How much a remark matters."""

    PROBLEM = "problem"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, kw_only=True)
class Remark:
    """One thing that can be seen in the curves.

    Attributes:
        kind: What it is about.
        severity: `problem`: the run is of no use; `warning`: it is worse than it
            need be; `note`: worth knowing.
        finding: What is seen, in one sentence with numbers.
        advice: What to try.
    """

    kind: Kind
    severity: Severity
    finding: str
    advice: str


@dataclass(frozen=True, kw_only=True)
class Curves:
    """The curves of one training.

    Attributes:
        history: Scores of the finished epochs.
        live: Scores within the epochs.
        config: What was asked for.
        spec: The data set it learns from.
    """

    history: History
    live: LivePoints
    config: TrainingConfig
    spec: DatasetSpec

    @property
    def guessing_loss(self) -> float:
        """Loss of a network that finds all classes equally likely, in nats."""
        return math.log(max(len(self.spec.classes), 2))

    @property
    def chance(self) -> float:
        """Share that is right by guessing."""
        return 1 / len(self.spec.classes)

    @property
    def epochs_done(self) -> float:
        """Passes made so far, with fractions."""
        return max([*self.live.epochs[-1:], self.history.num_epochs])

    @property
    def steps_done(self) -> float:
        """Steps of the optimizer so far."""
        held_out = self.config.validation_fraction * self.spec.num_train
        learned = self.spec.num_train - held_out
        return self.epochs_done * max(1.0, learned / self.config.batch_size)

    @property
    def is_complete(self) -> bool:
        """Whether all epochs that were asked for are done."""
        return self.history.num_epochs >= self.config.epochs

    @property
    def losses(self) -> tuple[float, ...]:
        """Training losses: within the epochs if they are known, or of the epochs."""
        return self.live.loss or self.history.loss

    @property
    def accuracy(self) -> float:
        """The best of the latest accuracies; dropout lowers that of training."""
        latest = [self.live.accuracy, self.history.accuracy, self.history.val_accuracy]
        return max((scores[-1] for scores in latest if scores), default=0.0)

    @property
    def accuracy_noise(self) -> float:
        """Standard error of the validation accuracy, by the number of images."""
        share = self.history.val_accuracy[-1]
        num_images = max(self.config.validation_fraction * self.spec.num_train, 1.0)
        return math.sqrt(max(share * (1 - share), 1 / num_images) / num_images)


def typical_move(values: tuple[float, ...]) -> float:
    """Return how far values usually move from one to the next."""
    moves = [abs(after - before) for before, after in pairwise(values)]
    return statistics.median(moves) if moves else 0.0


def typical_reversal(values: tuple[float, ...]) -> float:
    """Return how far values usually move back from where they have just moved.

    A steady rise has none, however steep it is.
    """
    moves = [after - before for before, after in pairwise(values)]
    back = [
        min(abs(first), abs(second)) if first * second < 0 else 0.0
        for first, second in pairwise(moves)
    ]
    return statistics.median(back) if back else 0.0


def falls_always(values: tuple[float, ...]) -> bool:
    """Tell whether each value is below the one before."""
    return all(after < before for before, after in pairwise(values))


def num_turns(values: tuple[float, ...], *, size: float) -> int:
    """Count how often values turn round, where both ways are at least `size` long."""
    turns, way, extreme = 0, 0, values[0]
    low = high = values[0]
    for value in values:
        low, high = min(low, value), max(high, value)
        if way == 0:
            way = 1 if value - low >= size else -1 if high - value >= size else 0
            extreme = value
        elif (value - extreme) * way > 0:
            extreme = value
        elif (extreme - value) * way >= size:
            turns, way, extreme = turns + 1, -way, value
    return turns


def falls_in_the_long_run(values: tuple[float, ...]) -> bool:
    """Tell whether the second half is on average below the first."""
    half = len(values) // 2
    return half > 0 and statistics.mean(values[half:]) < statistics.mean(values[:half])
