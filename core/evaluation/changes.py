"""Find the images on which two models differ, and those that neither gets right."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from core.evaluation import checks, metrics
from core.types import Indices, Labels, Probabilities

Kind = Literal["fixed", "broken", "both wrong"]


@dataclass(frozen=True, eq=False)
class Changes:
    """Positions of images, int64 of shape (n,), the most confident mistake first.

    Attributes:
        fixed: Those that only the second model classifies correctly.
        broken: Those that only the first one does.
        both_wrong: Those that neither does, by the sum of the two confidences.
    """

    fixed: Indices
    broken: Indices
    both_wrong: Indices

    def of(self, kind: Kind) -> Indices:
        """Return the images of a kind."""
        if kind == "fixed":
            return self.fixed
        return self.broken if kind == "broken" else self.both_wrong


def find_changes(
    labels: Labels, first: Probabilities, second: Probabilities
) -> Changes:
    """Find the images that a second model fixes or breaks, and those both get wrong.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        first: What the first model says, floating point of shape (n, classes).
        second: The same of the second model.

    Raises:
        ValueError: If they do not belong together.
    """
    for each in (first, second):
        checks.check_predictions(labels, each)
    first_wrong, second_wrong = (
        metrics.predicted_classes(each) != labels for each in (first, second)
    )
    first_sure, second_sure = first.max(axis=1), second.max(axis=1)
    return Changes(
        fixed=_surest_first(first_wrong & ~second_wrong, first_sure),
        broken=_surest_first(second_wrong & ~first_wrong, second_sure),
        both_wrong=_surest_first(first_wrong & second_wrong, first_sure + second_sure),
    )


def only_one_predicts(
    labels: Labels, first: Labels, second: Labels, *, true: int, predicted: int
) -> tuple[Indices, Indices]:
    """Find the images behind a cell of the difference of two confusion matrices.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        first: What the first model predicts, uint8 of shape (n,).
        second: What the second model predicts, uint8 of shape (n,).
        true: Row of the cell.
        predicted: Column of the cell.

    Returns:
        The images of the true class that only the first model predicts as the other
        class, and those that only the second one does; each int64, in order.
    """
    of_class = labels == true
    by_first, by_second = first == predicted, second == predicted
    return (
        np.flatnonzero(of_class & by_first & ~by_second),
        np.flatnonzero(of_class & by_second & ~by_first),
    )


def _surest_first(selected: NDArray[np.bool_], sure: NDArray[np.float32]) -> Indices:
    indices = np.flatnonzero(selected)
    return indices[np.argsort(-sure[indices], kind="stable")]
