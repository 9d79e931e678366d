"""What of a data set is looked at: its part, class and order, all in the address."""

from dataclasses import dataclass
from typing import Final

import numpy as np
import streamlit as st

from core.datasets.arrays import Dataset, Split
from core.datasets.exploring import orders
from core.datasets.exploring.orders import Order
from core.datasets.exploring.summary import DatasetSummary, SplitSummary
from core.types import Indices, SplitName
from dashboard import state
from dashboard.widgets.common import class_picker

WITHOUT_SUMMARY: Final = (Order.STORED, Order.SHUFFLED)
"""The orders that need nothing but the images."""

SHOWN: Final[dict[SplitName, str]] = {"train": "training", "test": "test"}


@dataclass(frozen=True, kw_only=True)
class Choice:
    """Which images are looked at.

    Attributes:
        dataset: The data set.
        part: Its training or its test images.
        label: Index of a class; None for all.
        order: In which order.
        summary: What was worked out of the data set; None as long as it is not.
    """

    dataset: Dataset
    part: SplitName
    label: int | None
    order: Order
    summary: DatasetSummary | None

    @property
    def split(self) -> Split:
        """The images of the part."""
        return self.dataset.part(self.part)

    @property
    def split_summary(self) -> SplitSummary | None:
        """What was worked out of the part."""
        if self.summary is None:
            return None
        return self.summary.train if self.part == "train" else self.summary.test

    def members(self) -> Indices:
        """Return the images of the class, or all, in the order."""
        labels = self.split.labels
        if self.label is None:
            found = np.arange(len(labels))
        else:
            found = np.flatnonzero(labels == self.label)
        known = self.split_summary
        if known is None:
            if self.order is Order.SHUFFLED:
                return np.random.default_rng(_seed()).permutation(found)
            return found
        return orders.ordered(
            found,
            self.order,
            measures=known.measures,
            unusualness=known.unusualness,
            seed=_seed(),
        )


def pick(dataset: Dataset, summary: DatasetSummary | None) -> Choice:
    """Let the viewer choose what to look at."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = _pick_part()
        order = _pick_order(summary)
        st.button(
            "Shuffle",
            icon=":material/casino:",
            key="shuffle",
            on_click=_shuffle,
            help="Show all images in another random order",
        )
    label = class_picker.pick_class(
        dataset.spec.classes, key="class", on_change=start_over
    )
    return Choice(dataset=dataset, part=part, label=label, order=order, summary=summary)


def start_over() -> None:
    """Go to the first page, and drop the image that was chosen among others."""
    st.session_state[state.PAGE] = 1
    state.choose_image(None)


def show_image(part: SplitName, index: int) -> None:
    """Choose an image of either part."""
    if st.session_state.get(state.SPLIT) != SHOWN[part]:
        st.session_state[state.SPLIT] = SHOWN[part]
        st.session_state[state.PAGE] = 1
    state.choose_image(index)


def _pick_part() -> SplitName:
    chosen = st.segmented_control(
        "Split",
        tuple(SHOWN.values()),
        default=SHOWN["train"],
        required=True,
        key=state.SPLIT,
        **state.LINKED,
        on_change=start_over,
    )
    return "test" if chosen == SHOWN["test"] else "train"


def _pick_order(summary: DatasetSummary | None) -> Order:
    chosen = st.selectbox(
        "Order",
        [each.value for each in (Order if summary else WITHOUT_SUMMARY)],
        index=1,
        format_func=lambda value: orders.TITLES[Order(value)],
        key=state.ORDER,
        **state.LINKED,
        on_change=start_over,
        width=240,
    )
    return Order(chosen)


def _seed() -> int:
    return state.number(state.SAMPLE)


def _shuffle() -> None:
    state.count_up(state.SAMPLE)
    st.session_state[state.ORDER] = Order.SHUFFLED.value
    start_over()
