"""What a model says about images, as arrays that travel between modules."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from core.files import reading_arrays
from core.types import Indices, Labels, Probabilities

PREDICTIONS: Final = "predictions.npz"
"""The file of a run for what its model says about the test images."""

VALIDATION: Final = "validation.npz"
"""The file of a run for what it says, and said after each epoch, of those held out."""


@dataclass(frozen=True, kw_only=True)
class Predictions:
    """What a run's model said about each test image.

    Attributes:
        labels: True classes, uint8 of shape (n,).
        probabilities: Predicted, float32 of shape (n, classes).
        features: Output of the last hidden layer, float32 of shape (n, units).
    """

    labels: Labels
    probabilities: Probabilities
    features: NDArray[np.float32]

    def save(self, path: Path) -> None:
        """Write as a compressed `.npz` file."""
        np.savez_compressed(path, **vars(self))

    @classmethod
    def load(cls, path: Path, *, with_features: bool = True) -> Self:
        """Read what `save` wrote.

        Args:
            path: The file.
            with_features: Whether to read the features, which are most of it.

        Raises:
            ArtifactError: If the file is missing or damaged.
        """
        damage = (
            f"Expected the predictions of a run in {path}, but the file is missing or "
            "damaged. Delete this run and train it again."
        )
        with reading_arrays(path, damage=damage) as arrays:
            labels = arrays["labels"]
            nothing = np.empty((len(labels), 0), np.float32)
            return cls(
                labels=labels,
                probabilities=arrays["probabilities"],
                features=arrays["features"] if with_features else nothing,
            )


@dataclass(frozen=True, kw_only=True)
class Validation:
    """What a run's model says about the images that it was validated with.

    Attributes:
        indices: Their positions among the training images, int64 of shape (n,),
            ascending.
        labels: True classes, uint8 of shape (n,).
        probabilities: Predicted with the weights that were kept, float32 of shape
            (n, classes).
        by_epoch: Predicted classes after each of the last epochs, uint8 of shape
            (epochs, n); none for an ensemble, which has no epochs.
    """

    indices: Indices
    labels: Labels
    probabilities: Probabilities
    by_epoch: Labels

    def save(self, path: Path) -> None:
        """Write as a compressed `.npz` file."""
        np.savez_compressed(path, **vars(self))

    @classmethod
    def load(cls, path: Path) -> Self:
        """Read what `save` wrote.

        Raises:
            ArtifactError: If the file is missing or damaged.
        """
        damage = (
            f"Expected what a run says about its validation images in {path}, but the "
            "file is missing or damaged. Train the run again."
        )
        with reading_arrays(path, damage=damage) as arrays:
            return cls(
                indices=arrays["indices"],
                labels=arrays["labels"],
                probabilities=arrays["probabilities"],
                by_epoch=arrays["by_epoch"],
            )
