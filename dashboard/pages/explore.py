"""What does the data look like?"""

import streamlit as st

from dashboard import services, state, words
from dashboard.charts.words import count_of
from dashboard.widgets.common import page_frame, sample_card
from dashboard.widgets.explore import samples

page_frame.heading("Explore", "What does the data look like?")

dataset = services.default_dataset()
spec = dataset.spec


@page_frame.fragment
def look_at_images() -> None:
    """Choose and enlarge images, without drawing the rest of the page again."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        split = samples.pick_split()
        label = samples.pick_class(spec.classes)
        st.button(
            "New samples",
            icon=":material/casino:",
            key="other_images",
            on_click=state.count_up,
            args=(state.SAMPLE,),
        )

    images = samples.images_of(dataset, split)
    shown = samples.sample(images, label)
    samples_column, image_column = st.columns([3, 2], gap="medium")
    with samples_column:
        st.subheader(f"Samples of {words.literal(spec.title)}", anchor=False)
        samples.samples(dataset, images, shown)
        st.caption(
            f"{count_of(len(shown), samples.num_images(images, label))} {split} "
            "images, drawn at random. Click one to enlarge it."
        )
    with image_column:
        chosen = state.image(len(images.labels))
        index = int(shown[0]) if chosen is None else chosen
        name = spec.classes[images.labels[index]]
        st.subheader(f"{name}, {split} image {index:,}", anchor=False)
        sample_card.large_glyph(images.images[index], key="explore_pixels")
        st.caption("Hover over a pixel for its value: 0 is paper, 255 is full ink.")


look_at_images()

balance_column, average_column = st.columns([3, 2], gap="medium")
with balance_column:
    st.subheader("Class balance", anchor=False)
    samples.balance(dataset)
with average_column:
    st.subheader("Average image of each class", anchor=False)
    samples.averages(dataset)
    st.caption(f"Mean of the {spec.num_train:,} training images, by class.")
