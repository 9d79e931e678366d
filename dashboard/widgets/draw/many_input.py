"""The canvas for a number or a word: a wide one, with its tools."""

from typing import Final

import streamlit as st

from core.imaging.strokes import Strokes
from dashboard import canvas, services
from dashboard.widgets.draw.character import Material
from dashboard.widgets.draw.layout import Places

SIZE: Final = (200, 640)
PHONE_SIZE: Final = (180, 320)
"""Height and width of the canvas, in pixels."""

DEFAULT_PEN: Final = 10
MIN_PEN: Final = 4
MAX_PEN: Final = 24


def drawn(places: Places) -> Material | None:
    """Show the canvas and its tools.

    Returns:
        What is drawn; None while nothing is.

    Raises:
        PictureError: If the browser sent something else.
    """
    with places.canvas:
        strokes = _canvas_with_tools()
    return Material(origin="your drawing", strokes=strokes) if strokes else None


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
            help="Clears the drawing; Undo brings it back.",
            on_click=canvas.clear,
            args=(key,),
        )
    with slot:
        return canvas.drawing_input(
            key=key,
            pen=pen,
            size=PHONE_SIZE if services.is_phone() else SIZE,
            alt="Canvas: draw a number or a word",
        )
