"""Scores of all classes as one number: unweighted means, and their intervals."""

from dataclasses import dataclass

import numpy as np

from core.evaluation import bootstrap, metrics
from core.evaluation.bootstrap import Interval
from core.evaluation.metrics import Numbers
from core.types import Counts


@dataclass(frozen=True)
class MacroScores:
    """Unweighted means over classes, so that a rare class counts like a frequent one.

    Each is float64, of shape () for one confusion matrix and (n,) for n of them, 0.0
    to 1.0; NaN if it is undefined for all classes.

    Attributes:
        precision: Mean precision.
        recall: Mean recall, also called balanced accuracy.
        f1: Mean F1.
    """

    precision: Numbers
    recall: Numbers
    f1: Numbers


@dataclass(frozen=True)
class MacroIntervals:
    """The 95 % interval of each of the `MacroScores`."""

    precision: Interval
    recall: Interval
    f1: Interval


def macro_scores(matrix: Counts) -> MacroScores:
    """Average the scores of all classes of a confusion matrix.

    Args:
        matrix: Number of images, int64 of shape (classes, classes), rows are right;
            or many of them, of shape (..., classes, classes).

    Returns:
        As scikit-learn with `average="macro"` and `zero_division=np.nan`: a class
        whose score is undefined is left out of its mean. The recall is what
        scikit-learn calls balanced accuracy.
    """
    hits = np.diagonal(matrix, axis1=-2, axis2=-1)
    return _macro_of(hits, support=matrix.sum(axis=-1), called=matrix.sum(axis=-2))


def macro_intervals(matrix: Counts) -> MacroIntervals:
    """Draw the images of a confusion matrix again; see `core.evaluation.bootstrap`.

    Args:
        matrix: Number of images, int64 of shape (classes, classes), at least one.
    """
    rows, columns = np.nonzero(matrix)
    num_classes = len(matrix)
    in_row, in_column = np.eye(num_classes)[rows], np.eye(num_classes)[columns]
    hits = in_row * (rows == columns)[:, np.newaxis]
    parts = []
    for drawn in bootstrap.resampled(matrix[rows, columns]):
        support, called = drawn @ in_row, drawn @ in_column
        parts.append(_macro_of(drawn @ hits, support=support, called=called))
    return MacroIntervals(
        precision=bootstrap.joined(part.precision for part in parts),
        recall=bootstrap.joined(part.recall for part in parts),
        f1=bootstrap.joined(part.f1 for part in parts),
    )


def _macro_of(
    hits: Numbers | Counts, *, support: Numbers | Counts, called: Numbers | Counts
) -> MacroScores:
    """Average over the last axis: counts of shape (..., classes)."""
    return MacroScores(
        precision=_mean_of_defined(metrics.ratio(hits, called)),
        recall=_mean_of_defined(metrics.ratio(hits, support)),
        f1=_mean_of_defined(metrics.ratio(2 * hits, called + support)),
    )


def _mean_of_defined(scores: Numbers) -> Numbers:
    """Average over the last axis without what is NaN; NaN where nothing is left."""
    is_defined = ~np.isnan(scores)
    num_defined = is_defined.sum(axis=-1)
    total = np.where(is_defined, scores, 0.0).sum(axis=-1)
    return np.where(num_defined > 0, total / np.maximum(num_defined, 1), np.nan)
