"""Strokes that arrive while the server changes the drawing."""

import pytest
import streamlit as st

from dashboard import canvas
from tests.dashboard.test_draw_page import bar


def test_a_stroke_drawn_before_an_undo_arrived_does_not_bring_back_what_it_took(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The browser sends it again, on what the undo left."""
    document = bar().document()
    sent = {"strokes": document, "version": 0, "last": 1}
    monkeypatch.setattr(st, "session_state", {"canvas": {"drawing": sent}})
    canvas.take("canvas")
    assert canvas.held_drawing("canvas") == canvas.Held(document, last=1)

    canvas.undo("canvas")
    sent["last"] = 2
    canvas.take("canvas")
    assert canvas.held_drawing("canvas") == canvas.Held("", version=1, last=1)

    sent["version"] = 1
    canvas.take("canvas")
    assert canvas.held_drawing("canvas") == canvas.Held(document, version=1, last=2)
