"""All that the Explore page shows and that takes long, computed once per data set."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from threadpoolctl import threadpool_limits

from core.datasets.exploring import (
    averages,
    components,
    duplicates,
    measures,
    typicality,
)
from core.datasets.exploring.chunks import Report, part, silent
from core.datasets.exploring.components import Codes, Components
from core.datasets.exploring.duplicates import Duplicates
from core.datasets.exploring.measures import Measures
from core.datasets.exploring.typicality import ClassShapes
from core.datasets.store import Split
from core.errors import DatasetError
from core.types import Counts


@dataclass(frozen=True, eq=False, kw_only=True)
class SplitSummary:
    """What there is to know of one split.

    Attributes:
        counts: Images by class, int64 of shape (classes,).
        means: Mean image by class, float32 of shape (classes, height, width), 0 to 1;
            all 0 for a class without images.
        deviations: Standard deviation of each pixel by class, float32 of shape
            (classes, height, width), 0 to 0.5.
        measures: Stroke thickness, slant, aspect and ink of each image.
        distances: How far each image is from the training images of its class,
            float32 of shape (n,): see `typicality`.
        unusualness: Share of the images of its class in this split that are more
            typical than each image, float32 of shape (n,), 0 to 1.
        codes: Principal components of each image, float16 of shape
            (n, components + 1); the first two are a map of the images.
    """

    counts: Counts
    means: NDArray[np.float32]
    deviations: NDArray[np.float32]
    measures: Measures
    distances: NDArray[np.float32]
    unusualness: NDArray[np.float32]
    codes: Codes


@dataclass(frozen=True, eq=False, kw_only=True)
class DatasetSummary:
    """What there is to know of a data set.

    Attributes:
        train: Of the training images.
        test: Of the test images.
        components: The directions in which the training images differ most.
        duplicates: Images that are there twice.
    """

    train: SplitSummary
    test: SplitSummary
    components: Components
    duplicates: Duplicates


def summarise(
    train: Split, test: Split, num_classes: int, report: Report = silent
) -> DatasetSummary:
    """Work a data set out.

    Args:
        train: Training images and labels, at least one.
        test: Test images and labels, of the same shape; there may be none.
        num_classes: Number of classes.
        report: Is told the share that is done; it may raise to end the work.

    Raises:
        DatasetError: If there are no training images, or the shapes differ.
        ValueError: If images and labels do not belong together.
    """
    _check(train, test)
    # On a busy machine the threads of a matrix product wait for each other: with two
    # of them, a summary of MNIST took 18 s instead of 8.
    with threadpool_limits(1):
        return _computed(train, test, num_classes, report)


def _computed(
    train: Split, test: Split, num_classes: int, report: Report
) -> DatasetSummary:
    space = components.fit(train.images, part(report, 0, 0.08))
    train_codes = components.encode(train.images, space, part(report, 0.08, 0.14))
    test_codes = components.encode(test.images, space, part(report, 0.14, 0.15))
    shapes = typicality.fit(
        train_codes, train.labels, num_classes, part(report, 0.15, 0.2)
    )
    repeated = duplicates.find(
        train, test, (train_codes, test_codes), space, part(report, 0.2, 0.6)
    )
    return DatasetSummary(
        train=_summarised(train, train_codes, shapes, part(report, 0.6, 0.95)),
        test=_summarised(test, test_codes, shapes, part(report, 0.95, 1)),
        components=space,
        duplicates=repeated,
    )


def _summarised(
    split: Split, codes: Codes, shapes: ClassShapes, report: Report
) -> SplitSummary:
    images, labels = split.images, split.labels
    num_classes = len(shapes.centres)
    distances = typicality.distances(codes, labels, shapes, part(report, 0, 0.05))
    return SplitSummary(
        counts=averages.class_counts(labels, num_classes),
        means=averages.mean_images(images, labels, num_classes),
        deviations=averages.pixel_deviations(
            images, labels, num_classes, part(report, 0.05, 0.3)
        ),
        measures=measures.measure(images, part(report, 0.3, 1)),
        distances=distances,
        unusualness=typicality.unusualness(distances, labels),
        codes=codes,
    )


def _check(train: Split, test: Split) -> None:
    if len(train.images) == 0:
        message = "Expected training images, got none. Import a data set with images."
        raise DatasetError(message)
    if train.images.shape[1:] != test.images.shape[1:]:
        message = (
            f"Expected test images of shape {train.images.shape[1:]}, as the training "
            f"images have, got {test.images.shape[1:]}. Give splits of one data set."
        )
        raise DatasetError(message)
