"""One doubtful label: the image large, what may be right, and why."""

import streamlit as st

from core.proportion import percent
from core.records import Run
from core.types import Indices
from dashboard import figure, services, state, words
from dashboard.charts.bars import OTHERS, other_classes, probability_bars
from dashboard.widgets.common import sample_card
from dashboard.widgets.mistakes import label_decisions, label_list
from dashboard.widgets.mistakes.label_list import PARTS, DoubtfulLabels
from dashboard.widgets.one_image import sections
from dashboard.widgets.one_image.subject import Subject


def show(run: Run, labels: DoubtfulLabels, places: Indices, shown: Indices) -> None:
    """Show the chosen image, or the first of the page.

    Args:
        run: By whose predictions the labels are doubted.
        labels: What is known of the labels.
        places: Those that are listed, by their places in the ranking.
        shown: Those of them on the page.
    """
    index = state.image(len(labels.found))
    if index is None:
        if not len(shown):
            label_decisions.undo(labels)
            return
        index = int(labels.found.indices[shown[0]])
    (place,) = labels.found.places_of([index]).tolist()
    with st.container(border=True):
        _heading(labels, place)
        pixels, bars = st.columns(2)
        with pixels:
            sample_card.large_glyph(labels.split.images[index], key="label_pixels")
        with bars:
            _probabilities(labels, place)
        _badges(labels, place)
        label_decisions.show(labels, places, place)
        if labels.part == "test":
            _explain(run, labels, place)


def _explain(run: Run, labels: DoubtfulLabels, place: int) -> None:
    """Show, if somebody wants to know, why the run sees what it sees."""
    # Not at once: who goes through the list with keys would wait for it each time.
    if not st.toggle(
        "Explain what the network sees", key=state.EXPLAIN_LABEL, **state.LINKED
    ):
        return
    index = int(labels.found.indices[place])
    sections.show(
        Subject(
            run=run,
            dataset=labels.dataset,
            classes=labels.dataset.spec.classes,
            part=labels.part,
            index=index,
            true=int(labels.found.given[place]),
            probabilities=labels.probabilities[index],
            is_own=True,
        )
    )


def _probabilities(labels: DoubtfulLabels, place: int) -> None:
    index, given = (
        int(each[place]) for each in (labels.found.indices, labels.found.given)
    )
    said = labels.probabilities[index]
    figure.show(
        probability_bars(
            said,
            classes=labels.dataset.spec.classes,
            highlight=given,
            palette=services.palette(),
            mark="label",
        ),
        key="label_bars",
        alt=f"Probability of each class for {PARTS[labels.part]} image {index}",
    )
    others = other_classes(said, highlight=given)
    if others:
        st.caption(f"{OTHERS} {others}")


def _heading(labels: DoubtfulLabels, place: int) -> None:
    found, classes = labels.found, labels.dataset.spec.classes
    index = int(found.indices[place])
    given, suggested = (
        words.literal(classes[each[place]]) for each in (found.given, found.suggested)
    )
    st.subheader(
        f"{PARTS[labels.part].capitalize()} image {index:,}: labelled {given}, may be "
        f"{suggested}",
        anchor=False,
    )
    st.caption(
        f"{words.ordinal(place + 1)} most doubtful of {len(found):,}. Probability of "
        f"its label {percent(float(found.scores[place]))}."
    )


def _badges(labels: DoubtfulLabels, place: int) -> None:
    found, classes = (
        labels.found,
        tuple(map(words.literal, labels.dataset.spec.classes)),
    )
    index, given = int(found.indices[place]), classes[found.given[place]]
    decision, seen = labels.decisions.get(index), labels.seen_by_people(index)
    with st.container(horizontal=True):
        if decision is not None:
            text = label_list.short(decision, given, classes)
            st.badge(f"Decided: {text}", icon=":material/check:", color="gray")
        if found.is_confident[place]:
            st.badge("Confidently wrong", color="orange")
        if seen is not None:
            st.badge(
                f"People rejected this label: they saw {words.literal(seen)}",
                icon=":material/group:",
                color="red",
            )
