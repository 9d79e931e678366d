"""What does a run get wrong? All misclassified images, the most confident first."""

import streamlit as st

from dashboard import state
from dashboard.charts.words import count_of
from dashboard.widgets.common import (
    class_picker,
    page_frame,
    run_picker,
    sample_card,
    tested_on,
)
from dashboard.widgets.mistakes import mistakes_gallery

page_frame.heading("Mistakes", "What does it get wrong, and how confident was it?")

run = run_picker.pick_run()
tested = tested_on.pick(run)
evaluation, classes, dataset = tested.evaluation, tested.classes, tested.dataset

with st.container(horizontal=True):
    true, predicted = (
        class_picker.pick_any(
            label,
            classes,
            key=key,
            on_change=lambda: state.choose_image(None),
        )
        for label, key in (("True class", "true"), ("Predicted class", "predicted"))
    )
    order = mistakes_gallery.pick_order()
found = evaluation.mistakes.where(true=true, predicted=predicted)

if not len(found):
    st.info(
        "The model made no such mistake on the test images.", icon=":material/check:"
    )
    st.stop()

num_images = len(evaluation.predicted)
st.markdown(f"**{count_of(len(found), num_images)}** test images, {order}.")
if dataset is None:
    tested_on.no_images(run)
    st.stop()
gallery_column, card_column = st.columns([3, 2], gap="medium")
with gallery_column:
    shown = mistakes_gallery.page_of(found, order=order)
    mistakes_gallery.show(dataset, found, shown)
with card_column:
    chosen = state.image(num_images)
    index = int(found.indices[shown[0]]) if chosen is None else chosen
    sample_card.sample_card(run, dataset, evaluation, index)
