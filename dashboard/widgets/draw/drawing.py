"""A canvas with its tools, the way from ink to model input, and the prediction."""

import hashlib
from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.datasets.spec import DatasetSpec
from core.errors import PictureError
from core.imaging.glyphs import steps_of_picture
from core.imaging.normalise import NormalisationSteps
from core.imaging.pictures import SUFFIXES, read_picture
from core.inference import Predictor
from core.runs.temperatures import RunTemperature
from core.types import GrayImage, InkStyle
from dashboard import canvas, state, words
from dashboard.widgets.common import page_frame
from dashboard.widgets.common.sample_card import large_glyph, likely_classes
from dashboard.widgets.draw import source

THUMBNAIL_WIDTH = 84
BESIDE_THE_CROP = 128
MAX_PICTURE_MB = 20

WAYS: Final[dict[InkStyle, str]] = {
    "mnist": "is cropped to its ink, scaled until it fills five sevenths of the image, "
    "and centred by its mass",
    "emnist": "is cropped to its ink, blurred a little, scaled until it fills six "
    "sevenths of the image, and centred by its box",
    "plain": "is cropped to its ink, scaled until it fills six sevenths of the image, "
    "and centred by its box",
}
"""What becomes of a drawing in each ink style."""


@dataclass(frozen=True)
class Character:
    """What is classified, and where it comes from.

    Attributes:
        steps: The ink on its way to the model's input, or None if there is none.
        origin: Where it comes from, in words; empty if there is nothing.
    """

    steps: NormalisationSteps | None = None
    origin: str = ""


def drawn_or_opened(spec: DatasetSpec) -> Character:
    """Show the canvas, its tools and the way to open a picture.

    Args:
        spec: The data set whose images the model learned from.

    Returns:
        The latest of what was drawn and what was opened.
    """
    drawn = _canvas_with_tools(spec)
    file = _picture()
    now = source.follow(
        drawing=hashlib.sha256(drawn.glyph.tobytes()).hexdigest() if drawn else "",
        picture=file.file_id if file else "",
    )
    if file and now.read == "picture":
        return Character(
            _steps_of(file, spec), f"the picture {words.literal(file.name)}"
        )
    return Character(drawn, "your drawing") if drawn else Character()


def _canvas_with_tools(spec: DatasetSpec) -> NormalisationSteps | None:
    slot = st.container()
    pen = st.slider(
        "Pen width",
        canvas.MIN_PEN,
        canvas.MAX_PEN,
        canvas.DEFAULT_PEN,
        key="pen",
        **state.LINKED,
        width=canvas.SIDE,
        help="Width of a stroke, in pixels of the canvas.",
    )
    st.button(
        "Clear",
        icon=":material/delete:",
        key="clear",
        help="Clears the drawing and closes the picture.",
        on_click=state.count_up,
        args=(state.CANVAS,),
    )
    with slot:
        return canvas.drawing_input(
            spec, key=f"canvas_{state.number(state.CANVAS)}", pen=pen
        )


def _picture() -> UploadedFile | None:
    """Let the viewer open a picture of one character instead of drawing it."""
    return st.file_uploader(
        "Or open a picture of one character",
        sorted(suffix.removeprefix(".") for suffix in SUFFIXES),
        max_upload_size=MAX_PICTURE_MB,
        # Another one, which is empty, when all is cleared.
        key=f"picture_{state.number(state.CANVAS)}",
        help="A drawing, a scan or a photo. Its background and contrast are normalised "
        "first. Draw again to classify your drawing instead.",
    )


def _steps_of(file: UploadedFile, spec: DatasetSpec) -> NormalisationSteps | None:
    try:
        return steps_of_picture(read_picture(file), spec.ink_style, spec.image_shape)
    except PictureError as error:
        page_frame.show_error(str(error), title="This picture cannot be read")
        return None


def size(spec: DatasetSpec) -> str:
    """Write the size of the images of a data set."""
    height, width = spec.image_shape
    return f"{height} x {width}"


def steps(way: NormalisationSteps | None, spec: DatasetSpec) -> None:
    """Show how ink becomes an image like those the model learned from.

    Args:
        way: The ink on its way, or None to say what will happen.
        spec: The data set whose images the model learned from.
    """
    if way is None:
        st.caption(
            f"Your drawing {WAYS[spec.ink_style]} in {size(spec)}, like the images "
            f"of {words.literal(spec.title)}, which the model was trained on."
        )
        return
    with st.container(horizontal=True, gap="small"):
        _thumbnail(way.box, "Cropped to its ink")
        _thumbnail(way.square, "In a square")
        _thumbnail(way.glyph, "Scaled and centred")
    large_glyph(way.glyph, key="seen")
    st.caption(f"{size(spec)} pixels. Hover over one for its value, from 0 to 1.")


def _thumbnail(image: GrayImage, caption: str) -> None:
    # In a grey square: a lone stroke would be ten times as high as wide.
    height, width = image.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    pixels = np.full((side, side), BESIDE_THE_CROP, np.uint8)
    pixels[top : top + height, left : left + width] = np.round(image * 255)
    st.image(pixels, caption, width=THUMBNAIL_WIDTH, alt=caption)


def answer(
    predictor: Predictor,
    character: Character,
    classes: tuple[str, ...],
    temperature: RunTemperature,
) -> None:
    """Show what the model predicts, with the probabilities of all classes.

    Args:
        predictor: The model.
        character: What is classified.
        classes: Names of the classes.
        temperature: Calibrates the probabilities, if the run has one.
    """
    if character.steps is None:
        st.info("Draw something: the prediction appears here.", icon=":material/draw:")
        return
    read = predictor.answer(character.steps.glyph, temperature=temperature.value)
    st.metric(
        "Predicted class",
        words.literal(classes[read.best]),
        words.confidence(read.confidence).capitalize(),
        delta_color="off",
        delta_arrow="off",
    )
    st.caption(
        f"Input: {character.origin}."
        + (
            f" Calibrated probabilities (temperature {temperature.value:.2f})."
            if temperature.is_fitted
            else ""
        ),
        help=_probabilities_help(temperature),
    )
    likely_classes(
        read.probabilities,
        classes,
        true=None,
        key="answer_bars",
        alt=f"Probability of each class for {character.origin}",
    )


def _probabilities_help(temperature: RunTemperature) -> str:
    if not temperature.is_fitted:
        return (
            "The probabilities are as the model gives them, and may be too high or too "
            f"low. {words.message(temperature.reason)}"
        )
    return (
        f"Temperature scaling, fitted on {temperature.n:,} validation images: on "
        "images like those it learned from, it is right about as often as it says. "
        "The order of the classes is that of the model. See Calibration on Evaluate."
    )
