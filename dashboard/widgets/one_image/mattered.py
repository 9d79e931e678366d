"""Which ink of an image speaks for a class, and which against it."""

import numpy as np
import streamlit as st

from core.evaluation.occlusion import occlude
from dashboard import figure, services, state, words
from dashboard.charts.explained import worth_view
from dashboard.charts.words import signed
from dashboard.widgets.common import class_picker
from dashboard.widgets.one_image.explained import Explained

PREDICTED = "Predicted class"
STRONGEST = "Strongest rival"


def show(subject: Explained) -> None:
    """Show the occlusion map for a class against its rival."""
    with st.container(horizontal=True):
        picked = class_picker.pick_or_default(
            "For", subject.classes, default=PREDICTED, key=state.CHOSEN_CLASS
        )
        against = class_picker.pick_or_default(
            "Against", subject.classes, default=STRONGEST, key=state.RIVAL_CLASS
        )
    chosen = subject.predicted if picked is None else picked
    rival = _strongest(subject, chosen) if against is None else against
    if chosen == rival:
        st.info(
            "A class cannot be its own rival: choose two different ones.",
            icon=":material/info:",
        )
        return
    _map(subject, chosen, rival)


def _map(subject: Explained, chosen: int, rival: int) -> None:
    found = occlude(
        subject.predictor.predict, subject.image, chosen=chosen, rival=rival
    )
    if not found.num_patches:
        st.info(
            "There is no ink in this image that could be taken away.",
            icon=":material/info:",
        )
        return
    names = subject.class_name(chosen), subject.class_name(rival)
    figure.show(
        worth_view(subject.image, found.worth, names=names, palette=services.palette()),
        key="card_worth",
        alt=f"Which ink of {subject.name} speaks for {names[0]}, and which for "
        f"{names[1]}",
    )
    one, other = map(words.literal, names)
    st.caption(
        f"Blue ink speaks for **{one}**, red ink for **{other}**: a soft patch of ink "
        f"was taken away at each of {found.num_patches} places, and the network was "
        f"asked again. The strongest colour is {np.abs(found.worth).max():.2f} nats of "
        f"log p({one}) - log p({other}), which is {signed(found.score, decimals=2)} "
        "for the whole image."
    )


def _strongest(subject: Explained, chosen: int) -> int:
    """Return the class that is most in question beside the chosen one."""
    if subject.true is not None and subject.true not in (subject.predicted, chosen):
        return subject.true
    if chosen != subject.predicted:
        return subject.predicted
    others = np.argsort(-subject.probabilities, kind="stable")
    return int(next(each for each in others if each != chosen))
