"""Which drawings are to learn from, and which are held out.

A drawing stays in its part when others come or go, or what was learned from could be
scored later. Only where a data set would be impossible otherwise, one is moved.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from typing import Final

from core.handwriting.drawing import Drawing
from core.types import SplitName

_EACH: Final = 5  # of so many drawings of a class, one is held out,
_FIRST: Final = 3  # and the first is the one of this number


def of_next(label: str, others: Sequence[Drawing]) -> SplitName:
    """Choose the part of a new drawing.

    Every fifth of a class is held out, from the third on. Of many classes with few
    drawings each, the second one is where fewer than a fifth of all are held out.

    Args:
        label: Its class.
        others: The drawings that there are.
    """
    same = [each.part for each in others if each.label == label]
    if same.count("test") < (len(same) + 1 + _EACH - _FIRST) // _EACH:
        return "test"
    num_held_out = sum(each.part == "test" for each in others)
    is_behind = num_held_out < (len(others) + 1) // _EACH
    return "test" if is_behind and same and "test" not in same else "train"


def moved(
    drawings: Iterable[Drawing], *, may_be_learned: bool = True
) -> tuple[Drawing, ...]:
    """Move drawings until each class has one to learn from, and one at all is held out.

    Args:
        drawings: All drawings, the oldest first.
        may_be_learned: Whether a run may have learned from those to learn from.

    Returns:
        Those that are in another part now; none of a single class.
    """
    by_class: dict[str, list[Drawing]] = {}
    for drawing in drawings:
        by_class.setdefault(drawing.label, []).append(drawing)
    if len(by_class) < 2:  # noqa: PLR2004 - nothing to tell apart
        return ()
    found = []
    for name, same in by_class.items():
        if all(each.part == "test" for each in same):
            found.append(replace(same[0], part="train", has_moved=True))
            by_class[name] = [found[-1], *same[1:]]
    if not any(each.part == "test" for same in by_class.values() for each in same):
        largest = max(by_class.values(), key=len)
        if len(largest) > 1:
            last = largest[-1]
            has_moved = last.has_moved or may_be_learned
            found.append(replace(last, part="test", has_moved=has_moved))
    return tuple(found)
