"""Whether one of two runs is better, by their answers to the test images."""

from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.evaluation.comparison import Comparison
from core.records import Run
from dashboard import results, words
from dashboard.widgets.common import page_frame

MIN_P: Final = 0.001


def answers(chosen: Sequence[Run]) -> None:
    """Compare what runs answered to the test images.

    Args:
        chosen: Two runs or more, in the order in which they are compared.
    """
    titles = [f"({number}) {run.name}" for number, run in enumerate(chosen, start=1)]
    if len(chosen) == 2:  # noqa: PLR2004 - the test is one of pairs
        with page_frame.plain_errors():
            _verdict(chosen, titles)


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
