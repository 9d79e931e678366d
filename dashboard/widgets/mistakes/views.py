"""What Mistakes shows: what the run gets wrong, or what the labels may get wrong."""

from typing import Final

import streamlit as st

from dashboard import state

GALLERY: Final = "Gallery"
SUSPICIOUS: Final = "Suspicious labels"


def pick() -> str:
    """Let the viewer choose one of the views."""
    chosen: str = st.segmented_control(
        "View",
        (GALLERY, SUSPICIOUS),
        default=GALLERY,
        required=True,
        key=state.MISTAKES_VIEW,
        **state.LINKED,
        on_change=state.choose_image,
        args=(None,),
        label_visibility="collapsed",
    )
    return chosen
