"""How a drawing flows through the network, layer by layer."""

import streamlit as st

from core.records import Run
from dashboard import state
from dashboard.widgets.draw.drawing import Character
from dashboard.widgets.one_image import layers


def of_drawing(run: Run, character: Character, classes: tuple[str, ...]) -> None:
    """Show what each layer gives for a drawing, if somebody wants to see it.

    Args:
        run: A run with a model.
        character: What is classified.
        classes: Names of the classes.
    """
    with st.expander(
        "Inside the network",
        icon=":material/layers:",
        key=state.INSIDE,
        on_change="rerun",
    ) as unfolded:
        if not unfolded.open:
            return
        if character.steps is None:
            st.info(
                "Draw something: what each layer makes of it appears here.",
                icon=":material/draw:",
            )
            return
        layers.flow(
            run,
            character.steps.glyph,
            classes,
            member=layers.pick_member(run),
            key="draw_layer",
        )
