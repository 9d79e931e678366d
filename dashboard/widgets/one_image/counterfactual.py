"""The pixels that decide what an image is taken for, in a sentence."""

import streamlit as st

from core.evaluation.counterfactual import MAX_TAKEN, Counterfactual, find
from dashboard import figure, services, words
from dashboard.charts.explained import decisive_view
from dashboard.widgets.one_image.explained import Explained


def show(subject: Explained) -> None:
    """Show a few pixels without which the answer is another one."""
    found = find(subject.predictor.predict, subject.image)
    if found is None:
        st.info(
            f"No {MAX_TAKEN} pixels were found that change the answer, neither by "
            "taking ink away nor by adding some: the network is sure of it.",
            icon=":material/verified:",
        )
        return
    sentence = _sentence(found, subject)
    st.markdown(f"**{sentence}** ({words.confidence(found.confidence)}).")
    figure.show(
        decisive_view(subject.image, found.changed, palette=services.palette()),
        key="card_decisive",
        alt=f"The pixels that decide, marked on {subject.name}. {sentence}",
    )
    st.caption(
        "Found step by step: the pixel that weakens the answer most is taken next, and "
        "in the end those are given back that were not needed. Fewer may do it."
    )


def _sentence(found: Counterfactual, subject: Explained) -> str:
    """Say what the pixels do: "Without these 6 pixels it is taken for a 4"."""
    if found.side == 1:
        what = (
            "this pixel" if found.num_taken == 1 else f"these {found.num_taken} pixels"
        )
    else:
        size = f"{found.side} x {found.side} pixels"
        what = (
            f"this patch of {size}"
            if found.num_taken == 1
            else f"these {found.num_taken} patches of {size}"
        )
    start = (
        f"Without {what}" if found.way == "without" else f"With {what} inked as well"
    )
    return (
        f"{start}, it is predicted as {words.literal(subject.class_name(found.answer))}"
    )
