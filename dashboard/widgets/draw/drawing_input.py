"""The canvas for one character, with its tools."""

from typing import Final

import streamlit as st

from core.imaging.strokes import Strokes
from dashboard import canvas, services, state
from dashboard.widgets.draw.character import Material
from dashboard.widgets.draw.layout import Places

CANVAS: Final = "canvas"
"""Key of the canvas."""


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
    has_keys = not services.is_phone()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader("Draw one character", anchor=False)
        st.button(
            "Undo",
            icon=":material/undo:",
            key="undo",
            type="tertiary",
            shortcut="Ctrl+Z" if has_keys else None,
            disabled=not canvas.can_undo(CANVAS),
            on_click=canvas.undo,
            args=(CANVAS,),
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            key="clear",
            type="tertiary",
            shortcut="Delete" if has_keys else None,
            help="Clears the drawing; Undo brings it back.",
            on_click=clear,
        )
    return canvas.drawing_input(key=CANVAS, pen=pen)


def clear() -> None:
    """Empty the canvas."""
    canvas.clear(CANVAS)


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
