"""How many images each class has, their mean, and how much they vary."""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.exploring.chunks import Report, silent
from core.types import ByteImages, Counts, Labels

# The sum of so many bytes fits in 16 bits, in which numpy adds all of MNIST in 30 ms,
# and the sum of their squares in 32. A matrix product took up to 1.6 s: on a busy
# machine its threads wait for each other.
_CHUNK: Final = 256


def class_counts(labels: Labels, num_classes: int) -> Counts:
    """Count the images of each class.

    Args:
        labels: Class of each image, uint8 of shape (n,), below `num_classes`.
        num_classes: Number of classes.

    Returns:
        Number of images by class, int64 of shape (num_classes,).

    Raises:
        ValueError: If a label is not below `num_classes`.
    """
    counts = np.bincount(labels, minlength=num_classes).astype(np.int64)
    if len(counts) > num_classes:
        message = (
            f"Expected labels below {num_classes}, got {len(counts) - 1}. "
            "Give the number of classes of the data set."
        )
        raise ValueError(message)
    return counts


def mean_images(
    images: ByteImages, labels: Labels, num_classes: int
) -> NDArray[np.float32]:
    """Average the images of each class.

    Reads the images a few hundred at a time, so they may be larger than the memory.

    Args:
        images: uint8 of shape (n, height, width), 0 for paper and 255 for full ink.
        labels: Class of each image, uint8 of shape (n,), below `num_classes`.
        num_classes: Number of classes.

    Returns:
        Mean image by class, float32 of shape (num_classes, height, width), values in
        [0, 1]; all 0 for a class without images.

    Raises:
        ValueError: If images and labels differ in number, or a label is not
            below `num_classes`.
    """
    _check(images, labels)
    counts = class_counts(labels, num_classes)
    sums = np.zeros((num_classes, *images.shape[1:]), dtype=np.int64)
    for label, chunk in _chunks_by_class(images, labels, counts):
        sums[label] += chunk.sum(axis=0, dtype=np.uint16)
    full_ink = 255 * np.maximum(counts, 1)
    means: NDArray[np.float32] = (sums.T / full_ink).T.astype(np.float32)
    return means


def pixel_deviations(
    images: ByteImages, labels: Labels, num_classes: int, report: Report = silent
) -> NDArray[np.float32]:
    """Return how much each pixel varies among the images of a class.

    Args:
        images: uint8 of shape (n, height, width), 0 for paper and 255 for full ink.
        labels: Class of each image, uint8 of shape (n,), below `num_classes`.
        num_classes: Number of classes.
        report: Is told the share that is done.

    Returns:
        Standard deviation by class, float32 of shape (num_classes, height, width),
        0 to 0.5; all 0 for a class with one image or none.

    Raises:
        ValueError: If images and labels differ in number, or a label is not
            below `num_classes`.
    """
    _check(images, labels)
    counts = class_counts(labels, num_classes)
    shape = (num_classes, *images.shape[1:])
    sums, squares = np.zeros(shape), np.zeros(shape)
    num_done = 0
    for label, chunk in _chunks_by_class(images, labels, counts):
        report(num_done / len(images))
        wide = chunk.astype(np.uint16)
        sums[label] += wide.sum(axis=0, dtype=np.uint32)
        squares[label] += (wide * wide).sum(axis=0, dtype=np.uint32)
        num_done += len(chunk)
    num_images = np.maximum(counts, 1)[:, np.newaxis, np.newaxis]
    variances = squares / num_images - (sums / num_images) ** 2
    deviations: NDArray[np.float64] = np.sqrt(np.maximum(variances, 0)) / 255
    return deviations.astype(np.float32)


def class_difference(
    means: NDArray[np.float32], one: int, other: int
) -> NDArray[np.float32]:
    """Return where one class has more ink than another.

    Args:
        means: Mean image by class, float32 of shape (classes, height, width), 0 to 1.
        one: A class.
        other: Another class.

    Returns:
        float32 of shape (height, width), -1 to 1: above 0 where the first class has
        more ink.
    """
    difference: NDArray[np.float32] = means[one] - means[other]
    return difference


def _check(images: ByteImages, labels: Labels) -> None:
    if len(images) != len(labels):
        message = (
            f"Expected one label for each of {len(images)} images, got {len(labels)}. "
            "Give both from the same split."
        )
        raise ValueError(message)


def _chunks_by_class(
    images: ByteImages, labels: Labels, counts: Counts
) -> Iterator[tuple[int, ByteImages]]:
    """Yield images of one class with their class, a few hundred at a time."""
    order = np.argsort(labels, kind="stable")
    ends = np.cumsum(counts)
    for label, end in enumerate(ends):
        members = order[end - counts[label] : end]
        for start in range(0, len(members), _CHUNK):
            yield label, images[members[start : start + _CHUNK]]
