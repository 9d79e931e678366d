"""A canvas with its tools, the way from ink to glyph, and the answer."""

import numpy as np
import streamlit as st

from core.errors import PictureError
from core.imaging.glyphs import steps_of_picture
from core.imaging.normalise import NormalisationSteps
from core.imaging.pictures import read_picture
from core.inference import Predictor
from core.types import GrayImage
from dashboard import canvas, figure, services, state
from dashboard.charts.bars import probability_bars
from dashboard.charts.words import percent
from dashboard.widgets.common.sample_card import large_glyph

THUMBNAIL_WIDTH = 84
BESIDE_THE_CROP = 128


def canvas_with_tools() -> NormalisationSteps | None:
    """Show the canvas, the pen and a button to clear it.

    Returns:
        The ink on its way to a model's image, or None while there is none.
    """
    slot = st.container()
    pen = st.slider(
        "Pen",
        canvas.THINNEST_PEN,
        canvas.THICKEST_PEN,
        canvas.DEFAULT_PEN,
        key="pen",
        **state.LINKED,
        width=canvas.SIDE,
        help="Width of the stroke in pixels of the canvas.",
    )
    st.button(
        "Clear",
        icon=":material/delete:",
        key="clear",
        on_click=state.count_up,
        args=(state.CANVAS,),
    )
    with slot:
        return canvas.drawing_input(key=f"canvas_{state.number(state.CANVAS)}", pen=pen)


def picture() -> NormalisationSteps | None:
    """Let the viewer open a picture of one character instead of drawing it.

    Returns:
        The ink on its way to a model's image, or None while there is none.
    """
    file = st.file_uploader(
        "Or open a picture of one character",
        ["png", "jpg", "jpeg", "bmp", "gif", "tif", "tiff", "webp"],
        key="picture",
        help="As drawn, scanned or photographed: its background and contrast are "
        "normalised first.",
    )
    if file is None:
        return None
    try:
        return steps_of_picture(read_picture(file))
    except PictureError as error:
        st.error(str(error), title="This picture cannot be read")
        return None


def steps(way: NormalisationSteps | None) -> None:
    """Show how ink becomes an image like those the model learned from.

    Args:
        way: The ink on its way, or None to say what will happen.
    """
    if way is None:
        st.caption(
            "Your drawing will be cropped to its ink, scaled to 20 pixels and centred "
            "by its mass in 28 x 28, as the images that the model learned from were."
        )
        return
    with st.container(horizontal=True, gap="small"):
        _thumbnail(way.box, "Cropped to its ink")
        _thumbnail(way.square, "In a square")
        _thumbnail(way.glyph, "Scaled and centred")
    large_glyph(way.glyph, key="seen")
    st.caption("28 x 28 pixels. Point at one to read its ink, from 0 to 1.")


def _thumbnail(image: GrayImage, caption: str) -> None:
    # In a grey square: a lone stroke would be ten times as high as wide.
    height, width = image.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    pixels = np.full((side, side), BESIDE_THE_CROP, np.uint8)
    pixels[top : top + height, left : left + width] = np.round(image * 255)
    st.image(pixels, caption, width=THUMBNAIL_WIDTH, alt=caption)


def answer(
    predictor: Predictor, glyph: GrayImage | None, classes: tuple[str, ...]
) -> None:
    """Show what the model reads, with the probabilities of all classes."""
    if glyph is None:
        st.info("Draw something: the answer appears here.", icon=":material/draw:")
        return
    read = predictor.answer(glyph)
    st.metric(
        "The model reads",
        classes[read.best],
        f"{percent(read.confidence)} sure",
        delta_color="off",
        delta_arrow="off",
    )
    figure.show(
        probability_bars(
            read.probabilities,
            classes=classes,
            highlight=None,
            palette=services.palette(),
        ),
        key="answer_bars",
        alt="Probability of each class for the drawing",
    )
