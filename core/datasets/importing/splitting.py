"""Set test images aside where a source has none that are marked for it."""

import numpy as np
from numpy.typing import NDArray

from core.datasets.importing.source import ImportOptions
from core.datasets.splits import stratified_split
from core.errors import DatasetFileError
from core.types import Labels


def choose_test_images(
    labels: Labels,
    options: ImportOptions,
    *,
    is_training: NDArray[np.bool_] | None = None,
) -> NDArray[np.bool_]:
    """Choose test images, the same share of each class.

    A class with one image keeps it for training, any other at least one.

    Args:
        labels: Class of each image, uint8 of shape (n,).
        options: The share and the seed.
        is_training: Which images are to be learned from in any case, at most one of
            each class, of shape (n,).

    Returns:
        Which images are to test with, of shape (n,).

    Raises:
        DatasetFileError: If none would be.
    """
    counts = np.bincount(labels)
    several = np.flatnonzero(counts[labels] > 1)
    _, chosen = stratified_split(
        labels[several], fraction=options.test_share, seed=options.seed
    )
    if len(chosen) == 0:
        message = (
            f"Expected enough images to set {options.test_share:.0%} of them aside for "
            f"the test, got {len(labels)} of {np.count_nonzero(counts)} classes. Give "
            "more images, or test images of their own."
        )
        raise DatasetFileError(message)
    is_test = np.zeros(len(labels), np.bool_)
    is_test[several[chosen]] = True
    for index in (
        np.flatnonzero(is_test & is_training) if is_training is not None else ()
    ):
        others = np.flatnonzero((labels == labels[index]) & ~is_test)
        is_test[[index, others[0]]] = False, True
    return is_test


def remark(options: ImportOptions) -> str:
    """Tell how the test images were chosen."""
    return (
        f"There were no test images, so {options.test_share:.0%} of the images of each "
        f"class were set aside, at random with seed {options.seed}."
    )
