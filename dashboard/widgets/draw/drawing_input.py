"""Where a character comes from: the canvas with its tools, or a picture."""

import hashlib
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.imaging.pictures import SUFFIXES, read_picture
from core.imaging.strokes import Strokes
from dashboard import canvas, state, words
from dashboard.widgets.draw import source
from dashboard.widgets.draw.character import Material
from dashboard.widgets.draw.layout import Places

MAX_PICTURE_MB: Final = 20
CANVAS: Final = "canvas"
"""Key of the canvas."""


def drawn_or_opened(places: Places) -> Material | None:
    """Show the canvas, its tools and the way to open a picture.

    Returns:
        The latest of what was drawn and what was opened; None if there is neither.

    Raises:
        PictureError: If the picture cannot be read.
    """
    with places.tools:
        pen = _pen()
        file = _picture()
    with places.canvas:
        drawn = _canvas(pen)
    now = source.follow(
        drawing=hashlib.sha256(drawn.document().encode()).hexdigest() if drawn else "",
        picture=file.file_id if file else "",
    )
    if file and now.read == "picture":
        origin = f"the picture {words.literal(file.name)}"
        return Material(origin=origin, picture=read_picture(file))
    return Material(origin="your drawing", strokes=drawn) if drawn else None


def _canvas(pen: int) -> Strokes:
    """Show the canvas with its two buttons above it: below it stands the answer."""
    with st.container(
        horizontal=True, vertical_alignment="center", width=canvas.width(), gap="small"
    ):
        st.subheader("Draw one character", anchor=False, width="stretch")
        st.button(
            "Undo",
            icon=":material/undo:",
            key="undo",
            type="tertiary",
            shortcut="Ctrl+Z",
            disabled=not canvas.can_undo(CANVAS),
            on_click=canvas.undo,
            args=(CANVAS,),
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            key="clear",
            type="tertiary",
            shortcut="Delete",
            help="Clears the drawing and closes the picture.",
            on_click=clear,
        )
    return canvas.drawing_input(key=CANVAS, pen=pen)


def clear() -> None:
    """Empty the canvas, and close the picture."""
    canvas.clear(CANVAS)
    state.count_up(state.CANVAS)


def _pen() -> int:
    return st.slider(
        "Pen width",
        canvas.MIN_PEN,
        canvas.MAX_PEN,
        canvas.DEFAULT_PEN,
        key="pen",
        **state.LINKED,
        width=canvas.width(),
        help="Width of a stroke, in pixels of the canvas. Where the model learned from "
        "MNIST or EMNIST, the strokes are drawn anew with the pen of its data set, so "
        "any width will do.",
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
