"""Choose the preset that a recipe starts from; delete one of one's own."""

import streamlit as st

from core.config import known_presets, own_presets, presets
from core.datasets import catalog
from dashboard import state, words
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.train.recipe_state import Chosen, choose_preset, key_of


def pick(chosen: Chosen) -> None:
    """Let the viewer choose a preset, and say what it is.

    Args:
        chosen: The recipe; its preset may be gone, then it is among the choices still.
    """
    own = own_presets.found()
    names = [each.name for each in presets.PRESETS] + list(own.names)
    if chosen.preset not in names:
        names.append(chosen.preset)
    st.pills(
        "Preset",
        names,
        format_func=lambda name: words.literal(name) or "\u2013",
        default=chosen.preset,
        required=True,
        key=key_of(state.PRESET),
        on_change=choose_preset,
    )
    _describe(chosen)
    for problem in own.problems:
        st.warning(words.message(problem), icon=":material/warning:")


def _describe(chosen: Chosen) -> None:
    preset = known_presets.find(chosen.preset)
    name = words.literal(chosen.preset)
    if preset is None:
        where = f"There is no preset {name} here (any more)" if name else "No preset"
        st.caption(
            f"{where}: every setting is as in the link or run. Changes are told from "
            f"{chosen.origin}."
        )
    elif preset.is_own:
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(preset.summary, width="content")
            _delete(chosen.preset)
    else:
        claim = words.claim(preset, catalog.spec(chosen.dataset))
        st.caption(f"{preset.summary} {claim}")


def _delete(name: str) -> None:
    with st.popover("Delete", icon=":material/delete:", type="tertiary"):
        st.markdown(
            "Runs and links that name this preset stay as they are. The recipe stays "
            "on this page, where it can be saved again."
        )
        st.button(
            f"Delete {words.literal(name)}",
            icon=":material/delete:",
            key="delete_preset",
            **read_only.guard(),
            on_click=_delete_now,
            args=(name,),
        )


def _delete_now(name: str) -> None:
    with page_frame.plain_errors():
        own_presets.delete(name)
        st.toast(f"Deleted preset {words.literal(name)}.", icon=":material/delete:")
