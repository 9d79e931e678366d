"""Keep what was drawn or opened in My handwriting, with its label."""

import contextlib

import streamlit as st
from streamlit.errors import StreamlitAPIException

from core.errors import BlankDrawingError
from core.handwriting import collection
from core.handwriting.collection import Drawing
from core.imaging import ink
from core.imaging.strokes import Strokes
from core.types import GrayImage
from dashboard.widgets.draw import sheets
from dashboard.widgets.draw.character import Answered, Material


def keep(answered: Answered, label: str) -> Drawing:
    """Keep a character under a label, with what the run said of it.

    Raises:
        InklabError: If it cannot be kept; it says why.
    """
    return collection.add(
        _ink_of(answered.character.material),
        label=label,
        answer=answered.classes[answered.answer.best],
        confidence=answered.answer.confidence,
        run_id=answered.run.id,
    )


def next_canvas() -> None:
    """Clear the canvas, and draw this part of the page again."""
    sheets.clear()
    again()


def again() -> None:
    """Draw this part of the page again; all of it if it is all that runs."""
    with contextlib.suppress(StreamlitAPIException):
        st.rerun(scope="fragment")
    st.rerun()


def _ink_of(material: Material) -> Strokes | GrayImage:
    if material.strokes is not None:
        return material.strokes
    if material.picture is not None:
        return ink.ink_of_picture(material.picture)
    message = "Expected a drawing or a picture, got neither. Draw a character."
    raise BlankDrawingError(message)
