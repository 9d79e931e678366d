"""Draw a character and see what the model predicts."""

import streamlit as st

from dashboard import services
from dashboard.results.pictures import Reader
from dashboard.widgets.common import page_frame, run_picker
from dashboard.widgets.draw import (
    answer,
    correct,
    learn,
    many,
    pin,
    problem,
    prompts,
    sections,
    sheets,
    source,
)
from dashboard.widgets.draw.layout import Places

page_frame.heading("Draw", "Does it recognise your handwriting?")

run = run_picker.pick_run()
spec = services.spec_of(run)
reads_many = many.pick_mode()


@page_frame.fragment
def draw_and_classify() -> None:
    """Classify with each stroke, without running the rest of the page again."""
    places = Places.on_page()
    with places.canvas:
        prompts.summary(run)
        slot = prompts.prompt()
    came = source.material(places, Reader(run, spec), sheet=sheets.ONE)
    answered = None
    with places.prediction:
        # On a phone, the room is for the answer.
        if not services.is_phone():
            st.subheader("Prediction", anchor=False)
        with problem.in_its_place(came):
            answered = answer.show(run, spec, came)
        if slot is None:
            correct.show(answered)
            pin.show(answered)
            prompts.offer(run, spec)
    if slot is not None:
        prompts.controls(slot, answered)
    if answered is not None:
        sections.show(answered)
    learn.show(run, spec)


@page_frame.fragment
def draw_and_read() -> None:
    """Read a number or a word with each stroke."""
    many.show(run, spec)


if reads_many:
    draw_and_read()
else:
    draw_and_classify()
