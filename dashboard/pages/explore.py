"""What does the data look like?"""

import streamlit as st

from dashboard import state
from dashboard.widgets.common import dataset_picker, page_frame
from dashboard.widgets.explore import (
    classes,
    duplicates,
    image_map,
    images,
    measures,
    selection,
    summary,
)

CLASSES = "Classes"
MEASURES = "Measures"
DUPLICATES = "Duplicates"
MAP = "Map"

page_frame.heading("Explore", "What does the data look like?")

dataset = dataset_picker.pick()
known = summary.of(dataset)


@page_frame.fragment
def look_at_images() -> None:
    """Choose and enlarge images, without drawing the page around them again."""
    choice = selection.pick(dataset, known)
    gallery_column, card_column = st.columns([3, 2], gap="medium")
    with gallery_column:
        shown = images.page_of_images(choice)
    with card_column:
        images.card(choice, shown)
    if known is None:
        return
    view = st.segmented_control(
        "More about",
        (CLASSES, MEASURES, DUPLICATES, MAP),
        default=CLASSES,
        required=True,
        key=state.VIEW,
        **state.LINKED,
    )
    if view == CLASSES:
        classes.balance(dataset, known)
        average_column, difference_column = st.columns([3, 2], gap="medium")
        with average_column:
            classes.averages(choice)
        with difference_column:
            classes.difference(choice)
    elif view == MEASURES:
        measures.measures(choice)
    elif view == DUPLICATES:
        duplicates.duplicates(choice)
    else:
        image_map.image_map(choice)


look_at_images()
if known is None:
    summary.make(dataset)
