"""What a network says of the pinned drawing while it trains, and said afterwards."""

from typing import Final

import numpy as np
import streamlit as st

from core.proportion import percent
from core.records import Pinned, Run
from dashboard import figure, services, words
from dashboard.charts.pinned import pinned_curves
from dashboard.widgets.draw import pin

GLYPH_WIDTH: Final = 84


def show(run: Run, pinned: Pinned | None) -> None:
    """Show the probability of each class for the pinned drawing, epoch by epoch.

    Args:
        run: Any run.
        pinned: What is pinned to it, and what was said; None if nothing is.
    """
    if pinned is None:
        pin.offer(run)
        return
    classes = services.spec_of(run).classes
    if len(pinned.epochs) and pinned.probabilities.shape[1] != len(classes):
        return
    st.markdown("**Pinned drawing**")
    image, words_beside = st.columns([1, 4], vertical_alignment="center")
    image.image(pinned.image, width=GLYPH_WIDTH, alt="The pinned drawing, model input")
    words_beside.caption(_said(run, pinned, classes))
    if not len(pinned.epochs):
        return
    figure.show(
        pinned_curves(
            pinned.probabilities,
            epochs=pinned.epochs,
            classes=classes,
            num_epochs=max(run.training.epochs, pinned.epochs[-1]),
            view=f"pinned {run.id}",
            palette=services.palette(),
        ),
        key="pinned_curves",
        alt="Probability of each class for the pinned drawing after each epoch of "
        f"{run.name}",
    )


def _said(run: Run, pinned: Pinned, classes: tuple[str, ...]) -> str:
    if not len(pinned.epochs):
        return (
            "No epoch has ended since it was pinned."
            if not run.status.is_over
            else "No epoch ended after it was pinned."
        )
    last = pinned.probabilities[-1]
    best = int(np.argmax(last))
    return (
        f"After epoch {pinned.epochs[-1]}: **{words.literal(classes[best])}**, "
        f"{percent(float(last[best]), decimals=1)}. Probabilities as the network gives "
        "them, with the weights that are validated."
    )
