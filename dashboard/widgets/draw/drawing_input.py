"""The canvas with its tools."""

import streamlit as st

from core.imaging.strokes import Strokes
from dashboard import canvas, state
from dashboard.widgets.draw.character import Material


def drawn() -> Material | None:
    """Show the canvas with its tools.

    Returns:
        What is drawn; None while nothing is.
    """
    strokes = _canvas_with_tools()
    return Material(origin="your drawing", strokes=strokes) if strokes else None


def _canvas_with_tools() -> Strokes:
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
        help="Clears the drawing.",
        on_click=state.count_up,
        args=(state.CANVAS,),
    )
    with slot:
        return canvas.drawing_input(key=f"canvas_{state.number(state.CANVAS)}", pen=pen)
