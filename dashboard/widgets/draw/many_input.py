"""Where a number or a word comes from: a wide canvas, or a picture."""

import hashlib
from typing import Final

import streamlit as st
from streamlit.runtime.uploaded_file_manager import UploadedFile

from core.imaging.pictures import SUFFIXES, read_picture
from core.imaging.strokes import Strokes
from dashboard import canvas, services, state, words
from dashboard.widgets.draw import source
from dashboard.widgets.draw.character import Material
from dashboard.widgets.draw.drawing_input import MAX_PICTURE_MB

SIZE: Final = (200, 640)
PHONE_SIZE: Final = (180, 320)
"""Height and width of the canvas, in pixels."""

DEFAULT_PEN: Final = 10
MIN_PEN: Final = 4
MAX_PEN: Final = 24


def drawn_or_opened() -> Material | None:
    """Show the canvas, its tools and the way to open a picture.

    Returns:
        The latest of what was drawn and what was opened; None if there is neither.

    Raises:
        PictureError: If the picture cannot be read.
    """
    drawn = _canvas_with_tools()
    file = _picture()
    now = source.follow(
        drawing=hashlib.sha256(drawn.document().encode()).hexdigest() if drawn else "",
        picture=file.file_id if file else "",
        key=state.MANY_SOURCE,
    )
    if file and now.read == "picture":
        origin = f"the picture {words.literal(file.name)}"
        return Material(origin=origin, picture=read_picture(file))
    return Material(origin="your drawing", strokes=drawn) if drawn else None


def _canvas_with_tools() -> Strokes:
    key = f"wide_canvas_{services.is_phone()}"
    slot = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        pen = st.slider(
            "Pen width",
            MIN_PEN,
            MAX_PEN,
            DEFAULT_PEN,
            key="wide_pen",
            width=200,
            help="Width of a stroke, in pixels of the canvas.",
        )
        # Before the canvas, which otherwise shows what has just been taken back.
        st.button(
            "Undo",
            icon=":material/undo:",
            key="wide_undo",
            disabled=not canvas.can_undo(key),
            on_click=canvas.undo,
            args=(key,),
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            key="wide_clear",
            help="Clears the drawing and closes the picture.",
            on_click=_clear,
            args=(key,),
        )
    with slot:
        return canvas.drawing_input(
            key=key,
            pen=pen,
            size=PHONE_SIZE if services.is_phone() else SIZE,
            alt="Canvas: draw a number or a word",
        )


def _clear(key: str) -> None:
    canvas.clear(key)
    state.count_up(state.MANY_CANVAS)


def _picture() -> UploadedFile | None:
    return st.file_uploader(
        "Or open a picture of a number or a word",
        sorted(suffix.removeprefix(".") for suffix in SUFFIXES),
        max_upload_size=MAX_PICTURE_MB,
        # Another one, which is empty, when all is cleared.
        key=f"wide_picture_{state.number(state.MANY_CANVAS)}",
        help="A drawing, a scan or a photo, of one line or several. Draw again to "
        "read your drawing instead.",
    )
