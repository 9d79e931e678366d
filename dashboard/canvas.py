"""The drawing canvas: a component that hands over paths when the pen is lifted.

Paths, not pixels: they can be drawn anew at any pen width. What was drawn is held in
the session, so it is still there after a look at another page. A pen that draws on
while the server answers is not disturbed: the browser takes over what is held here
only when its version has changed, as by `undo` and `clear`. A stroke that was drawn
on an earlier version is not taken: the browser adds the strokes that came later than
the last one taken to what it takes over, and sends them again. See canvas.js.
"""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

import streamlit as st

from core.imaging.strokes import Strokes
from dashboard import services, state

SIDE: Final = 280
MIN_PEN: Final = 8
MAX_PEN: Final = 40
DEFAULT_PEN: Final = 20

_PHONE_WIDTH: Final = 320  # leaves a margin on which a finger scrolls the page
_MAX_HELD: Final = 8  # drawings in a session

_show = st.components.v2.component(
    "inklab_canvas",
    js=Path(__file__).with_name("canvas.js").read_text("utf-8"),
    isolate_styles=False,
)


@dataclass(frozen=True)
class Held:
    """A drawing that the session holds.

    Attributes:
        document: The strokes as `Strokes.document` writes them; empty for none.
        version: Rises when the server has changed them.
        cleared: What was there before it was cleared, for undo.
        last: Number of the last stroke that was taken; the browser counts them.
    """

    document: str = ""
    version: int = 0
    cleared: str = ""
    last: int = 0

    def strokes(self, size: tuple[int, int]) -> Strokes:
        """Read the drawing.

        Raises:
            PictureError: If it is damaged.
        """
        if not self.document:
            return Strokes((), (), size)
        return Strokes.from_document(self.document)


def drawing_input(
    *,
    key: str,
    pen: int,
    size: tuple[int, int] = (SIDE, SIDE),
    alt: str = "Canvas: draw one character",
) -> Strokes:
    """Show a canvas and return what is drawn on it.

    Args:
        key: Name of the canvas; another name is another drawing.
        pen: Width of the next stroke in pixels.
        size: Height and width of the canvas in pixels; it is shown smaller where the
            page is narrower.
        alt: What it is, for those who cannot see it.

    Returns:
        The strokes; none while nothing is drawn.

    Raises:
        PictureError: If the browser sent something else.
    """
    held = held_drawing(key)
    _show(
        key=key,
        data={
            "strokes": held.document,
            "version": held.version,
            "last": held.last,
            "pen": pen,
            "size": size,
            "width": width(size),
            "alt": alt,
        },
        on_drawing_change=lambda: take(key),
    )
    return held.strokes(size)


def width(size: tuple[int, int] = (SIDE, SIDE)) -> int:
    """Return how wide a canvas is on the screen at most, in pixels."""
    return max(size[1], _PHONE_WIDTH) if services.is_phone() else size[1]


def undo(key: str) -> None:
    """Take back the last stroke, or the clearing of the canvas."""
    held = held_drawing(key)
    if not held.document:
        _hold(key, Held(held.cleared, held.version + 1, last=held.last))
        return
    drawn = held.strokes((SIDE, SIDE))
    fewer = Strokes(drawn.paths[:-1], drawn.pens[:-1], drawn.size)
    document = fewer.document() if fewer else ""
    _hold(key, Held(document, held.version + 1, held.cleared, held.last))


def clear(key: str) -> None:
    """Empty a canvas; `undo` brings the drawing back."""
    held = held_drawing(key)
    before = held.document or held.cleared
    _hold(key, Held("", held.version + 1, before, held.last))


def can_undo(key: str) -> bool:
    """Tell whether there is something to take back."""
    held = held_drawing(key)
    return bool(held.document or held.cleared)


def take(key: str) -> None:
    """Hold what the browser sent when the pen was lifted."""
    match st.session_state[key].get("drawing"), held_drawing(key):
        case (
            {"strokes": str(document), "version": version, "last": int(last)},
            held,
        ) if version == held.version:
            _hold(key, replace(held, document=document, cleared="", last=last))


def held_drawing(key: str) -> Held:
    """Return what is held of a canvas."""
    drawings: dict[str, Held] = st.session_state.get(state.DRAWINGS, {})
    return drawings.get(key, Held())


def _hold(key: str, held: Held) -> None:
    drawings: dict[str, Held] = st.session_state.get(state.DRAWINGS, {})
    others = [each for each in drawings.items() if each[0] != key]
    st.session_state[state.DRAWINGS] = dict([*others, (key, held)][-_MAX_HELD:])
