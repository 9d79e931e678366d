"""Where a character comes from: drawn here, from pictures, or from the camera."""

from typing import Final

import streamlit as st

from core.datasets.spec import DatasetSpec
from core.records import Run
from dashboard import state
from dashboard.widgets.draw import camera, drawing_input, pictures
from dashboard.widgets.draw.character import Material

DRAW: Final = "Draw"
PICTURES: Final = "Pictures"
CAMERA: Final = "Camera"


def material(run: Run, spec: DatasetSpec) -> Material | None:
    """Let the viewer choose a source and use it.

    Args:
        run: A run with a model, for the answers in a table of several pictures.
        spec: The data set that it learned from.

    Returns:
        What came from it; None if nothing did.
    """
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
        return pictures.material(run, spec)
    if chosen == CAMERA:
        return camera.material()
    return drawing_input.drawn()
