"""How good is a run? Scores, and a confusion matrix that can be clicked."""

import streamlit as st

from dashboard import state
from dashboard.widgets.common import (
    page_frame,
    report_button,
    run_picker,
    sample_card,
    tested_on,
)
from dashboard.widgets.evaluate import confusion, headline, sections

page_frame.heading("Evaluate", "How good is it on images it has never seen?")

run = run_picker.pick_run()
tested = tested_on.pick(run)
evaluation, classes, dataset = tested.evaluation, tested.classes, tested.dataset
report_button.show(run)

headline.show(run, tested)

cell = state.cell(len(classes))
matrix_column, cell_column = st.columns(2, gap="medium")
with matrix_column:
    st.subheader("Confusion matrix", anchor=False)
    view = confusion.pick_view(classes)
    confusion.matrix(evaluation, view, selected=cell)
with cell_column:
    st.subheader("Images of a cell, row or column", anchor=False)
    with st.container(horizontal=True):
        confusion.pick_cell(classes, selected=cell)
    if cell is None:
        st.info(
            "Click a cell of the matrix to see its images here, or a class or a total "
            "for all images of its row or column.",
            icon=":material/touch_app:",
        )
    elif dataset is None:
        tested_on.no_images(run)
    else:
        confusion.cell_images(dataset, evaluation, cell)
    confusion.most_confused_pairs(evaluation.matrix, classes, view)

index = state.image(len(evaluation.predicted))
if index is not None:
    sample_card.sample_card(run, dataset, evaluation, index)

sections.show(run, tested)
