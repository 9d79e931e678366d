"""What the sample card tells below the pixels: one section at a time."""

from collections.abc import Callable, Mapping
from typing import Final

import numpy as np
import streamlit as st

from core.errors import InklabError
from dashboard import state, words
from dashboard.widgets.common import page_frame, section_picker
from dashboard.widgets.one_image import (
    counterfactual,
    layers,
    mattered,
    place,
    similar,
    variants,
)
from dashboard.widgets.one_image.subject import Subject

SECTIONS: Final[Mapping[str, Callable[[Subject], None]]] = {
    "What mattered": mattered.show,
    "What would change it": counterfactual.show,
    "Small changes": variants.show,
    "Similar images": similar.show,
    "Feature map": place.show,
    "Inside the network": layers.of_subject,
}


def show(subject: Subject) -> None:
    """Let the viewer choose a section, and show it.

    Only the chosen one is computed, and the page around it is not drawn again.
    """

    @page_frame.fragment
    def chosen_section() -> None:
        chosen = section_picker.pick(SECTIONS, label="About this image", key=state.CARD)
        if not np.isfinite(subject.probabilities).all():
            st.warning(
                "The network answers with numbers that are none, so nothing follows "
                "from them. Train it again with a smaller learning rate.",
                icon=":material/error:",
            )
            return
        try:
            SECTIONS[chosen](subject)
        except InklabError as error:
            # The pixels and the probabilities above it can still be looked at.
            st.warning(words.message(str(error)), icon=":material/error:")

    chosen_section()
