"""What two runs predict for one image."""

from typing import Final

import streamlit as st

from core.datasets.store import Dataset
from dashboard import state, words
from dashboard.results import Evaluation
from dashboard.widgets.common import sample_card
from dashboard.widgets.compare.two_runs import TwoRuns

EXPLAINED: Final = ("First run", "Second run")


def in_short(two: TwoRuns, index: int) -> str:
    """Write both predictions of a test image in a line, as plain text."""
    label = int(two.first.predictions.labels[index])
    said = ", then ".join(
        f"as {two.classes[each.predicted[index]]} "
        f"({words.confidence(_confidence(each, index))})"
        for each in (two.first, two.second)
    )
    return f"test image {index:,}: {two.classes[label]} predicted {said}"


def card(two: TwoRuns, index: int) -> None:
    """Show a test image, and the probabilities that both runs give it.

    Args:
        two: The runs.
        index: Position among the test images.
    """
    label = int(two.first.predictions.labels[index])
    with st.container(border=True):
        st.subheader(
            f"Test image {index:,}: {words.literal(two.classes[label])}", anchor=False
        )
        pixels, *bars = st.columns(3)
        with pixels:
            if two.dataset is None:
                st.caption("The image is not here any more.")
            else:
                sample_card.large_glyph(
                    two.dataset.test.images[index], key="card_pixels"
                )
        _bars(two, index, label, columns=bars)
        if two.dataset is not None:
            _why(two, two.dataset, index)


def _why(two: TwoRuns, dataset: Dataset, index: int) -> None:
    """Show why one of the two runs predicts it so."""
    chosen = st.segmented_control(
        "Why does it predict that?",
        list(EXPLAINED),
        default=EXPLAINED[0],
        required=True,
        key=state.EXPLAINED_RUN,
        **state.LINKED,
    )
    number = EXPLAINED.index(chosen)
    evaluation = (two.first, two.second)[number]
    sample_card.explain(two.runs[number], dataset, evaluation, index)


def _bars(
    two: TwoRuns,
    index: int,
    label: int,
    *,
    columns: list[st.delta_generator.DeltaGenerator],
) -> None:
    runs = zip(columns, (two.first, two.second), two.titles, strict=True)
    for number, (column, each, title) in enumerate(runs, start=1):
        with column:
            predicted = two.classes[each.predicted[index]]
            st.markdown(
                f"**{words.literal(title)}**: predicted as {words.literal(predicted)}, "
                f"{words.confidence(_confidence(each, index))}"
            )
            sample_card.likely_classes(
                each.predictions.probabilities[index],
                two.classes,
                true=label,
                key=f"card_bars_{number}",
                alt=f"Probability of each class for test image {index}, {title}",
            )


def _confidence(run: Evaluation, index: int) -> float:
    return float(run.predictions.probabilities[index].max())
