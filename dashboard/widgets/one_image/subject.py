"""One image that a run has predicted, as a value that all sections share."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from core.datasets.arrays import Dataset
from core.inference import Predictor
from core.records import Run
from core.types import ByteImages, GrayImage, Probabilities, SplitName
from dashboard import results

TITLES: dict[SplitName, str] = {"test": "Test", "train": "Training"}


@dataclass(frozen=True, kw_only=True)
class Subject:
    """One image, and what a run says about it.

    Attributes:
        run: The run, which has a model.
        dataset: Where the image is from; another one than the run's own, maybe.
        classes: Names of the run's classes.
        part: Of the data set.
        index: Position in the part.
        true: The label of the image.
        probabilities: float32 of shape (classes,).
        is_own: Whether the image is of the data set that the run learned from.
    """

    run: Run
    dataset: Dataset
    classes: tuple[str, ...]
    part: SplitName
    index: int
    true: int
    probabilities: Probabilities
    is_own: bool

    @property
    def name(self) -> str:
        """Which image it is: "test image 12"."""
        return f"{TITLES[self.part].lower()} image {self.index:,}"

    @property
    def predicted(self) -> int:
        """The most probable class."""
        return int(self.probabilities.argmax())

    @property
    def pixels(self) -> ByteImages:
        """The image, uint8 of shape (height, width)."""
        pixels: ByteImages = self.dataset.part(self.part).images[self.index]
        return pixels

    @cached_property
    def image(self) -> GrayImage:
        """The image as a model takes it, float32 of shape (height, width)."""
        return np.divide(self.pixels, np.float32(255), dtype=np.float32)

    @property
    def predictor(self) -> Predictor:
        """The run's model.

        Raises:
            ArtifactError: If it is missing or damaged.
        """
        return results.predictor(self.run.id)

    def class_name(self, index: int) -> str:
        """Name a class, as plain text."""
        return self.classes[index]
