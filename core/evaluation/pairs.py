"""Several models on the same images: each against each, and what many tests are worth.

Of a hundred pairs of equally good models about five look different at the usual level.
So p-values of many pairs are corrected before one of them is believed.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation import checks
from core.evaluation.comparison import SIGNIFICANCE, Comparison, p_values
from core.types import Counts, Labels, Probabilities

Matrix = NDArray[np.float64]
"""A number for each pair of models, of shape (models, models)."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Pairs:
    """Several models, each against each; all arrays have shape (models, models).

    Attributes:
        only_first: Number of images that only the model of the row classifies
            correctly, int64.
        both_wrong: Number of images that neither does, int64; the diagonal has the
            mistakes of each model.
        agreement: Share of images that both predict as the same class, 0.0 to 1.0.
        kappa: Cohen's kappa: how far that agreement exceeds that of chance; 1.0 where
            both always agree.
        p_value: Of McNemar's exact test.
        adjusted: The same with Holm's correction for all pairs.
        total: Number of all images.
    """

    only_first: Counts
    both_wrong: Counts
    agreement: Matrix
    kappa: Matrix
    p_value: Matrix
    adjusted: Matrix
    total: int

    @property
    def num_models(self) -> int:
        """How many models there are."""
        return len(self.only_first)

    @property
    def num_pairs(self) -> int:
        """How many pairs are tested."""
        return self.num_models * (self.num_models - 1) // 2

    @property
    def num_significant(self) -> int:
        """How many pairs differ at the usual level, each looked at alone."""
        return _num_below(self.p_value)

    @property
    def num_remaining(self) -> int:
        """How many pairs still differ after Holm's correction."""
        return _num_below(self.adjusted)

    @property
    def difference(self) -> Matrix:
        """The accuracy of the model of the column less that of the row."""
        found: Matrix = (self.only_first.T - self.only_first) / self.total
        return found

    def pair(self, first: int, second: int) -> Comparison:
        """Return the comparison of two of the models by their numbers."""
        return Comparison(
            only_first=int(self.only_first[first, second]),
            only_second=int(self.only_first[second, first]),
            both_wrong=int(self.both_wrong[first, second]),
            total=self.total,
        )


def compare_all(labels: Labels, predicted: Labels, *, num_classes: int) -> Pairs:
    """Compare each of several models with each other one.

    Args:
        labels: Right class of each image, uint8 of shape (n,).
        predicted: Predicted classes, uint8 of shape (models, n), for 2 models or more.
        num_classes: Number of classes.

    Raises:
        ValueError: If these do not belong together.
    """
    for each in (labels, *predicted):
        checks.check_labels(each, num_images=len(labels), num_classes=num_classes)
    # Whole numbers are exact in float64, whose products are far quicker.
    right = (predicted == labels).astype(np.float64)
    wrong = 1 - right
    only_first = (right @ wrong.T).astype(np.int64)
    p_value = p_values(only_first, only_first.T)
    agreement = _agreement(predicted)
    return Pairs(
        only_first=only_first,
        both_wrong=(wrong @ wrong.T).astype(np.int64),
        agreement=agreement,
        kappa=_kappa(agreement, predicted, num_classes),
        p_value=p_value,
        adjusted=_adjusted(p_value),
        total=len(labels),
    )


def holm(p_values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Correct p-values of several tests, so that one in twenty families has an error.

    (S. Holm, "A simple sequentially rejective multiple test procedure", Scandinavian
    Journal of Statistics 6 (1979), 65-70.)

    Args:
        p_values: float64 of shape (tests,).

    Returns:
        float64 of shape (tests,), in the same order; each is at least as large.
    """
    order = np.argsort(p_values, kind="stable")
    factors = np.arange(len(p_values), 0, -1)
    corrected = np.minimum(np.maximum.accumulate(p_values[order] * factors), 1.0)
    found = np.empty_like(corrected)
    found[order] = corrected
    return found


def mean_probabilities(sets: list[Probabilities]) -> Probabilities:
    """Average what several models say, as an ensemble of them would.

    Args:
        sets: At least one, each float32 of shape (n, classes); one shape for all.

    Raises:
        ValueError: If there is none, or the shapes differ.
    """
    shapes = {each.shape for each in sets}
    if len(shapes) != 1:
        message = (
            "Expected probabilities of one shape (n, classes), got "
            f"{sorted(shapes)}. Give those of models of the same images and classes."
        )
        raise ValueError(message)
    total = np.zeros_like(sets[0], dtype=np.float32)
    for each in sets:
        total += each
    total /= len(sets)
    return total


def _agreement(predicted: Labels) -> Matrix:
    num_models = len(predicted)
    found = np.ones((num_models, num_models))
    for at in range(num_models - 1):
        same = (predicted[at + 1 :] == predicted[at]).mean(axis=1)
        found[at, at + 1 :] = found[at + 1 :, at] = same
    return found


def _kappa(agreement: Matrix, predicted: Labels, num_classes: int) -> Matrix:
    counts = [np.bincount(each, minlength=num_classes) for each in predicted]
    shares = np.array(counts) / predicted.shape[1]
    by_chance = shares @ shares.T
    beyond = 1 - by_chance
    return np.where(
        agreement == 1.0,
        1.0,
        (agreement - by_chance) / np.where(beyond > 0, beyond, 1.0),
    )


def _adjusted(p_value: Matrix) -> Matrix:
    """Correct each pair once, and write it on both sides of the diagonal."""
    upper = np.triu_indices_from(p_value, k=1)
    found = np.ones_like(p_value)
    found[upper] = holm(p_value[upper])
    return np.minimum(found, found.T)


def _num_below(p_value: Matrix) -> int:
    upper = np.triu_indices_from(p_value, k=1)
    return int(np.count_nonzero(p_value[upper] < SIGNIFICANCE))
