"""The canvas for a number or a word: a wide one, with its tools."""

from typing import Final

import streamlit as st

from core.imaging.strokes import Strokes
from dashboard import canvas, services, state
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
    with places.tools:
        pen = _pen()
    with places.canvas:
        strokes = _canvas(pen)
    return Material(origin="your drawing", strokes=strokes) if strokes else None


def _canvas(pen: int) -> Strokes:
    """Show the canvas with its two buttons above it: below it stands the answer."""
    size = _size()
    # Another canvas on a phone, of another size.
    key = f"wide_canvas_{size[1]}"
    with st.container(
        horizontal=True,
        vertical_alignment="center",
        width=canvas.width(size),
        gap="small",
    ):
        # On a phone there is no room beside the buttons.
        if not services.is_phone():
            st.subheader("Draw a number or a word", anchor=False, width="stretch")
        st.button(
            "Undo",
            icon=":material/undo:",
            key="wide_undo",
            type="tertiary",
            shortcut="Ctrl+Z",
            disabled=not canvas.can_undo(key),
            on_click=canvas.undo,
            args=(key,),
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            key="wide_clear",
            type="tertiary",
            shortcut="Delete",
            help="Clears the drawing; Undo brings it back.",
            on_click=canvas.clear,
            args=(key,),
        )
    return canvas.drawing_input(
        key=key, pen=pen, size=size, alt="Canvas: draw a number or a word"
    )


def _size() -> tuple[int, int]:
    return PHONE_SIZE if services.is_phone() else SIZE


def _pen() -> int:
    return st.slider(
        "Pen width",
        MIN_PEN,
        MAX_PEN,
        DEFAULT_PEN,
        key="wide_pen",
        **state.LINKED,
        width=canvas.width(),
        help="Width of a stroke, in pixels of the canvas.",
    )
