"""Settings that are set by a click on something else, and stay so.

With each click a browser sends all settings as it has them. So a click on Start
right after one on a preset would take back what the preset says: for a moment,
what goes back to how it was is the browser's doing and not the viewer's.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

import streamlit as st

from dashboard import state
from dashboard.widgets import clock
from dashboard.widgets.settings import Values

MOMENT: Final = timedelta(seconds=2)
"""A busy server takes so long to answer; a hand takes longer to undo a click."""


@dataclass(frozen=True)
class _Filling:
    """Settings that were set together.

    Attributes:
        when: The time.
        preset: The preset that was chosen then.
        before: What they were; None if the page had not been run yet.
        after: What they are.
    """

    when: datetime
    preset: str
    before: Values
    after: Values


def fill_in(values: Values) -> None:
    """Set settings, each under its key."""
    before = {key: st.session_state.get(key) for key in values}
    preset = st.session_state[state.PRESET]
    filling = _Filling(clock.now(), preset, before, values)
    st.session_state[state.FILLINGS] = (*_recent(), filling)
    st.session_state.update(values)


def keep(*, preset: str) -> None:
    """Set again what the browser set back because it did not know of it yet.

    Args:
        preset: The chosen preset; what was set for another one is left alone.
    """
    recent = _recent()
    if not recent or recent[-1].preset != preset:
        return
    wanted: dict[str, Any] = {}
    for filling in recent:
        wanted |= filling.after
    for key, value in wanted.items():
        if st.session_state[key] in _old(key, recent):
            st.session_state[key] = value


def _recent() -> tuple[_Filling, ...]:
    fillings: tuple[_Filling, ...] = st.session_state.get(state.FILLINGS, ())
    now = clock.now()
    # The clock may have been set back since.
    return tuple(
        filling for filling in fillings if timedelta() <= now - filling.when < MOMENT
    )


def _old(key: str, fillings: Sequence[_Filling]) -> list[Any]:
    """Return what the browser may still have."""
    return [
        values[key]
        for filling in fillings
        for values in (filling.before, filling.after)
        if key in values
    ]
