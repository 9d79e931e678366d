"""A photo that this device takes; its camera is asked for only here."""

import streamlit as st

from dashboard.results.pictures import Reader
from dashboard.widgets.draw import crop
from dashboard.widgets.draw.character import Material
from dashboard.widgets.draw.opened import Opened


def material(reader: Reader) -> Material | None:
    """Let the viewer take a photo, and show it with what there is to say of it.

    Args:
        reader: What reads it.

    Returns:
        The photo; None while there is none.
    """
    taken = st.camera_input(
        "Photograph what is written",
        resolution="1080p",
        help="Browsers open the camera for pages with https and on this very machine. "
        "Elsewhere choose Pictures: there a phone offers its camera as well.",
    )
    if taken is None:
        return None
    photo = Opened(name="photo", content=taken.getvalue())
    return crop.part_of(photo, reader, origin="your photo", is_shown=False)
