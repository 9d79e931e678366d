"""Where writing comes from: drawn here, from pictures, or from the camera."""

from typing import Final

import streamlit as st

from dashboard import state
from dashboard.results.pictures import Reader
from dashboard.widgets.draw import camera, pictures, sheets
from dashboard.widgets.draw.character import Material
from dashboard.widgets.draw.layout import Places
from dashboard.widgets.draw.sheets import Sheet

DRAW: Final = "Draw"
PICTURES: Final = "Pictures"
CAMERA: Final = "Camera"

_INVITATIONS: Final = {
    DRAW: ("Draw", "something", ":material/draw:"),
    PICTURES: ("Open or paste a picture of", "one character", ":material/image:"),
    CAMERA: ("Photograph", "one character", ":material/photo_camera:"),
}


def invite(what_appears: str, *, thing: str = "") -> None:
    """Ask for something to read.

    Args:
        what_appears: What the viewer gets.
        thing: What to draw; one character if empty.
    """
    chosen = st.session_state.get(state.DRAW_FROM) or DRAW
    text, usual, icon = _INVITATIONS[chosen]
    st.info(f"{text} {thing or usual}: {what_appears} appears here.", icon=icon)


def material(places: Places, reader: Reader, *, sheet: Sheet) -> Material | None:
    """Let the viewer choose a source and use it.

    Args:
        places: Where on the page it stands.
        reader: What reads it, for the answers in a table of several pictures.
        sheet: The canvas to draw on.

    Returns:
        What came from it; None if nothing did.

    Raises:
        PictureError: If the browser sent what is no drawing.
    """
    with places.canvas:
        chosen = st.segmented_control(
            "Source",
            [DRAW, PICTURES, CAMERA],
            default=DRAW,
            required=True,
            key=state.DRAW_FROM,
            **state.LINKED,
            label_visibility="collapsed",
        )
    if chosen == PICTURES:
        return pictures.material(places, reader)
    if chosen == CAMERA:
        with places.canvas:
            return camera.material(reader)
    return sheets.drawn(places, sheet)
