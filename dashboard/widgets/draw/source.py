"""Which is read where there is both a drawing and an open picture: the latest."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from dashboard import state


@dataclass(frozen=True)
class Source:
    """What there was to read when the page was last run, and which of it was read.

    Attributes:
        drawing: Tells one drawing from another; empty while nothing is drawn.
        picture: Tells one picture from another; empty while none is open.
        read: Which of the two is read; empty if there is neither.
    """

    drawing: str = ""
    picture: str = ""
    read: Literal["", "drawing", "picture"] = ""


def latest(before: Source, *, drawing: str, picture: str) -> Source:
    """Say which is read now: what was drawn or opened last, of what is still there.

    Args:
        before: What there was.
        drawing: Tells the drawing from others; empty if there is none.
        picture: Tells the picture from others; empty if there is none.
    """
    read = before.read
    if drawing != before.drawing:
        read = "drawing"
    if picture != before.picture:
        read = "picture"
    if not drawing:
        read = "picture"
    if not picture:
        read = "drawing" if drawing else ""
    return Source(drawing=drawing, picture=picture, read=read)


def follow(*, drawing: str, picture: str, key: str = state.DRAW_SOURCE) -> Source:
    """Say which is read now in this session; see `latest`.

    Args:
        drawing: Tells the drawing from others; empty if there is none.
        picture: Tells the picture from others; empty if there is none.
        key: Of what is remembered in this session.
    """
    before: Source = st.session_state.get(key, Source())
    now = latest(before, drawing=drawing, picture=picture)
    st.session_state[key] = now
    return now
