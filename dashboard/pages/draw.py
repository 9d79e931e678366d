"""Draw a character and see what the model predicts."""

import streamlit as st

from dashboard import services
from dashboard.widgets.common import page_frame, run_picker
from dashboard.widgets.draw import answer, correct, drawing_input, prompts, sections

page_frame.heading("Draw", "Does it recognise your handwriting?")

run = run_picker.pick_run()
spec = services.spec_of(run)


@page_frame.fragment
def draw_and_classify() -> None:
    """Classify with each stroke, without running the rest of the page again."""
    canvas_column, answer_column = st.columns(2, gap="medium")
    with canvas_column:
        prompts.summary(run)
        slot = prompts.prompt()
        if slot is None:
            st.subheader("Draw one character", anchor=False)
        came = drawing_input.drawn_or_opened()
    with answer_column:
        st.subheader("Prediction", anchor=False)
        answered = answer.show(run, spec, came)
        if slot is None:
            correct.show(answered)
            prompts.offer(run, spec)
    if slot is not None:
        prompts.controls(slot, answered)
    if answered is not None:
        sections.show(answered)


draw_and_classify()
