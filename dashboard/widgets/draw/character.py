"""One character that somebody drew or opened, and what a run says about it."""

import hashlib
from dataclasses import dataclass
from functools import cached_property
from typing import Self

from core.datasets.spec import DatasetSpec
from core.errors import BlankDrawingError, PictureError
from core.imaging.glyphs import steps_of_ink, steps_of_strokes
from core.imaging.normalise import NormalisationSteps
from core.imaging.pictures import RgbaImage
from core.imaging.strokes import Strokes
from core.inference import Answer, Predictor
from core.records import Run
from core.types import GrayImage, Probabilities
from dashboard import results


@dataclass(frozen=True, eq=False, kw_only=True)
class Material:
    """What somebody drew or opened, as it came.

    Attributes:
        origin: Where it comes from, as text for the screen: "your drawing".
        strokes: What a pen drew; None if it is a picture.
        picture: The picture, or the part of it that is meant, uint8 of shape
            (height, width, 4); None if it was drawn.
        key: Tells the picture from others; empty if nobody said (see `picture_key`).
        problem: Why a picture cannot be read; then there is neither of the others.
    """

    origin: str
    strokes: Strokes | None = None
    picture: RgbaImage | None = None
    key: str = ""
    problem: PictureError | None = None

    @cached_property
    def picture_key(self) -> str:
        """What tells the picture from others."""
        if self.key or self.picture is None:
            return self.key
        said = f"{self.picture.shape}".encode() + self.picture.tobytes()
        return hashlib.sha256(said).hexdigest()

    def check(self) -> None:
        """Go on only if it can be read.

        Raises:
            PictureError: If it is a broken picture.
        """
        if self.problem is not None:
            raise self.problem


@dataclass(frozen=True, eq=False, kw_only=True)
class Character:
    """One character on its way to a model.

    Attributes:
        material: What it was made of.
        steps: The ink on its way to the model input.
    """

    material: Material
    steps: NormalisationSteps

    @classmethod
    def of(cls, material: Material, spec: DatasetSpec) -> Self:
        """Make of a drawing or picture what a model takes.

        Args:
            material: What somebody drew or opened.
            spec: The data set that the model learned from.

        Raises:
            BlankDrawingError: If nothing is drawn, or stands out from the paper.
            PictureError: If the picture is none.
        """
        material.check()
        style, shape = spec.ink_style, spec.image_shape
        if material.strokes is not None:
            steps = steps_of_strokes(material.strokes, style, shape)
        elif material.picture is not None:
            found = results.character_ink(material.picture_key, material.picture)
            steps = steps_of_ink(found, style, shape)
        else:
            message = "Expected a drawing or a picture, got neither. Draw a character."
            raise BlankDrawingError(message)
        return cls(material=material, steps=steps)

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

    @property
    def name(self) -> str:
        """Where the character comes from, as text within a sentence."""
        return self.character.material.origin

    @property
    def image(self) -> GrayImage:
        """The model input, float32 of shape (height, width) in [0, 1]."""
        return self.character.glyph

    @property
    def true(self) -> None:
        """The label, which nobody knows."""
        return

    @property
    def probabilities(self) -> Probabilities:
        """What the run says, calibrated, float32 of shape (classes,)."""
        return self.answer.probabilities

    @property
    def predicted(self) -> int:
        """The most probable class."""
        return self.answer.best

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
