"""The canvases of Draw, each with its tools: one character, or a number or a word."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.imaging.strokes import Strokes
from dashboard import canvas, services, state
from dashboard.widgets.draw.character import Material
from dashboard.widgets.draw.layout import Places


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A canvas to draw on.

    Attributes:
        name: Beginning of the keys of its controls; empty for the usual one.
        title: What to do on it.
        size: Height and width, in pixels.
        phone_size: The same on a phone.
        pens: Thinnest, usual and thickest pen, in the same pixels.
        is_titled: Whether its title is shown on a phone too.
        pen_help: What there is to know about the pen.
    """

    name: str
    title: str
    size: tuple[int, int]
    phone_size: tuple[int, int]
    pens: tuple[int, int, int]
    is_titled: bool
    pen_help: str

    @property
    def shown_size(self) -> tuple[int, int]:
        """Height and width for this viewer, in pixels."""
        return self.phone_size if services.is_phone() else self.size

    @property
    def key(self) -> str:
        """Key of its canvas: another one on a phone, if that has another size."""
        if self.phone_size == self.size:
            return f"{self.name}canvas"
        return f"{self.name}canvas_{self.shown_size[1]}"


ONE: Final = Sheet(
    name="",
    title="Draw one character",
    size=(canvas.SIDE, canvas.SIDE),
    phone_size=(canvas.SIDE, canvas.SIDE),
    pens=(canvas.MIN_PEN, canvas.DEFAULT_PEN, canvas.MAX_PEN),
    is_titled=True,
    pen_help="Width of a stroke, in pixels of the canvas. Where the model learned from "
    "MNIST or EMNIST, the strokes are drawn anew with the pen of its data set, so "
    "any width will do.",
)

MANY: Final = Sheet(
    name="wide_",
    title="Draw a number or a word",
    size=(200, 640),
    phone_size=(180, 320),
    pens=(4, 10, 24),
    # There is no room for it beside the buttons.
    is_titled=False,
    pen_help="Width of a stroke, in pixels of the canvas.",
)


def drawn(places: Places, sheet: Sheet) -> Material | None:
    """Show a canvas and its tools.

    Returns:
        What is drawn; None while nothing is.

    Raises:
        PictureError: If the browser sent something else.
    """
    with places.tools:
        pen = _pen(sheet)
    with places.canvas:
        _title_and_buttons(sheet)
        strokes = _canvas(sheet, pen)
    return Material(origin="your drawing", strokes=strokes) if strokes else None


def clear(sheet: Sheet = ONE) -> None:
    """Empty a canvas; Undo brings the drawing back."""
    canvas.clear(sheet.key)


def _title_and_buttons(sheet: Sheet) -> None:
    """Show the buttons above the canvas: below it stands the answer."""
    is_phone = services.is_phone()
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if sheet.is_titled or not is_phone:
            st.subheader(sheet.title, anchor=False)
        st.button(
            "Undo",
            icon=":material/undo:",
            key=f"{sheet.name}undo",
            type="tertiary",
            shortcut=None if is_phone else "Ctrl+Z",
            disabled=not canvas.can_undo(sheet.key),
            on_click=canvas.undo,
            args=(sheet.key,),
        )
        st.button(
            "Clear",
            icon=":material/delete:",
            key=f"{sheet.name}clear",
            type="tertiary",
            shortcut=None if is_phone else "Delete",
            help="Clears the drawing; Undo brings it back.",
            on_click=clear,
            args=(sheet,),
        )


def _canvas(sheet: Sheet, pen: int) -> Strokes:
    return canvas.drawing_input(
        key=sheet.key,
        pen=pen,
        size=sheet.shown_size,
        alt=f"Canvas: {sheet.title[0].lower()}{sheet.title[1:]}",
    )


def _pen(sheet: Sheet) -> int:
    thinnest, usual, thickest = sheet.pens
    return st.slider(
        "Pen width",
        thinnest,
        thickest,
        usual,
        key=f"{sheet.name}pen",
        **state.LINKED,
        width=canvas.width(),
        help=sheet.pen_help,
    )
