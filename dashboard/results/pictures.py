"""Pictures that somebody opened: read once, and what a run says of each at a glance."""

import base64
import io
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from PIL import Image, ImageOps

from core.datasets.spec import DatasetSpec
from core.errors import PictureError
from core.imaging import glyphs, ink, pictures
from core.imaging.crop import Crop
from core.imaging.ink import PictureInk
from core.imaging.pictures import RgbaImage
from core.records import Run
from core.types import GrayImage
from dashboard.results.calibrated import temperature
from dashboard.results.evaluations import predictor
from dashboard.results.readings import read

THUMBNAIL: Final = 96


class _Named(io.BytesIO):
    """Bytes of a file that has a name, which a message about it says."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


@dataclass(frozen=True)
class Reader:
    """What reads pictures, and as what.

    Attributes:
        run: A run with a model.
        spec: The data set that it learned from.
        reads_many: Whether a picture is of a number or a word, not of one character.
    """

    run: Run
    spec: DatasetSpec
    reads_many: bool = False

    def ink(self, key: str, picture: RgbaImage) -> PictureInk:
        """Find the ink that it reads in a picture; see `character_ink`."""
        find = picture_ink if self.reads_many else character_ink
        return find(key, picture)


@dataclass(frozen=True)
class Glance:
    """What a run says of one of several pictures.

    Attributes:
        thumbnail: The picture, small, as an address of data; empty if it is none.
        glyph: The model input as an address of data; empty if there is none.
        text: What it reads: the predicted class, or several; empty if nothing.
        confidence: The probability of the least certain of them, calibrated if the run
            is, 0 to 1.
        problem: Why there is no answer, for people; empty if there is one.
    """

    thumbnail: str = ""
    glyph: str = ""
    text: str = ""
    confidence: float = 0.0
    problem: str = ""


@st.cache_resource(max_entries=8, show_spinner="Reading the picture")
def picture(
    digest: str,  # noqa: ARG001 - the key of the cache
    _content: bytes,
    name: str,
) -> RgbaImage:
    """Read a picture; see `core.imaging.pictures.read_picture`.

    Args:
        digest: Tells its bytes from others.
        name: Name of its file, for what is said about it.
    """
    return pictures.read_picture(_Named(name, _content))


@st.cache_resource(max_entries=24, show_spinner=False)
def character_ink(
    key: str,  # noqa: ARG001 - the key of the cache
    _picture: RgbaImage,
) -> PictureInk:
    """Find the ink of the one character in a picture; see `core.imaging.ink`.

    Args:
        key: Tells the picture, or the part of it, from others.
    """
    return ink.read_character_ink(_picture)


@st.cache_resource(max_entries=24, show_spinner=False)
def picture_ink(
    key: str,  # noqa: ARG001 - the key of the cache
    _picture: RgbaImage,
) -> PictureInk:
    """Find all ink in a picture; see `character_ink`."""
    return ink.read_picture_ink(_picture)


def glance(
    key: str, content: bytes, *, name: str, crop: Crop, reader: Reader
) -> Glance:
    """Return what a run says of a picture, for a table of several.

    Args:
        key: Tells the picture from others.
        content: Its bytes.
        name: Of its file.
        crop: The part of it that is meant.
        reader: What reads it.
    """
    names = key, crop, reader.run.id, reader.reads_many
    return _glance(*names, _content=content, _name=name, _reader=reader)


@st.cache_resource(max_entries=400, show_spinner="Reading the pictures")
def _glance(
    key: str,
    crop: Crop,
    run_id: str,  # noqa: ARG001 - see above
    reads_many: bool,  # noqa: ARG001, FBT001 - see above
    *,
    _content: bytes,
    _name: str,
    _reader: Reader,
) -> Glance:
    try:
        part = crop.of(pictures.read_picture(_Named(_name, _content)))
    except PictureError as error:
        return Glance(problem=str(error))
    thumbnail = _small(part)
    try:
        found = _reader.ink(f"{key} {crop}", part)
        if _reader.reads_many:
            return _several(found, thumbnail, f"{key} {crop}", _reader)
        return _single(found, thumbnail, _reader)
    except PictureError as error:
        return Glance(thumbnail=thumbnail, problem=str(error))


def _single(found: PictureInk, thumbnail: str, reader: Reader) -> Glance:
    run, spec = reader.run, reader.spec
    glyph = glyphs.steps_of_ink(found, spec.ink_style, spec.image_shape).glyph
    answer = predictor(run.id).answer(glyph, temperature=temperature(run).value)
    return Glance(
        thumbnail=thumbnail,
        glyph=_of_glyph(glyph),
        text=spec.classes[answer.best],
        confidence=answer.confidence,
    )


def _several(found: PictureInk, thumbnail: str, key: str, reader: Reader) -> Glance:
    reading = read(reader.run, found.ink, key=key)
    return Glance(
        thumbnail=thumbnail,
        text=" ".join(reading.text(reader.spec.classes).split()),
        confidence=min(each.answer.confidence for each in reading.characters),
    )


def _small(rgba: RgbaImage) -> str:
    image = Image.fromarray(rgba)
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    # A cell of a table cuts off the sides of what is wider than high.
    return _address(ImageOps.pad(image, (THUMBNAIL, THUMBNAIL), color=(0, 0, 0, 0)))


def _of_glyph(glyph: GrayImage) -> str:
    pixels = Image.fromarray(np.asarray(np.rint(glyph * 255), np.uint8))
    factor = max(1, THUMBNAIL // max(pixels.size))
    size = (pixels.width * factor, pixels.height * factor)
    return _address(pixels.resize(size, Image.Resampling.NEAREST))


def _address(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
