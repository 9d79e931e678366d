"""Draw a character and see what the model predicts."""

import streamlit as st

from dashboard import results, services
from dashboard.widgets.common import page_frame, run_picker
from dashboard.widgets.draw import drawing, inside

page_frame.heading("Draw", "Does it recognise your handwriting?")

run = run_picker.pick_run()
predictor = results.predictor(run.id)
temperature = results.temperature(run)
spec = services.spec_of(run)


@page_frame.fragment
def draw_and_classify() -> None:
    """Classify with each stroke, without running the rest of the page again."""
    canvas_column, seen_column, answer_column = st.columns(3, gap="medium")
    with canvas_column:
        st.subheader("Draw one character", anchor=False)
        character = drawing.drawn_or_opened(spec)
    # What one waits for comes first.
    with answer_column:
        st.subheader("Prediction", anchor=False)
        drawing.answer(predictor, character, spec.classes, temperature)
    with seen_column:
        st.subheader(f"Model input, {drawing.size(spec)}", anchor=False)
        drawing.steps(character.steps, spec)
    inside.of_drawing(run, character, spec.classes)


draw_and_classify()
