"""Draw a character and see what the model predicts."""

import streamlit as st

from dashboard import services
from dashboard.widgets.common import page_frame, run_picker
from dashboard.widgets.draw import answer, problem, sections, source

page_frame.heading("Draw", "Does it recognise your handwriting?")

run = run_picker.pick_run()
spec = services.spec_of(run)


@page_frame.fragment
def draw_and_classify() -> None:
    """Classify with each stroke, without running the rest of the page again."""
    canvas_column, answer_column = st.columns(2, gap="medium")
    with canvas_column:
        came = source.material(run, spec)
    answered = None
    with answer_column:
        st.subheader("Prediction", anchor=False)
        with problem.in_its_place(came):
            answered = answer.show(run, spec, came)
    if answered is not None:
        sections.show(answered)


draw_and_classify()
