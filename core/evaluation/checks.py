"""Refuse arrays that cannot be predictions, before anything is counted."""

from typing import Final

import numpy as np

from core.types import Labels, Probabilities

MAX_CLASSES: Final = 256
"""A label is one byte."""

# Softmax in 16 bits may end a little above 1.
_TOLERANCE: Final = 1e-3


def check_probabilities(probabilities: Probabilities) -> None:
    """Check that this can be the class probabilities of at least one image.

    Args:
        probabilities: Floating point of shape (n, classes), with n at least 1 and
            1 to 256 classes, values in [0, 1].

    Raises:
        ValueError: If it is not.
    """
    shape = probabilities.shape
    if probabilities.ndim != 2 or shape[0] == 0 or not 1 <= shape[1] <= MAX_CLASSES:  # noqa: PLR2004 - images and classes
        message = (
            f"Expected probabilities of shape (n, classes), n > 0 and 1 to "
            f"{MAX_CLASSES} classes, got {shape}. Give one row for each image."
        )
        raise ValueError(message)
    if not np.issubdtype(probabilities.dtype, np.floating):
        message = (
            "Expected probabilities as floating point numbers, got "
            f"{probabilities.dtype}. Give the output of softmax."
        )
        raise ValueError(message)
    lowest, highest = float(probabilities.min()), float(probabilities.max())
    # What is not a number compares as false, so it is refused here too.
    if not (lowest >= 0.0 and highest <= 1.0 + _TOLERANCE):
        message = (
            f"Expected probabilities of 0.0 to 1.0, got {lowest:g} to {highest:g}. "
            "Give the output of softmax; if it is not a number, the model diverged."
        )
        raise ValueError(message)


def check_labels(labels: Labels, *, num_images: int, num_classes: int) -> None:
    """Check that these can be the labels of so many images.

    Args:
        labels: Class of each image, whole numbers of shape (n,).
        num_images: What n must be, at least 1.
        num_classes: What every label must be below.

    Raises:
        ValueError: If it is not.
    """
    if labels.shape != (num_images,) or num_images == 0:
        message = (
            f"Expected labels of shape ({max(num_images, 1)},), got {labels.shape}. "
            "Give one label for each image, and at least one image."
        )
        raise ValueError(message)
    if not np.issubdtype(labels.dtype, np.integer):
        message = (
            f"Expected labels as whole numbers, got {labels.dtype}. Give the position "
            "of the class of each image."
        )
        raise ValueError(message)
    lowest, highest = int(labels.min()), int(labels.max())
    if lowest < 0 or highest >= num_classes:
        message = (
            f"Expected labels of 0 to {num_classes - 1}, got {lowest} to {highest}. "
            "Give labels and predictions of the same classes."
        )
        raise ValueError(message)


def check_predictions(labels: Labels, probabilities: Probabilities) -> None:
    """Check that labels and probabilities belong to the same images and classes.

    Args:
        labels: Class of each image, whole numbers of shape (n,).
        probabilities: Floating point of shape (n, classes).

    Raises:
        ValueError: If they do not.
    """
    check_probabilities(probabilities)
    num_images, num_classes = probabilities.shape
    check_labels(labels, num_images=num_images, num_classes=num_classes)
