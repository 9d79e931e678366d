"""Several runs beside each other: what differs, what they reached, how they learned."""

from collections.abc import Sequence
from typing import Final

import pandas as pd
import streamlit as st

from core.config import differing_settings
from core.config.controls import title_of
from core.evaluation.comparison import Comparison
from core.proportion import percent
from core.records import Run
from dashboard import figure, results, services, state, words
from dashboard.charts.curves import Quantity, Series, compared_curves
from dashboard.widgets.common import page_frame

MAX_CURVES: Final = 6
MIN_P: Final = 0.001
NOTHING: Final = "\u2013"


def compare(chosen: Sequence[Run]) -> None:
    """Compare two runs or more."""
    st.subheader(f"{len(chosen)} runs compared", anchor=False)
    titles = [f"({number}) {run.name}" for number, run in enumerate(chosen, start=1)]
    if len(chosen) == 2:  # noqa: PLR2004 - the test is one of pairs
        with page_frame.plain_errors():
            _verdict(chosen, titles)
    table_column, curve_column = st.columns(2, gap="medium")
    with table_column:
        _table(chosen, titles)
    with curve_column:
        _curves(chosen, titles)


def _verdict(chosen: Sequence[Run], titles: Sequence[str]) -> None:
    first, second = chosen
    if first.config.dataset != second.config.dataset:
        st.info(
            "They were tested on different images: do not compare their accuracies."
        )
    elif first.has_model and second.has_model:
        st.markdown(
            verdict(results.compare(first, second), *map(words.literal, titles)),
            help="This compares these two networks. Another seed gives other networks: "
            "to compare recipes, train each with several seeds.",
        )


def verdict(found: Comparison, one: str, other: str) -> str:
    """Say in words whether one of two runs is better.

    Args:
        found: Their answers compared.
        one: What the first is called, in Markdown.
        other: What the second is called, in Markdown.
    """
    if not found.only_first and not found.only_second:
        return "Both classify exactly the same test images correctly."
    counts = (
        f"Of {found.total:,} test images, {found.only_first:,} are classified "
        f"correctly only by **{one}**, and {found.only_second:,} only by **{other}**."
    )
    p_value = found.p_value
    p_text = f"p < {MIN_P}" if p_value < MIN_P else f"p = {p_value:.3f}"
    if not found.is_larger_than_chance:
        return (
            f"{counts} This may well be chance ({p_text}, McNemar's exact test): these "
            "images cannot tell which is better."
        )
    better = one if found.only_first > found.only_second else other
    return (
        f"{counts} This is unlikely to be chance ({p_text}, McNemar's exact test): "
        f"**{better}** is more accurate on such images."
    )


def _table(chosen: Sequence[Run], titles: Sequence[str]) -> None:
    rows = _results(chosen) | {
        title_of(name): tuple(words.literal(str(value)) for value in values)
        for name, values in differing_settings([run.config for run in chosen]).items()
    }
    table = pd.DataFrame.from_dict(
        rows, orient="index", columns=list(map(words.literal, titles))
    )
    st.table(
        table.replace("", NOTHING),
        alt="Results of the selected runs, and the settings in which they differ",
    )
    st.caption("Results and the settings that differ. All other settings are the same.")


def _results(chosen: Sequence[Run]) -> dict[str, tuple[str, ...]]:
    scores = [run.scores for run in chosen]
    shares = [each.accuracy for each in scores]
    return {
        "Test accuracy": tuple(percent(each.value) if each else "" for each in shares),
        "95 % interval": tuple(
            f"{words.interval(each)} %" if each else "" for each in shares
        ),
        "Test images": tuple(f"{each.total:,}" if each else "" for each in shares),
        "Best epoch": tuple(str(each.best_epoch or "") for each in scores),
        "Training time": tuple(
            words.duration(each.train_seconds) if each.train_seconds else ""
            for each in scores
        ),
    }


def _curves(chosen: Sequence[Run], titles: Sequence[str]) -> None:
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
