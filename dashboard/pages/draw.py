"""Draw a character and see what the model predicts."""

import streamlit as st

from dashboard import services
from dashboard.widgets.common import page_frame, run_picker
from dashboard.widgets.draw import answer, drawing_input, many, sections
from dashboard.widgets.draw.layout import Places

page_frame.heading("Draw", "Does it recognise your handwriting?")

run = run_picker.pick_run()
spec = services.spec_of(run)
reads_many = many.pick_mode()


@page_frame.fragment
def draw_and_classify() -> None:
    """Classify with each stroke, without running the rest of the page again."""
    places = Places.on_page()
    came = drawing_input.drawn_or_opened(places)
    with places.prediction:
        st.subheader("Prediction", anchor=False)
        answered = answer.show(run, spec, came)
    if answered is not None:
        sections.show(answered)


@page_frame.fragment
def draw_and_read() -> None:
    """Read a number or a word with each stroke."""
    many.show(run, spec)


if reads_many:
    draw_and_read()
else:
    draw_and_classify()
