"""All runs: find, name, export, delete them, and make ensembles."""

import streamlit as st

from dashboard import page_paths, services, words
from dashboard.widgets.common import (
    dataset_picker,
    first_run,
    page_frame,
    run_filter,
    run_picker,
)
from dashboard.widgets.runs import (
    disk_usage,
    run_actions,
    run_deletion,
    run_details,
    run_table,
    study_folds,
)

page_frame.heading("Runs", "Which runs are there, and which one is best?")

run_deletion.undo()
everything = services.runs()
taken = services.sizes()
if not everything:
    st.info(
        "No runs yet. Each training becomes a row here, with its settings and results, "
        "which you can sort and compare.",
        icon=":material/info:",
    )
    if not first_run.watch():
        run_picker.first_run_button(dataset_picker.chosen_spec())
    st.page_link(page_paths.TRAIN, label="Train", icon=":material/model_training:")
    if taken:
        disk_usage.show(everything, taken)
    st.stop()

listed = study_folds.listed(everything)
if not listed:
    st.info(
        "All runs are trials of studies. Choose a study above to list its trials.",
        icon=":material/info:",
    )
    disk_usage.show(everything, taken)
    st.stop()

shown = run_filter.filtered(listed)
st.caption(
    f"{len(shown):,} of {words.count(len(listed), 'run')}. Click a heading to "
    "sort. Select one run to open it, or several to compare them."
)
if not shown:
    st.info("No run matches. Change the filter.", icon=":material/filter_alt_off:")
    disk_usage.show(everything, taken)
    st.stop()

run_table.watch(everything)
chosen = run_table.select(shown, taken)
if chosen:
    with st.container(border=True):
        if len(chosen) == 1:
            run_details.details(chosen[0])
        else:
            run_actions.compare(chosen)
        with st.container(horizontal=True):
            run_actions.export(chosen)
            run_actions.combine(chosen)
            run_deletion.delete(chosen)
disk_usage.show(everything, taken)
