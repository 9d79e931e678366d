"""Find the images a model gets wrong, those it was surest about first.

A sure mistake teaches most: either the image is odd, or its label is wrong, or the
model has learned something that is not so.
"""

from dataclasses import dataclass
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

from core.evaluation import checks, metrics
from core.types import Indices, Labels, Probabilities

Number = TypeVar("Number", bound=np.generic)


@dataclass(frozen=True, eq=False)
class Mistakes:
    """Images with a wrong answer, the most confident first; all arrays read-only.

    Attributes:
        indices: Where they are in the split, int64 of shape (n,).
        true: The right classes, uint8 of shape (n,).
        predicted: The classes answered, uint8 of shape (n,).
        confidence: Probabilities of those answers, float32 of shape (n,), in [0, 1],
            never rising.
    """

    indices: Indices
    true: Labels
    predicted: Labels
    confidence: NDArray[np.float32]

    def __len__(self) -> int:
        return len(self.indices)

    def where(
        self, true: int | None = None, predicted: int | None = None
    ) -> "Mistakes":
        """Keep the mistakes of one right class, one answer, or both, in order.

        Args:
            true: The right class to keep, or None for all.
            predicted: The answer to keep, or None for all.
        """
        keep = np.ones(len(self), dtype=np.bool_)
        if true is not None:
            keep &= self.true == true
        if predicted is not None:
            keep &= self.predicted == predicted
        return Mistakes(
            _read_only(self.indices[keep]),
            _read_only(self.true[keep]),
            _read_only(self.predicted[keep]),
            _read_only(self.confidence[keep]),
        )


def find_mistakes(labels: Labels, probabilities: Probabilities) -> Mistakes:
    """Find the images whose most probable class is not the right one.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes).

    Returns:
        The mistakes, the most confident first; among equals, by index.

    Raises:
        ValueError: If the two do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    predicted = metrics.predicted_classes(probabilities)
    indices = _surest_first(predicted != labels, probabilities.max(axis=1))
    return Mistakes(
        _read_only(indices),
        _read_only(labels[indices].astype(np.uint8)),
        _read_only(predicted[indices]),
        _read_only(probabilities.max(axis=1)[indices].astype(np.float32)),
    )


def cell_indices(
    labels: Labels, probabilities: Probabilities, *, true: int, predicted: int
) -> Indices:
    """Find the images of one cell of the confusion matrix, right or wrong.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        probabilities: Floating point of shape (n, classes).
        true: Row of the cell: the right class.
        predicted: Column of the cell: the class answered.

    Returns:
        Where they are in the split, int64, the most confident first; among equals,
        by index.

    Raises:
        ValueError: If labels and probabilities do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    answers = metrics.predicted_classes(probabilities)
    in_cell = (labels == true) & (answers == predicted)
    return _read_only(_surest_first(in_cell, probabilities.max(axis=1)))


def _surest_first(
    selected: NDArray[np.bool_], confidence: NDArray[np.float32]
) -> Indices:
    indices = np.flatnonzero(selected)
    return indices[np.argsort(-confidence[indices], kind="stable")]


def _read_only(array: NDArray[Number]) -> NDArray[Number]:
    array.setflags(write=False)
    return array
