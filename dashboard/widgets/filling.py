"""Settings that are set together, and stay so until the browser knows of them.

With each click a browser sends all settings as it has them. So a click on Start
right after one on a preset would take back what the preset says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import streamlit as st

from dashboard import state


@dataclass
class _Filling:
    """Settings that were set together.

    Attributes:
        before: What those that changed were.
        after: What they are.
        preset: The preset that they were first sent to the browser with, if any.
    """

    before: Mapping[str, Any]
    after: Mapping[str, Any]
    preset: str | None = None


def fill_in(values: Mapping[str, Any]) -> None:
    """Set settings, each under its key."""
    before = {
        key: st.session_state.get(key)
        for key, value in values.items()
        if st.session_state.get(key) != value
    }
    after = {key: values[key] for key in before}
    st.session_state[state.FILLING] = _Filling(before, after)
    st.session_state.update(values)


def keep(*, preset: str) -> None:
    """Set again what the browser set back because it did not know of it yet.

    One setting alone may have been set back by hand, and so may all of them when
    the preset is another.

    Args:
        preset: The chosen preset.
    """
    last: _Filling | None = st.session_state.get(state.FILLING)
    if last is None:
        return
    is_set_back = all(st.session_state[key] == old for key, old in last.before.items())
    if is_set_back and len(last.before) > 1 and last.preset in {None, preset}:
        st.session_state.update(last.after)
    elif last.preset is not None:
        del st.session_state[state.FILLING]
        return
    last.preset = preset
