"""What Draw tells below the answer: one section at a time."""

from collections.abc import Callable, Mapping
from typing import Final

import streamlit as st

from dashboard import state
from dashboard.widgets.draw import inside, steps
from dashboard.widgets.draw.character import Answered

SECTIONS: Final[Mapping[str, Callable[[Answered], None]]] = {
    "From drawing to model input": steps.section,
    "Inside the network": inside.section,
}


def show(answered: Answered) -> None:
    """Let the viewer choose a section, and show it; only that one is computed."""
    chosen = st.segmented_control(
        "About this drawing",
        list(SECTIONS),
        default=next(iter(SECTIONS)),
        required=True,
        key=state.ABOUT_DRAWING,
        **state.LINKED,
        wrap=True,
        label_visibility="collapsed",
    )
    # An address with an empty choice chooses none.
    SECTIONS[chosen or next(iter(SECTIONS))](answered)
