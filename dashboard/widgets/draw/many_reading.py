"""What was written in one go, and what a run reads in it."""

import hashlib
from dataclasses import dataclass

import numpy as np
from PIL import Image

from core.datasets.spec import DatasetSpec
from core.errors import BlankDrawingError
from core.imaging import strokes
from core.imaging.ink import PictureInk
from core.imaging.pictures import RgbaImage
from core.reading import ReadCharacter, Reading
from core.records import Run
from core.types import ByteImages, GrayImage
from dashboard import results
from dashboard.widgets.draw.character import Answered, Character, Material


@dataclass(frozen=True, eq=False)
class Written:
    """What was written, and where it was read.

    Attributes:
        run: What read it.
        spec: The data set that the run learned from.
        material: What somebody drew or opened.
        picture: It in the size in which its ink was found, uint8 (height, width, 3).
        reading: What it says.
    """

    run: Run
    spec: DatasetSpec
    material: Material
    picture: ByteImages
    reading: Reading

    def name(self, character: ReadCharacter) -> str:
        """Return what a character is read as."""
        return self.spec.classes[character.answer.best]


def read(run: Run, spec: DatasetSpec, material: Material) -> Written:
    """Read what somebody drew or opened.

    Args:
        run: A run with a model.
        spec: The data set that it learned from.
        material: What there is to read.

    Raises:
        BlankDrawingError: If nothing is written.
        PictureError: If there are far too many marks, or the picture is broken.
    """
    material.check()
    if material.strokes is not None:
        drawn = material.strokes
        key = hashlib.sha256(drawn.document().encode()).hexdigest()
        reading = results.read(run, drawn, key=key)
        picture = _grey(strokes.ink(drawn))
    else:
        found = _ink(material)
        key = hashlib.sha256(found.ink.tobytes()).hexdigest()
        reading = results.read(run, found.ink, key=key)
        picture = _reduced(_picture(material), found.ink.shape)
    return Written(run, spec, material, picture, reading)


def _picture(material: Material) -> RgbaImage:
    if material.picture is None:
        message = "Expected a drawing or a picture, got neither. Draw a number."
        raise BlankDrawingError(message)
    return material.picture


def _ink(material: Material) -> PictureInk:
    return results.picture_ink(material.picture_key, _picture(material))


def answered(written: Written, chosen: int) -> Answered:
    """Return what a run says about one of the characters, as of one alone.

    Args:
        written: What was read.
        chosen: Position of the character.
    """
    read = written.reading.characters[chosen]
    material = Material(
        origin=f"character {chosen + 1} of {written.material.origin}",
        strokes=read.strokes,
        picture=None if read.strokes is not None else _cut_out(read),
    )
    return Answered(
        run=written.run,
        spec=written.spec,
        character=Character(material=material, steps=read.steps),
        answer=read.answer,
    )


def _cut_out(read: ReadCharacter) -> RgbaImage:
    """Make a picture of one character alone: white on black, with a margin."""
    margin = max(4, read.box.longer // 4)
    grey = _grey(np.pad(read.ink, margin))
    return np.dstack([grey, np.full(grey.shape[:2], 255, np.uint8)])


def _grey(found: GrayImage) -> ByteImages:
    """Turn ink into a picture of white on black, uint8 (height, width, 3)."""
    return np.repeat(np.rint(found * 255).astype(np.uint8)[..., None], 3, axis=2)


def _reduced(rgba: RgbaImage, shape: tuple[int, ...]) -> ByteImages:
    """Return a picture in the size of its ink, on white where nothing is."""
    picture = Image.fromarray(rgba)
    paper = Image.new("RGBA", picture.size, "white")
    paper.alpha_composite(picture)
    return np.asarray(paper.convert("RGB").resize((shape[1], shape[0])))
