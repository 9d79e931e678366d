"""One character that somebody drew or opened, and what a run says about it."""

import hashlib
from dataclasses import dataclass
from functools import cached_property

from core.datasets.spec import DatasetSpec
from core.imaging.normalise import NormalisationSteps
from core.imaging.pictures import RgbaImage
from core.imaging.strokes import Strokes
from core.inference import Answer
from core.records import Run
from core.types import GrayImage


@dataclass(frozen=True, eq=False, kw_only=True)
class Character:
    """One character on its way to a model.

    Attributes:
        steps: The ink on its way to the model input.
        origin: Where it comes from, as text for the screen: "your drawing".
        strokes: What a pen drew; None if it is from a picture.
        picture: The picture, uint8 of shape (height, width, 4); None if it was drawn.
    """

    steps: NormalisationSteps
    origin: str
    strokes: Strokes | None = None
    picture: RgbaImage | None = None

    @property
    def glyph(self) -> GrayImage:
        """The model input, float32 of shape (height, width) in [0, 1]."""
        return self.steps.glyph

    @cached_property
    def key(self) -> str:
        """What tells its model input from others."""
        return hashlib.sha256(self.glyph.tobytes()).hexdigest()


@dataclass(frozen=True, eq=False, kw_only=True)
class Answered:
    """What a run says about a character.

    Attributes:
        run: A run with a model.
        spec: The data set that it learned from.
        character: What was classified.
        answer: What the run says.
    """

    run: Run
    spec: DatasetSpec
    character: Character
    answer: Answer

    @property
    def classes(self) -> tuple[str, ...]:
        """Names of the run's classes."""
        return self.spec.classes
