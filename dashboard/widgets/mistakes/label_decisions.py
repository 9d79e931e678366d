"""What to do about a doubtful label, each by a button and a key."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.datasets import label_review
from core.datasets.arrays import Dataset
from core.datasets.label_review import Decision
from core.types import Indices, SplitName
from dashboard import state, words
from dashboard.widgets.common import page_frame, read_only
from dashboard.widgets.mistakes import label_list
from dashboard.widgets.mistakes.label_list import DoubtfulLabels

KEEP: Final = Decision(verdict="keep")
REMOVE: Final = Decision(verdict="remove")


@dataclass(frozen=True)
class Step:
    """A decision that can be undone.

    Attributes:
        fingerprint: Of the data set.
        part: The split of the image.
        index: Its position there.
        decision: What was decided.
        before: What was decided about it before; None for nothing.
    """

    fingerprint: str
    part: SplitName
    index: int
    decision: Decision
    before: Decision | None

    def is_last(self, now: Decision | None) -> bool:
        """Tell whether what is decided now is what this step decided."""
        return now is not None and (now.verdict, now.label) == (
            self.decision.verdict,
            self.decision.label,
        )


def show(labels: DoubtfulLabels, places: Indices, place: int) -> None:
    """Offer to decide about one label, and to go to others.

    Args:
        labels: What is known of the labels.
        places: Those that are listed, by their places in the ranking.
        place: That of the label, which may not be listed.
    """
    _decide(labels, places, place)
    _move(labels, places, place)


def _decide(labels: DoubtfulLabels, places: Indices, place: int) -> None:
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
        undo(labels)


def undo(labels: DoubtfulLabels) -> None:
    """Offer to take back what this viewer decided last."""
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
        state.keep_reviewed(Step(dataset.fingerprint, part, index, decision, before))
        _go_on(labels, places, index)


def _go_on(labels: DoubtfulLabels, places: Indices, decided: int) -> None:
    """Choose the next image of the list without a decision, if there is one."""
    (place,) = labels.found.places_of([decided])
    if st.session_state.get(state.LABELS_SHOWN) == label_list.UNDECIDED:
        # It is about to leave the list, and those behind it move up.
        places = places[places != place]
    indices: list[int] = labels.found.indices[places].tolist()
    start = int((places <= place).sum())
    positions: list[int] = [*range(start, len(indices)), *range(start)]
    for position in positions:
        if indices[position] != decided and indices[position] not in labels.decisions:
            _go_to(labels, places, position)
            return


def _go_to(labels: DoubtfulLabels, places: Indices, position: int) -> None:
    """Choose an image of the list, and the page where it is."""
    state.choose_image(int(labels.found.indices[places[position]]))
    st.session_state[state.LABELS_PAGE] = label_list.page_of(position)


def _take_back(dataset: Dataset, step: Step) -> None:
    with page_frame.plain_errors():
        now = label_review.load(dataset).of(step.part).get(step.index)
        if step.is_last(now):
            label_review.decide(dataset, step.part, step.index, step.before)
        else:
            st.toast(
                "Another viewer has changed this decision since; it stays as it is.",
                icon=":material/group:",
            )
        state.drop_reviewed()
        state.choose_image(step.index)
