"""All scores of a set of predictions, each with its n and its 95 % interval.

The interval of a share of the images is Wilson's (`core.proportion`), that of any other
number the percentile bootstrap (`core.evaluation.bootstrap`).
"""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from core.evaluation import bootstrap, macro, metrics
from core.evaluation.bootstrap import Interval
from core.evaluation.metrics import Numbers
from core.proportion import Proportion
from core.types import Counts, Labels, Probabilities

Unit = Literal["share", "loss"]

TOP_K: Final = (2, 3, 5)


@dataclass(frozen=True, kw_only=True)
class Score:
    """A number that says how good a model is on some images.

    Attributes:
        key: Its name in files and for programs.
        title: Its name for people.
        value: The number; NaN if it is undefined.
        interval: Where it may lie on other images of this kind, with 95 % confidence.
        n: Number of images.
        unit: Whether it is a share of 0 to 1, of which more is better, or a loss.
        meaning: What it is, in one line.
    """

    key: str
    title: str
    value: float
    interval: Interval
    n: int
    unit: Unit
    meaning: str


def all_scores(
    labels: Labels, probabilities: Probabilities, matrix: Counts
) -> tuple[Score, ...]:
    """Score predictions in every usual way.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes).
        matrix: Their confusion matrix, int64 of shape (classes, classes).

    Returns:
        The accuracy first. Top k for k = 2, 3 and 5 where there are more classes.

    Raises:
        ValueError: If these do not belong together.
    """
    return (
        *_top_k(metrics.ranks(labels, probabilities), len(matrix)),
        *_macro(matrix),
        _mean(
            metrics.log_losses(labels, probabilities),
            key="log_loss",
            title="Log loss",
            meaning="Mean of -ln(probability of the true class), in nats: 0 is "
            f"perfect, {np.log(len(matrix)):.3f} is guessing",
        ),
        _mean(
            metrics.brier_scores(labels, probabilities),
            key="brier_score",
            title="Brier score",
            meaning="Mean squared distance of the probabilities from the truth, "
            "summed over the classes: 0 is perfect, 2 a sure mistake",
        ),
    )


def accuracy_without(
    labels: Labels, predicted: Labels, set_aside: Collection[int]
) -> Proportion | None:
    """Return the accuracy if some images are not counted.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        predicted: Predicted class of each image, uint8 of shape (n,).
        set_aside: Positions of the images that are not counted; some may not exist.

    Returns:
        None if all are counted, or none.
    """
    counts = np.ones(len(labels), np.bool_)
    counts[[each for each in set_aside if each < len(labels)]] = False
    total = int(np.count_nonzero(counts))
    if total in (0, len(labels)):
        return None
    hits = int(np.count_nonzero((labels == predicted) & counts))
    return Proportion(hits, total)


def _top_k(ranks: Counts, num_classes: int) -> list[Score]:
    found = []
    for k in (1, *(k for k in TOP_K if k < num_classes)):
        share = Proportion(int(np.count_nonzero(ranks < k)), len(ranks))
        is_plain = k == 1
        found.append(
            Score(
                key="accuracy" if is_plain else f"top_{k}",
                title="Accuracy" if is_plain else f"Top-{k} accuracy",
                value=share.value,
                interval=Interval(share.low, share.high),
                n=share.total,
                unit="share",
                meaning="Share of the images whose most probable class is the true one"
                if is_plain
                else f"Share of the images whose true class is among the {k} most "
                "probable ones",
            )
        )
    return found


def _macro(matrix: Counts) -> list[Score]:
    values, intervals = macro.macro_scores(matrix), macro.macro_intervals(matrix)
    n = int(matrix.sum())
    return [
        Score(
            key="balanced_accuracy",
            title="Balanced accuracy",
            value=float(values.recall),
            interval=intervals.recall,
            n=n,
            unit="share",
            meaning="Mean of the recall of all classes (macro recall): a rare class "
            "counts as much as a frequent one",
        ),
        Score(
            key="macro_precision",
            title="Macro precision",
            value=float(values.precision),
            interval=intervals.precision,
            n=n,
            unit="share",
            meaning="Mean of the precision of all classes",
        ),
        Score(
            key="macro_f1",
            title="Macro F1",
            value=float(values.f1),
            interval=intervals.f1,
            n=n,
            unit="share",
            meaning="Mean of the F1 of all classes",
        ),
    ]


def _mean(values: Numbers, *, key: str, title: str, meaning: str) -> Score:
    return Score(
        key=key,
        title=title,
        value=float(values.mean()),
        interval=bootstrap.of_mean(values),
        n=len(values),
        unit="loss",
        meaning=meaning,
    )
