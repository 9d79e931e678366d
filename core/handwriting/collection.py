"""My handwriting: keep drawings with their labels, change and delete them.

Several viewers may add at the same time. What depends on the others (which part a new
drawing belongs to, how many there are) is decided while nobody else can change them.
After each change, the data set that is made of the drawings is made anew.
"""

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from core import settings
from core.errors import BlankDrawingError, HandwritingError
from core.handwriting import data_set, parts, storage
from core.handwriting.arrays import glyphs, labelled
from core.handwriting.drawing import MAX_LABEL, Drawing, png_of
from core.handwriting.storage import MAX_DRAWINGS, drawings, find, fingerprint
from core.imaging.strokes import Strokes
from core.types import GrayImage

__all__ = [
    "MAX_DRAWINGS",
    "Drawing",
    "add",
    "drawings",
    "find",
    "fingerprint",
    "glyphs",
    "labelled",
    "relabel",
    "relabel_all",
    "remove",
    "restore",
]


@settings.changes
def add(
    material: Strokes | GrayImage,
    *,
    label: str,
    answer: str = "",
    confidence: float = 0.0,
    run_id: str = "",
) -> Drawing:
    """Keep a drawing.

    Args:
        material: The strokes of a pen; or the ink of a picture, float32 of shape
            (height, width) in [0, 1].
        label: Name of its class.
        answer: Name of the class that a run said.
        confidence: How sure that run was, 0 to 1.
        run_id: Which run was asked.

    Returns:
        The drawing, with the part that it belongs to.

    Raises:
        BlankDrawingError: If nothing has been drawn.
        HandwritingError: If no class can be called so, or there are too many drawings.
        HomeError: If there is no room, or the home cannot be written.
    """
    label = checked_label(label)
    strokes = material if isinstance(material, Strokes) else None
    if strokes is not None and not strokes:
        message = "Expected a drawing, got a blank canvas. Draw a character first."
        raise BlankDrawingError(message)
    png = None if isinstance(material, Strokes) else png_of(material)
    with storage.changing():
        others = drawings()
        _check_room(len(others) + 1)
        drawing = Drawing(
            id=uuid.uuid4().hex,
            label=label,
            part=parts.of_next(label, others),
            answer=answer,
            confidence=min(max(float(confidence), 0.0), 1.0),
            run_id=run_id,
            created=datetime.now(UTC),
            strokes=strokes,
            ink_png=png,
        )
        storage.write(drawing)
        _rebalance()
    data_set.refresh()
    return find(drawing.id)


@settings.changes
def relabel(drawing_id: str, label: str) -> Drawing:
    """Give a drawing another label; see `relabel_all`."""
    relabel_all([drawing_id], label)
    return find(drawing_id)


@settings.changes
def relabel_all(ids: Iterable[str], label: str) -> None:
    """Give drawings another label; they stay in their parts.

    Raises:
        HandwritingError: If there is no such drawing, or no class can be called so.
        HomeError: If the home cannot be written.
    """
    label = checked_label(label)
    with storage.changing():
        for drawing in [find(each) for each in ids]:
            storage.write(replace(drawing, label=label))
        _rebalance()
    data_set.refresh()


@settings.changes
def remove(ids: Iterable[str]) -> tuple[Drawing, ...]:
    """Delete drawings.

    Returns:
        Those that were there, for `restore`.

    Raises:
        HomeError: If the home cannot be written.
    """
    wanted = set(ids)
    with storage.changing():
        gone = tuple(each for each in drawings() if each.id in wanted)
        for drawing in gone:
            storage.path_of(drawing.id).unlink(missing_ok=True)
        _rebalance()
    data_set.refresh()
    return gone


@settings.changes
def restore(gone: Sequence[Drawing]) -> None:
    """Write drawings as they were: those that were deleted or changed.

    Raises:
        HandwritingError: If there are too many then.
        HomeError: If the home cannot be written.
    """
    with storage.changing():
        _check_room(len({each.id for each in (*drawings(), *gone)}))
        for drawing in gone:
            storage.write(drawing)
        _rebalance()
    data_set.refresh()


def checked_label(label: str) -> str:
    """Return a label as drawings have it.

    Raises:
        HandwritingError: If no class can be called so.
    """
    label = label.strip()
    if label and label.isprintable() and len(label) <= MAX_LABEL:
        return label
    message = (
        f"Expected a label of 1 to {MAX_LABEL} characters, got {label!r:.60}. Give the "
        "name of a class, such as 7."
    )
    raise HandwritingError(message)


def _rebalance() -> None:
    may_be_learned = data_set.has_been_made()
    for drawing in parts.moved(drawings(), may_be_learned=may_be_learned):
        storage.write(drawing)


def _check_room(number: int) -> None:
    if number > MAX_DRAWINGS:
        message = (
            f"Expected at most {MAX_DRAWINGS:,} drawings in My handwriting, got "
            f"{number:,}. Delete some on the page Data sets."
        )
        raise HandwritingError(message)
