"""Tell the right answer: one click keeps the drawing in My handwriting."""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import streamlit as st

from core.datasets.classes import members
from core.handwriting import collection
from dashboard import services, state, words
from dashboard.state import Kept
from dashboard.widgets.common import class_picker, page_frame, read_only
from dashboard.widgets.draw import keeping
from dashboard.widgets.draw.character import Answered

NUM_LIKELY: Final = 5
"""Of many classes so many are buttons, the likeliest; all are in a list."""

TAKEN_KEYS: Final = frozenset("cr")
"""Streamlit's own."""

_HELP: Final = (
    "Keeps the drawing with this label in My handwriting, by which your runs are "
    "scored, and from which they can learn."
)


def show(
    answered: Answered | None, *, key: str = "correct", clears: bool = True
) -> None:
    """Offer the classes as right answers, and keep the drawing under the chosen one.

    Args:
        answered: What a run says; None if nothing is drawn.
        key: Beginning of the keys of the controls; only the first has shortcuts.
        clears: Whether a drawing that was kept makes room for the next.
    """
    now = None if answered is None else answered.character.key
    kept = state.kept_drawing(key, now)
    if kept is not None:
        _say_kept(kept, key)
    if answered is None or kept is not None:
        return
    label = _pick(answered, key)
    if label is None:
        return
    with page_frame.plain_errors():
        drawing = keeping.keep(answered, label)
        state.note_kept(key, Kept(drawing.id, answered.character.key, label))
        state.count_up(state.KEPT_NUMBER)
        if clears and answered.character.material.strokes is not None:
            keeping.next_canvas()
        keeping.again()


def _say_kept(kept: Kept, key: str) -> None:
    number = len(collection.drawings())
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(
            f":material/check: Kept as **{words.literal(kept.label)}**: "
            f"{words.count(number, 'drawing')} in My handwriting.",
            width="content",
        )
        st.button(
            "Undo",
            icon=":material/undo:",
            key=f"{key}_undo",
            type="tertiary",
            on_click=_take_back,
            args=(kept, key),
            **read_only.guard("Removes this drawing from My handwriting again."),
        )


def _take_back(kept: Kept, key: str) -> None:
    with page_frame.plain_errors():
        collection.remove([kept.drawing_id])
        state.forget_kept(key, kept)


def _pick(answered: Answered, key: str) -> str | None:
    """Return the class that was clicked, chosen or typed just now."""
    classes = answered.classes
    is_many = len(classes) > class_picker.MAX_BUTTONS
    offered: Sequence[int] = range(len(classes))
    if is_many:
        offered = answered.answer.ranking[:NUM_LIKELY].tolist()
    st.markdown("**What is it?** One click keeps it in My handwriting.", help=_HELP)
    with st.container(
        horizontal=True, gap="xxsmall", vertical_alignment="bottom", key=f"{key}_row"
    ):
        has_keys = key == "correct" and not is_many and not services.is_phone()
        shortcuts = shortcuts_of(classes) if has_keys else {}
        clicked = [
            classes[at]
            for at in offered
            if _button(answered, at, key=key, shortcut=shortcuts.get(at))
        ]
        chosen = _other(classes, key) if is_many else None
    return next(iter(clicked), chosen)


def _button(answered: Answered, at: int, *, key: str, shortcut: str | None) -> bool:
    name, is_best = answered.classes[at], at == answered.answer.best
    return st.button(
        f"**{words.literal(name)}**",
        key=f"{key}_{at}",
        type="primary" if is_best else "secondary",
        shortcut=shortcut,
        **read_only.guard(
            f"Predicted: {words.literal(name)}. Click it if that is right."
            if is_best
            else None
        ),
    )


def _other(classes: Sequence[str], key: str) -> str | None:
    # Another list once something was kept: this one would keep its choice.
    return class_picker.pick_another(
        classes,
        key=f"{key}_other_{state.number(state.KEPT_NUMBER)}",
        disabled=read_only.is_on(),
    )


def shortcuts_of(classes: Sequence[str]) -> dict[int, str]:
    """Return the key of each class that has one of its own, by its index.

    It is the character that is written, in either case; "7", or "A" of "A/a".
    """
    keys = [
        {each.casefold() for each in members(name) if each.isascii()}
        for name in classes
    ]
    counts = Counter(each for some in keys for each in some)
    return {
        at: each.upper()
        for at, some in enumerate(keys)
        for each in some
        if len(some) == 1
        and counts[each] == 1
        and len(each) == 1
        and each.isalnum()
        and each not in TAKEN_KEYS
    }
