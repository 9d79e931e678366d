"""Choose a study, or to make a new one; the address has its name."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from dashboard import state, words

NEW: Final = "New study"
_PICKER: Final = "study_picker"


def choose(names: Sequence[str]) -> str:
    """Let the viewer choose, and return the name; empty for a new study.

    Args:
        names: Of all studies, the newest first.
    """
    wanted = state.study_name()
    if wanted and wanted not in names:
        st.warning(
            f"There is no study {words.literal(wanted)}: it was deleted, or never was.",
            icon=":material/warning:",
        )
        wanted = None
    # Who comes here first sees what was done last.
    chosen = next(iter(names), "") if wanted is None else wanted
    state.keep_study(chosen)
    if not names:
        return ""
    st.session_state[_PICKER] = chosen
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Study",
            ["", *names],
            format_func=lambda name: name or NEW,
            key=_PICKER,
            on_change=_choose,
            width=420,
        )
        if chosen:
            st.button(
                NEW,
                icon=":material/add:",
                key="new_study",
                on_click=state.choose_study,
                args=("",),
            )
    return chosen


def _choose() -> None:
    state.choose_study(st.session_state[_PICKER])
