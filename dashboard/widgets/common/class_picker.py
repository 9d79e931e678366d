"""Choose a class, the same way on every page, however many there are."""

import functools
from collections.abc import Callable, Sequence
from typing import Final

import streamlit as st

from core.datasets import classes as class_names
from core.datasets.classes import GROUP_TITLES
from dashboard import state, words

ALL: Final = "All"
ANY: Final = "Any"
MAX_BUTTONS: Final = 12
"""More classes than this go into a list, by groups."""


def pick_class(
    classes: Sequence[str],
    *,
    key: str,
    on_change: Callable[[], None] | None = None,
) -> int | None:
    """Let the viewer choose one class, or all of them.

    Args:
        classes: Names of the classes.
        key: Of the control and in the address, where the name of the class stands.
        on_change: Called when another one is chosen.

    Returns:
        The index of the class; None for all.
    """
    names = (ALL, *_in_groups(classes))
    if len(classes) <= MAX_BUTTONS:
        chosen = st.segmented_control(
            "Class",
            names,
            default=ALL,
            required=True,
            format_func=words.literal,
            key=key,
            **state.LINKED,
            wrap=True,
            on_change=on_change,
        )
    else:
        chosen = st.selectbox(
            "Class",
            names,
            format_func=lambda name: _with_group(name, classes),
            key=key,
            **state.LINKED,
            on_change=on_change,
            width=240,
        )
    return classes.index(chosen) if chosen in classes else None


def select_class(label: str, classes: Sequence[str], *, key: str, default: int) -> int:
    """Let the viewer choose one class.

    Args:
        label: Of the control.
        classes: Names of the classes.
        key: Of the control and in the address.
        default: Index of the class that is chosen at first.
    """
    names = _in_groups(classes)
    chosen = st.selectbox(
        label,
        names,
        index=names.index(classes[default]),
        format_func=lambda name: _with_group(name, classes),
        key=key,
        **state.LINKED,
        width=240,
    )
    return classes.index(chosen)


def pick_any(
    label: str, classes: Sequence[str], *, key: str, on_change: Callable[[], None]
) -> int | None:
    """Let the viewer choose one class from a list, or any.

    Args:
        label: Of the control.
        classes: Names of the classes.
        key: Of the control and in the address, where the name of the class stands.
        on_change: Called when another one is chosen.

    Returns:
        The index of the class; None for any.
    """
    chosen = st.selectbox(
        label,
        (ANY, *_in_groups(classes)),
        format_func=lambda name: _with_group(name, classes),
        key=key,
        **state.LINKED,
        on_change=on_change,
        width=180,
    )
    return classes.index(chosen) if chosen in classes else None


def pick_or_default(
    label: str, classes: Sequence[str], *, default: str, key: str
) -> int | None:
    """Let the viewer choose one class from a list, or what is chosen by itself.

    Args:
        label: Of the control.
        classes: Names of the classes.
        default: What the choice that is made by itself is called.
        key: Of the control and in the address, where the name of the class stands.

    Returns:
        The index of the class; None if nobody chose.
    """
    chosen = st.selectbox(
        label,
        (default, *_in_groups(classes)),
        format_func=lambda name: _with_group(name, classes),
        key=key,
        **state.LINKED,
        width=160,
    )
    return classes.index(chosen) if chosen in classes else None


def pick_optional(
    label: str,
    classes: Sequence[str],
    *,
    key: str,
    on_change: Callable[[Sequence[str]], None],
) -> None:
    """Let the viewer choose one class from a list, or none, without the address.

    Args:
        label: Of the control.
        classes: Names of the classes.
        key: Of the control, under which the session has the name or None.
        on_change: Called with the classes when another one is chosen.
    """
    st.selectbox(
        label,
        _in_groups(classes),
        index=None,
        placeholder=ANY,
        format_func=lambda name: _with_group(name, classes),
        key=key,
        on_change=on_change,
        args=(classes,),
        width=180 if len(classes) > MAX_BUTTONS else 120,
    )


def pick_another(classes: Sequence[str], *, key: str, disabled: bool) -> str | None:
    """Let the viewer choose one class that has no button, without the address.

    Args:
        classes: Names of the classes.
        key: Of the control; another key is another list, with nothing chosen.
        disabled: Whether nothing can be chosen.

    Returns:
        Its name; None if nothing is chosen.
    """
    chosen: str | None = st.selectbox(
        "Another class",
        _in_groups(classes),
        index=None,
        placeholder="Another class",
        label_visibility="collapsed",
        format_func=lambda name: _with_group(name, classes),
        key=key,
        disabled=disabled,
        width=180,
    )
    return chosen


def choose(classes: Sequence[str], index: int, *, key: str) -> None:
    """Choose a class for a control; to be called before it is drawn again."""
    st.session_state[key] = classes[index]


def _in_groups(classes: Sequence[str]) -> list[str]:
    """Return the names, digits first, then upper and lower case."""
    groups = class_names.by_group(classes)
    return [classes[index] for members in groups.values() for index in members]


def _with_group(name: str, classes: Sequence[str]) -> str:
    if name not in classes or not _are_grouped(tuple(classes)):
        return name
    return f"{name} ({GROUP_TITLES[class_names.group_of(name)].lower()})"


@functools.lru_cache(maxsize=100)
def _are_grouped(classes: tuple[str, ...]) -> bool:
    """Tell it once for a list of names, which asks for each of them."""
    return len(class_names.by_group(classes)) > 1
