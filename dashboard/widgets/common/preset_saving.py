"""Save a recipe as a preset of one's own."""

from collections.abc import Callable

import streamlit as st

from core.config import TrainingConfig, own_presets
from dashboard import words
from dashboard.widgets.common import page_frame, read_only


def save_button(
    config: TrainingConfig, *, key: str, on_saved: Callable[[str], None] | None = None
) -> None:
    """Offer to save a recipe under a name.

    Args:
        config: The recipe.
        key: What tells this offer from others.
        on_saved: Called with the name when it is saved.
    """
    with st.popover(
        "Save as preset",
        icon=":material/bookmark_add:",
        type="tertiary",
        key=f"p_{key}",
    ):
        st.text_input(
            "Name of the preset",
            max_chars=own_presets.MAX_NAME,
            key=f"preset_name_{key}",
            help="It stands beside the presets on Train, and after --preset in the "
            "terminal.",
        )
        if own_presets.names():
            st.checkbox(
                "Replace my preset of this name, if there is one",
                key=f"preset_replaces_{key}",
            )
        st.button(
            "Save",
            icon=":material/save:",
            key=f"save_recipe_{key}",
            **read_only.guard(),
            on_click=_save,
            args=(config, key, on_saved),
        )


def _save(
    config: TrainingConfig, key: str, on_saved: Callable[[str], None] | None
) -> None:
    replaces = bool(st.session_state.get(f"preset_replaces_{key}"))
    with page_frame.plain_errors():
        written = st.session_state[f"preset_name_{key}"]
        name = own_presets.save(written, config, replaces=replaces)
        st.toast(f"Saved preset {words.literal(name)}.", icon=":material/bookmark:")
        if on_saved is not None:
            on_saved(name)
