"""What is here, and what to do next."""

import streamlit as st

from dashboard import page_paths, services, state, words
from dashboard.widgets.common import (
    clock,
    dataset_picker,
    first_run,
    gallery,
    page_frame,
    run_picker,
)

NUM_GLYPHS = 40
NUM_RUNS = 5

page_frame.heading(
    "Inklab",
    "Look at handwriting, teach a network to read it, find out where it fails. "
    "Everything stays on your machine: the data, the training, the results.",
)

dataset = dataset_picker.pick()
spec = dataset.spec
everything = services.runs()
latest = services.without_trials(everything)[:NUM_RUNS]
finished = services.finished_runs(everything)

data_column, run_column = st.columns(2, gap="medium")
with data_column, st.container(border=True, height="stretch"):
    st.subheader(f"The data: {words.literal(spec.title)}", anchor=False)
    st.markdown(
        f"{spec.num_train + spec.num_test:,} images in "
        f"{len(spec.classes)} classes: {spec.num_train:,} for training, "
        f"{spec.num_test:,} for testing."
    )
    gallery.strip(dataset, count=NUM_GLYPHS, key="overview_glyphs")
    st.page_link(
        page_paths.EXPLORE,
        label="Explore the data",
        icon=":material/grid_view:",
        query_params={state.DATA_SET: spec.name},
    )

with run_column, st.container(border=True, height="stretch"):
    st.subheader("Latest runs", anchor=False)
    if latest:
        run_picker.table(latest)
    else:
        st.info("No network has been trained yet.", icon=":material/info:")
    with st.container(horizontal=True):
        st.page_link(page_paths.TRAIN, label="Train", icon=":material/model_training:")
        st.page_link(page_paths.RUNS, label="All runs", icon=":material/table_rows:")

with st.container(border=True):
    st.subheader("Next step", anchor=False)
    if finished:
        title = words.run_title(finished[0], now=clock.now())
        st.markdown(
            f"The newest network ({words.literal(title)}) is "
            "ready: see how good it is and where it fails, or try your handwriting."
        )
        run_picker.links(finished[0])
    elif not first_run.watch():
        st.markdown(
            "Train a first network: it takes seconds, and classifies most images that "
            "it has never seen correctly."
        )
        run_picker.first_run_button(spec)
