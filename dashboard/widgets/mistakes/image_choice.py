"""Which images of a split to see, and in which order; all of it in the address."""

from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.evaluation.selection import Measure, Which, ordered
from core.types import Indices
from dashboard import state
from dashboard.widgets.common import class_picker
from dashboard.widgets.common.image_captions import SHOWN
from dashboard.widgets.mistakes.image_source import Source

ORDERS: Final[dict[str, tuple[Measure, bool]]] = {
    "most confident first": (Measure.CONFIDENCE, True),
    "least confident first": (Measure.CONFIDENCE, False),
    "smallest margin first": (Measure.MARGIN, False),
    "largest margin first": (Measure.MARGIN, True),
    "highest loss first": (Measure.LOSS, True),
    "lowest loss first": (Measure.LOSS, False),
    "most unusual first": (Measure.UNUSUALNESS, True),
    "least unusual first": (Measure.UNUSUALNESS, False),
}
"""The names of the first two are in old links."""

FIRST: Final = "most confident first"


@dataclass(frozen=True, eq=False)
class Choice:
    """The images that fit, in their order.

    Attributes:
        indices: Positions in the split, int64 of shape (n,).
        order: The name of the order.
        nothing: What to say if there are none.
    """

    indices: Indices
    order: str
    nothing: str


def pick(source: Source, points: Indices) -> Choice:
    """Let the viewer choose images.

    Args:
        source: The images of a split.
        points: Positions of those that were selected; none for all.
    """
    with st.container(horizontal=True, vertical_alignment="bottom"):
        which = _pick_which()
        true, predicted = (
            class_picker.pick_any(label, source.classes, key=key, on_change=start_over)
            for label, key in (
                ("True class", state.TRUE_CLASS),
                ("Predicted class", state.PREDICTED_CLASS),
            )
        )
        order = _pick_order(has_features=source.has_features)
    found = source.evaluation.judged.select(
        which,
        true=true,
        predicted=predicted,
        among=points if len(points) else None,
    )
    return Choice(
        _in_order(source, found, order),
        order,
        _nothing(which, source, num_points=len(points)),
    )


def start_over() -> None:
    """Go to the first page, and drop the image that was chosen among others."""
    state.turn_to_first(state.PAGE)
    state.choose_image(None)


def _pick_which() -> Which:
    chosen = st.segmented_control(
        "Images",
        [each.capitalize() for each in Which],
        default=Which.MISTAKES.capitalize(),
        required=True,
        key=state.WHICH,
        **state.LINKED,
        on_change=start_over,
    )
    return next((each for each in Which if each.capitalize() == chosen), Which.MISTAKES)


def _pick_order(*, has_features: bool) -> str:
    names = [
        name
        for name, (measure, _) in ORDERS.items()
        if has_features or measure is not Measure.UNUSUALNESS
    ]
    chosen: str = st.selectbox(
        "Order",
        names,
        key=state.ORDER,
        **state.LINKED,
        on_change=start_over,
        width=220,
        help="Confidence: probability of the predicted class. Margin: probability of "
        "the true class minus that of the likeliest other one, below 0 for a mistake. "
        "Loss: cross-entropy of the image in nats. Unusual: how far its features in "
        "the last hidden layer are from the mean of its true class, in standard "
        "deviations.",
    )
    return chosen if chosen in names else FIRST


def _in_order(source: Source, found: Indices, order: str) -> Indices:
    measure, descending = ORDERS[order]
    judged = source.evaluation.judged
    numbers = {
        Measure.CONFIDENCE: judged.confidence,
        Measure.MARGIN: judged.margin,
        Measure.LOSS: judged.loss,
    }.get(measure)
    if measure is Measure.UNUSUALNESS:
        numbers = source.unusualness()
    if numbers is None:
        st.caption(
            "This run kept no features of these images, so which are unusual is not "
            "known: they come as they are stored."
        )
        return found
    return ordered(found, numbers, descending=descending)


def _nothing(which: Which, source: Source, *, num_points: int) -> str:
    """Say that no image fits, and what to do."""
    shown = SHOWN[source.part]
    if num_points:
        return (
            f"None of the {num_points:,} selected images fits. Choose All and any "
            "class, or clear the selection."
        )
    return {
        Which.MISTAKES: f"The model made no such mistake on the {shown} images.",
        Which.CORRECT: f"The model predicted none of these {shown} images correctly.",
        Which.ALL: f"There is no {shown} image of this true and predicted class.",
    }[which]
