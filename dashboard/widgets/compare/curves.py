"""The learning curves of several runs in one figure."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.records import Run
from dashboard import figure, services, state
from dashboard.charts.curves import Quantity, Series, compared_curves
from dashboard.widgets.compare import run_choice

MAX_CURVES: Final = 6


def show(chosen: Sequence[Run]) -> None:
    """Show the validation curves of some runs."""
    st.subheader("Learning curves", anchor=False)
    titles = run_choice.titles(chosen)
    quantity = _pick_quantity()
    series = []
    for run, title in list(zip(chosen, titles, strict=True))[:MAX_CURVES]:
        history = services.history(run)
        values = history.val_accuracy if quantity == "Accuracy" else history.val_loss
        epochs = tuple(float(epoch) for epoch in range(1, len(values) + 1))
        if values:
            series.append(Series(title, epochs, values, "validation"))
    if not series:
        st.info("None of these runs has a validation curve.")
        return
    figure.show(
        compared_curves(
            quantity,
            series,
            epochs=max(len(line.x) for line in series),
            palette=services.palette(),
        ),
        key="compared_curves",
        alt=f"Validation {quantity.lower()} by epoch of the selected runs",
    )
    if len(series) < len(chosen):
        st.caption(
            f"Curves of {len(series)} of {len(chosen)} runs: at most {MAX_CURVES} are "
            "shown, and only of runs with a validation curve."
        )


def _pick_quantity() -> Quantity:
    chosen = st.segmented_control(
        "Validation",
        ("Accuracy", "Loss"),
        default="Accuracy",
        required=True,
        key=state.CURVES,
        **state.LINKED,
    )
    return "Loss" if chosen == "Loss" else "Accuracy"
