"""Pictures that somebody opened: read once, and what a run says of each at a glance."""

import base64
import io
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from PIL import Image

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

THUMBNAIL: Final = 96


class _Named(io.BytesIO):
    """Bytes of a file that has a name, which a message about it says."""

    def __init__(self, name: str, content: bytes) -> None:
        super().__init__(content)
        self.name = name


@dataclass(frozen=True)
class Glance:
    """What a run says of one of several pictures.

    Attributes:
        thumbnail: The picture, small, as an address of data; empty if it is none.
        glyph: The model input as an address of data; empty if there is none.
        best: Index of the predicted class; None if there is no answer.
        confidence: Its probability, calibrated if the run is, 0 to 1.
        problem: Why there is no answer, for people; empty if there is one.
    """

    thumbnail: str = ""
    glyph: str = ""
    best: int | None = None
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
    key: str, content: bytes, *, name: str, crop: Crop, run: Run, spec: DatasetSpec
) -> Glance:
    """Return what a run says of a picture, for a table of several.

    Args:
        key: Tells the picture from others.
        content: Its bytes.
        name: Of its file.
        crop: The part of it that is meant.
        run: A run with a model.
        spec: The data set that it learned from.
    """
    return _glance(
        key, crop, run.id, _content=content, _name=name, _run=run, _spec=spec
    )


@st.cache_resource(max_entries=400, show_spinner="Reading the pictures")
def _glance(
    key: str,  # noqa: ARG001 - the key of the cache
    crop: Crop,
    run_id: str,
    *,
    _content: bytes,
    _name: str,
    _run: Run,
    _spec: DatasetSpec,
) -> Glance:
    try:
        part = crop.of(pictures.read_picture(_Named(_name, _content)))
    except PictureError as error:
        return Glance(problem=str(error))
    thumbnail = _small(part)
    try:
        found = ink.read_character_ink(part)
        steps = glyphs.steps_of_ink(found, _spec.ink_style, _spec.image_shape)
    except PictureError as error:
        return Glance(thumbnail=thumbnail, problem=str(error))
    answer = predictor(run_id).answer(steps.glyph, temperature=temperature(_run).value)
    return Glance(
        thumbnail=thumbnail,
        glyph=_of_glyph(steps.glyph),
        best=answer.best,
        confidence=answer.confidence,
    )


def _small(rgba: RgbaImage) -> str:
    image = Image.fromarray(rgba)
    image.thumbnail((THUMBNAIL, THUMBNAIL))
    return _address(image)


def _of_glyph(glyph: GrayImage) -> str:
    pixels = Image.fromarray(np.asarray(np.rint(glyph * 255), np.uint8))
    factor = max(1, THUMBNAIL // max(pixels.size))
    size = (pixels.width * factor, pixels.height * factor)
    return _address(pixels.resize(size, Image.Resampling.NEAREST))


def _address(image: Image.Image) -> str:
    file = io.BytesIO()
    image.save(file, "PNG")
    return f"data:image/png;base64,{base64.b64encode(file.getvalue()).decode()}"
