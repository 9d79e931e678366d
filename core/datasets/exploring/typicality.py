"""How unusual an image is among the images of its class.

Each class is a normal distribution of the codes of `components` (the last of which is
what the components leave out), and an image's distance is Mahalanobis' distance to
the middle of its class. The distribution is fitted to the nearest nine tenths of the
class, again and again (the steps of FAST-MCD: Rousseeuw and Van Driessen, 1999), so
outliers do not stretch the measure that is to find them. The covariance of a small
class is drawn towards that of all classes (regularised discriminant analysis:
Friedman, 1989).

Distances of different classes cannot be compared: the class of ones is so narrow that
all the most typical and all the most unusual images of MNIST would be ones. So images
are ordered by what share of their class is nearer.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
import scipy.linalg
from numpy.typing import NDArray

from core.datasets.exploring.chunks import Report, silent
from core.datasets.exploring.components import Codes
from core.types import Labels

_SHARE_FITTED: Final = 0.9
_NUM_STEPS: Final = 3
_SMALLEST_SPREAD: Final = 1e-3
"""Of a code, in full-ink pixels: a quarter of a grey level of one pixel. Images that
differ by less are alike."""


@dataclass(frozen=True, eq=False, kw_only=True)
class ClassShapes:
    """Where the codes of each class lie.

    Attributes:
        centres: Mean codes, float32 of shape (classes, codes); NaN for a class
            without images.
        whiteners: float32 of shape (classes, codes, codes): a code's difference to the
            centre times this has a length that is Mahalanobis' distance.
    """

    centres: NDArray[np.float32]
    whiteners: NDArray[np.float32]


def fit(
    codes: Codes, labels: Labels, num_classes: int, report: Report = silent
) -> ClassShapes:
    """Fit a normal distribution to the codes of each class.

    Args:
        codes: float16 of shape (n, codes).
        labels: Class of each image, uint8 of shape (n,), below `num_classes`.
        num_classes: Number of classes.
        report: Is told the share that is done.
    """
    size = codes.shape[1]
    centres = np.full((num_classes, size), np.nan, dtype=np.float32)
    whiteners = np.zeros((num_classes, size, size), dtype=np.float32)
    common = _common_covariance(codes, labels, num_classes)
    for label in range(num_classes):
        report(label / num_classes)
        members = codes[np.flatnonzero(labels == label)].astype(np.float32)
        if len(members) > 0:
            centres[label], whiteners[label] = _trimmed(members, common)
    return ClassShapes(centres=centres, whiteners=whiteners)


def distances(
    codes: Codes, labels: Labels, shapes: ClassShapes, report: Report = silent
) -> NDArray[np.float32]:
    """Return how far each image is from the middle of its class.

    Args:
        codes: float16 of shape (n, codes).
        labels: Class of each image, uint8 of shape (n,).
        shapes: Where the classes lie.
        report: Is told the share that is done.

    Returns:
        float32 of shape (n,), at least 0; NaN if the class had no images when the
        shapes were fitted. Of normally distributed codes, the mean square is the
        number of codes.
    """
    found = np.empty(len(codes), dtype=np.float32)
    num_classes = len(shapes.centres)
    for label in range(num_classes):
        report(label / num_classes)
        members = np.flatnonzero(labels == label)
        differences = codes[members].astype(np.float32) - shapes.centres[label]
        found[members] = np.linalg.norm(differences @ shapes.whiteners[label], axis=1)
    return found


def unusualness(distances: NDArray[np.float32], labels: Labels) -> NDArray[np.float32]:
    """Return what share of the images of its class is more typical than each image.

    Args:
        distances: How far each image is from the middle of its class, float32 of shape
            (n,).
        labels: Class of each image, uint8 of shape (n,).

    Returns:
        float32 of shape (n,), above 0 and below 1: 0.5 for the only image of a class;
        NaN where the distance is. No two images of a class have the same share.
    """
    order = np.lexsort((distances, labels))
    counts = np.bincount(labels)
    starts = np.cumsum(counts) - counts
    ranks = np.empty(len(labels))
    ranks[order] = np.arange(len(labels)) - np.repeat(starts, counts)
    shares = (ranks + 0.5) / counts[labels]
    return np.where(np.isnan(distances), np.nan, shares).astype(np.float32)


def _common_covariance(
    codes: Codes, labels: Labels, num_classes: int
) -> NDArray[np.float64]:
    """Return the mean covariance within a class."""
    size = codes.shape[1]
    products = np.zeros((size, size))
    for label in range(num_classes):
        members = np.flatnonzero(labels == label)
        if len(members) > 0:
            centred = codes[members].astype(np.float32)
            centred -= centred.mean(axis=0)
            products += centred.T @ centred
    spread = np.eye(size) * _SMALLEST_SPREAD**2
    return products / max(len(labels), 1) + spread


def _trimmed(
    members: NDArray[np.float32], common: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Fit a normal distribution to the nearest nine tenths of the codes of a class."""
    count = max(round(len(members) * _SHARE_FITTED), 1)
    nearest = members
    for _ in range(_NUM_STEPS):
        centre, whitener = _fitted(nearest, common)
        lengths = np.linalg.norm((members - centre) @ whitener, axis=1)
        nearest = members[np.argpartition(lengths, count - 1)[:count]]
    return _fitted(nearest, common)


def _fitted(
    members: NDArray[np.float32], common: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    centre = members.mean(axis=0, dtype=np.float64).astype(np.float32)
    centred = members - centre
    size = len(common)
    # The common covariance counts as much as one image for each of the codes.
    covariance = (centred.T @ centred + size * common) / (len(members) + size)
    lower = np.linalg.cholesky(covariance)
    whitener = scipy.linalg.solve_triangular(lower, np.eye(size), lower=True).T
    return centre, whitener.astype(np.float32)
