"""Draw a character and see what the model makes of it."""

import streamlit as st

from dashboard import results, services
from dashboard.widgets import draw, frame, runs

frame.heading("Draw", "Does it read your hand?")

run = runs.pick_run()
predictor = results.predictor(run.id)
classes = services.spec_of(run).classes


@frame.fragment
def draw_and_read() -> None:
    """Read each stroke without running the rest of the page again."""
    canvas_column, seen_column, answer_column = st.columns(3, gap="medium")
    with canvas_column:
        st.subheader("Draw one character", anchor=False)
        drawn = draw.canvas_with_tools()
        drawing = draw.picture() or drawn
    # What one waits for comes first.
    with answer_column:
        st.subheader("What it reads", anchor=False)
        draw.answer(predictor, drawing.glyph if drawing else None, classes)
    with seen_column:
        st.subheader("What the model sees", anchor=False)
        draw.steps(drawing)


draw_and_read()
