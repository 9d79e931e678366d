"""Set part of the training images aside for validation.

The test split chooses nothing, so whatever is chosen (the best epoch, a
hyperparameter) is chosen on these. Each class gives the same share of its
images, so that a rare class is neither lost nor doubled by chance.
"""

from collections.abc import Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ConfigError
from core.types import Counts, Indices, Labels

MAX_FRACTION: Final = 0.9
"""The largest share that may be set aside."""


def num_validation(num_images: int, fraction: float) -> int:
    """Count the images that a share of them comes to; it may be none."""
    return round(fraction * num_images)


def stratified_split(
    labels: Labels, *, fraction: float, seed: int
) -> tuple[Indices, Indices]:
    """Split images into training and validation, class by class.

    The same labels, fraction and seed give the same split.

    Args:
        labels: Class of each image, uint8 of shape (n,).
        fraction: Share of the images to set aside, 0.0 to 0.9. The validation
            split has `num_validation` images, and each class gives its exact
            share, rounded up or down.
        seed: Chooses which images, at least 0.

    Returns:
        The indices of the training images and of the validation images, int64,
        each ascending; together they are 0 to n - 1, each once.

    Raises:
        ConfigError: If the fraction is outside 0.0 to 0.9.
    """
    if not 0.0 <= fraction <= MAX_FRACTION:
        message = (
            f"Expected a validation fraction of 0.0 to {MAX_FRACTION}, "
            f"got {fraction}. Choose one in that range."
        )
        raise ConfigError(message)
    generator = np.random.default_rng(seed)
    is_validation = np.zeros(labels.shape, dtype=np.bool_)
    for label, share in enumerate(_shares(np.bincount(labels), fraction)):
        members = generator.permutation(np.flatnonzero(labels == label))
        is_validation[members[:share]] = True
    return np.flatnonzero(~is_validation), np.flatnonzero(is_validation)


def stratified_folds(labels: Labels, *, num_folds: int, seed: int) -> Labels:
    """Deal images out into folds, class by class.

    The same labels, number and seed give the same folds.

    Args:
        labels: Class of each image, uint8 of shape (n,).
        num_folds: How many folds, 2 to 256.
        seed: Chooses which images, at least 0.

    Returns:
        The fold of each image from 0, uint8 of shape (n,). Each class, and the whole,
        gives each fold the same number, or one more or less.
    """
    shuffled = np.random.default_rng(seed).permutation(len(labels))
    by_class = shuffled[np.argsort(labels[shuffled], kind="stable")]
    folds = np.empty(len(labels), np.uint8)
    # Dealt without a new start for each class, so the last folds get no fewer.
    folds[by_class] = np.arange(len(labels)) % num_folds
    return folds


def emphasised(learned: Indices, positions: Sequence[int], *, factor: int) -> Indices:
    """Repeat some of the images to learn from.

    Args:
        learned: Positions of the images to learn from, int64, each once.
        positions: Those to repeat; what is not learned from stays so.
        factor: How often each of them is there in the end, at least 1.

    Returns:
        `learned`, then each repeated one `factor - 1` times.
    """
    chosen = np.intersect1d(learned, np.array(positions, np.int64))
    return np.concatenate([learned, np.tile(chosen, factor - 1)])


def check_emphasis(positions: Sequence[int], *, num_train: int) -> None:
    """See that a data set has the images that a recipe emphasises.

    Raises:
        ConfigError: If one lies beyond its end.
    """
    if positions and max(positions) >= num_train:
        message = (
            f"Expected emphasised images among the {num_train:,} training images, at "
            f"positions 0 to {num_train - 1:,}, got {max(positions):,}. They are from "
            "another data set: choose images of this one, or none."
        )
        raise ConfigError(message)


def balanced_weights(labels: Labels, *, num_classes: int) -> NDArray[np.float32]:
    """Weigh each class by the inverse of how often it occurs (King and Zeng 2001).

    Args:
        labels: Classes of the images, uint8 of shape (n,).
        num_classes: How many there are.

    Returns:
        n / (classes that occur x n of the class), 0 for a class that does not occur;
        float32 of shape (num_classes,). Their mean over the images is 1.
    """
    counts = np.bincount(labels, minlength=num_classes)
    occurs = counts > 0
    weights = np.zeros(num_classes, np.float32)
    weights[occurs] = len(labels) / (np.count_nonzero(occurs) * counts[occurs])
    return weights


def balanced_sample(labels: Labels, *, size: int, seed: int = 0) -> Indices:
    """Choose images, as many of each class as there are, up to the same number.

    Args:
        labels: Class of each image, uint8 of shape (n,).
        size: How many at most.
        seed: Chooses which.

    Returns:
        Positions, int64, ascending.
    """
    mixed = np.random.default_rng(seed).permutation(len(labels))
    order = mixed[np.argsort(labels[mixed], kind="stable")]
    sizes = np.bincount(labels)
    starts = np.repeat(np.cumsum(sizes) - sizes, sizes)
    within = np.arange(len(labels)) - starts
    return np.sort(order[np.argsort(within, kind="stable")[:size]])


def _shares(counts: Counts, fraction: float) -> NDArray[np.int64]:
    """Share out the validation images by the method of largest remainders."""
    exact = fraction * counts
    shares: NDArray[np.int64] = np.floor(exact).astype(np.int64)
    num_left = num_validation(int(counts.sum()), fraction) - int(shares.sum())
    largest_first = np.argsort(shares - exact, kind="stable")
    shares[largest_first[:num_left]] += 1
    return shares
