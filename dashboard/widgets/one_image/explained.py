"""What sections have to know of an image to explain what a run says about it."""

from typing import Protocol

from core.inference import Predictor
from core.types import GrayImage, Probabilities


class Explained(Protocol):
    """One image of a data set or of somebody's hand, and what a run says about it."""

    @property
    def name(self) -> str:
        """Which image it is, as text within a sentence: "your drawing"."""

    @property
    def image(self) -> GrayImage:
        """The model input, float32 of shape (height, width) in [0, 1]."""

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the run's classes."""

    @property
    def true(self) -> int | None:
        """The label of the image; None if nobody knows."""

    @property
    def probabilities(self) -> Probabilities:
        """What the run says, float32 of shape (classes,)."""

    @property
    def predicted(self) -> int:
        """The most probable class."""

    @property
    def predictor(self) -> Predictor:
        """The run's model.

        Raises:
            ArtifactError: If it is missing or damaged.
        """

    def class_name(self, index: int) -> str:
        """Name a class, as plain text."""
