"""What the name of a class says: the characters that it stands for, and their group.

A class into which a data set merges both cases of a letter is called "C/c".
"""

from collections.abc import Sequence
from typing import Final, Literal

Group = Literal["digit", "upper", "lower", "other"]

GROUP_TITLES: Final[dict[Group, str]] = {
    "digit": "Digits",
    "upper": "Upper case",
    "lower": "Lower case",
    "other": "Other classes",
}
"""The groups in the order to show them, as people call them."""


def members(name: str) -> tuple[str, ...]:
    """Return the characters that a class stands for: "C/c" is both C and c."""
    parts = tuple(name.split("/"))
    is_merged = len(parts) > 1 and all(len(part) == 1 for part in parts)
    return parts if is_merged else (name,)


def group_of(name: str) -> Group:
    """Return the group of a class; a merged one counts as its first character."""
    first = members(name)[0]
    if len(first) != 1:
        return "other"
    if first.isdecimal():
        return "digit"
    if first.isupper():
        return "upper"
    return "lower" if first.islower() else "other"


def by_group(classes: Sequence[str]) -> dict[Group, tuple[int, ...]]:
    """Return the indices of the classes of each group that has any, in order."""
    groups = [group_of(name) for name in classes]
    return {
        group: tuple(index for index, each in enumerate(groups) if each == group)
        for group in GROUP_TITLES
        if group in groups
    }


def index_of(classes: Sequence[str], written: str) -> int | None:
    """Return which class somebody means who wrote a label.

    Args:
        classes: Names of the classes, in order.
        written: The name of a class, or any character of a merged one: "c" and "C"
            both mean "C/c".

    Returns:
        The index of the class; None if there is none.
    """
    if written in classes:
        return classes.index(written)
    for index, name in enumerate(classes):
        if written in members(name):
            return index
    return None
