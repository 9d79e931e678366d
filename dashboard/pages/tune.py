"""Search for good settings: say what to vary, watch the trials, take the best."""

import streamlit as st

from dashboard import services, studies
from dashboard.widgets.common import dataset_picker, page_frame
from dashboard.widgets.tune import live_study, new_study, study_choice

page_frame.heading("Tune", "Which settings matter, and which network should I take?")

names = studies.names()
chosen = study_choice.choose(names)
if chosen:
    live_study.show(chosen)
    st.stop()

dataset_picker.pick_spec()
new_study.show(services.runs(), are_first=not names)
