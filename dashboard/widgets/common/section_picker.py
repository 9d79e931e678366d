"""Show one section at a time: a page that computed all of them would be slow."""

from collections.abc import Iterable

import streamlit as st

from dashboard import state


def pick(sections: Iterable[str], *, label: str, key: str) -> str:
    """Let the viewer choose a section, which links carry.

    Args:
        sections: Their titles, the first of which is shown unless another is chosen.
        label: What they are about, for those who cannot see it.
        key: Query parameter of the choice; see `dashboard.state`.
    """
    titles = list(sections)
    chosen = st.segmented_control(
        label,
        titles,
        default=titles[0],
        required=True,
        key=key,
        **state.LINKED,
        wrap=True,
        label_visibility="collapsed",
    )
    # An address with an empty choice chooses none.
    return chosen or titles[0]
