"""Several runs beside each other: which is better, what differs, how they learned."""

import streamlit as st

from core.runs.answers import MIN_RUNS
from dashboard import services, state
from dashboard.widgets.common import dataset_picker, first_run, page_frame, run_picker
from dashboard.widgets.compare import all_runs, answers, curves, recipes, run_choice

page_frame.heading("Compare", "Which run is better, and is the difference real?")

everything = services.runs()
if not everything:
    st.info(
        "No runs yet. Train two networks or more to see here what differs and which is "
        "better.",
        icon=":material/info:",
    )
    if not first_run.watch():
        run_picker.first_run_button(dataset_picker.chosen_spec())
    st.stop()

all_runs.open_asked_for(everything)
if run_choice.pick_view() == state.ALL_RUNS:
    all_runs.show(everything)
    st.stop()

chosen = run_choice.choose(everything)
if len(chosen) < MIN_RUNS:
    run_choice.offer(everything, chosen)
    st.stop()

answers.answers(chosen)
recipes.differences(chosen)
curves.show(chosen)
