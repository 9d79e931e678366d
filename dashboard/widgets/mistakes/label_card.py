"""One doubtful label: the image large, what may be right, and what to do about it."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.datasets import label_review
from core.datasets.arrays import Dataset
from core.datasets.label_review import Decision
from core.proportion import percent
from core.records import Run
from core.types import Indices, SplitName
from dashboard import page_paths, state, words
from dashboard.widgets.common import page_frame, read_only, sample_card
from dashboard.widgets.mistakes import label_list
from dashboard.widgets.mistakes.label_list import PARTS, DoubtfulLabels

KEEP: Final = Decision(verdict="keep")
REMOVE: Final = Decision(verdict="remove")


@dataclass(frozen=True)
class Step:
    """A decision that can be undone.

    Attributes:
        fingerprint: Of the data set.
        part: The split of the image.
        index: Its position there.
        before: What was decided about it before; None for nothing.
    """

    fingerprint: str
    part: SplitName
    index: int
    before: Decision | None


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
            _undo(labels)
            return
        index = int(labels.found.indices[shown[0]])
    (place,) = labels.found.places_of([index]).tolist()
    with st.container(border=True):
        _heading(labels, place)
        pixels, bars = st.columns(2)
        with pixels:
            sample_card.large_glyph(labels.split.images[index], key="label_pixels")
        with bars:
            sample_card.likely_classes(
                labels.probabilities[index],
                labels.dataset.spec.classes,
                true=int(labels.found.given[place]),
                key="label_bars",
                alt=f"Probability of each class for {PARTS[labels.part]} image {index}",
            )
        _badges(labels, place)
        _decide(labels, places, place)
        _move(labels, places, place)
        if labels.part == "test":
            st.page_link(
                page_paths.MISTAKES,
                label="Why does the network see something else?",
                icon=":material/search:",
                query_params={state.RUN: run.id, state.IMAGE: str(index)},
            )


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


def _decide(labels: DoubtfulLabels, places: Indices, place: int) -> None:
    """Offer the decisions, each with a key."""
    classes, found = labels.dataset.spec.classes, labels.found
    index, given = int(found.indices[place]), int(found.given[place])
    others = [each for each in range(len(classes)) if each != given]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            f"Keep {words.literal(classes[given])}",
            icon=":material/check:",
            key="keep_label",
            shortcut="K",
            on_click=_take,
            args=(labels, places, index, KEEP),
            **read_only.guard("The label is right."),
        )
        st.button(
            "Remove",
            icon=":material/delete:",
            key="drop_label",
            shortcut="X",
            on_click=_take,
            args=(labels, places, index, REMOVE),
            **read_only.guard("Leave the image out of the next version."),
        )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        new = st.selectbox(
            "New class",
            others,
            index=others.index(int(found.suggested[place])),
            format_func=classes.__getitem__,
            key=f"new_class_{labels.part}_{index}",
            width=120,
        )
        st.button(
            "Relabel",
            icon=":material/label:",
            key="relabel",
            shortcut="L",
            on_click=_take,
            args=(labels, places, index, Decision(verdict="relabel", label=new)),
            **read_only.guard("Give the image this class in the next version."),
        )


def _move(labels: DoubtfulLabels, places: Indices, place: int) -> None:
    """Offer to look at the next one and the one before, and to undo."""
    position = int((places < place).sum())
    is_listed = position < len(places) and places[position] == place
    with st.container(horizontal=True):
        st.button(
            "Previous",
            icon=":material/arrow_back:",
            key="previous_label",
            shortcut="P",
            type="tertiary",
            disabled=position == 0,
            on_click=_go_to,
            args=(labels, places, position - 1),
        )
        st.button(
            "Next",
            icon=":material/arrow_forward:",
            key="next_label",
            shortcut="N",
            type="tertiary",
            disabled=position + is_listed >= len(places),
            on_click=_go_to,
            args=(labels, places, position + is_listed),
        )
        _undo(labels)


def _undo(labels: DoubtfulLabels) -> None:
    step = state.last_reviewed()
    is_ours = (
        isinstance(step, Step)
        and step.fingerprint == labels.dataset.fingerprint
        and step.part == labels.part
    )
    st.button(
        "Undo",
        icon=":material/undo:",
        key="undo_label",
        shortcut="U",
        type="tertiary",
        on_click=_take_back,
        args=(labels.dataset, step),
        **read_only.guard("Take your last decision back.", disabled=not is_ours),
    )


def _take(
    labels: DoubtfulLabels, places: Indices, index: int, decision: Decision
) -> None:
    """Save a decision, and choose the next image without one."""
    with page_frame.plain_errors():
        dataset, part = labels.dataset, labels.part
        before = label_review.decide(dataset, part, index, decision)
        state.keep_reviewed(Step(dataset.fingerprint, part, index, before))
        _go_to(labels, places, _next_undecided(labels, places, index))


def _next_undecided(
    labels: DoubtfulLabels, places: Indices, decided: int
) -> int | None:
    """Return the position in the list of the next without a decision, if any is."""
    indices: list[int] = labels.found.indices[places].tolist()
    start = indices.index(decided) + 1 if decided in indices else 0
    positions: list[int] = [*range(start, len(indices)), *range(start)]
    for position in positions:
        index = indices[position]
        if index != decided and index not in labels.decisions:
            return position
    return None


def _go_to(labels: DoubtfulLabels, places: Indices, position: int | None) -> None:
    """Choose an image of the list, and the page where it is."""
    if position is None:
        return
    state.choose_image(int(labels.found.indices[places[position]]))
    st.session_state[state.LABELS_PAGE] = label_list.page_of(position)


def _take_back(dataset: Dataset, step: Step) -> None:
    with page_frame.plain_errors():
        label_review.decide(dataset, step.part, step.index, step.before)
        state.drop_reviewed()
        state.choose_image(step.index)
