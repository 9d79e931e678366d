"""The data set that is made of the drawings, like those that people import.

It is made anew with each change, and takes the place of the one before at once. Images
that were in that one are taken over, because making a character takes 20 ms. Where many
are to be made, a thread makes them, and nobody waits.
"""

import contextlib
import json
import threading
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

import numpy as np

from core import files, settings
from core.datasets import catalog, store
from core.datasets import classes as class_names
from core.datasets.spec import MAX_CLASSES, MIN_CLASSES, DatasetSpec
from core.errors import DatasetError, HomeError
from core.files import DAMAGED
from core.handwriting import arrays, storage
from core.handwriting.drawing import Drawing
from core.types import ByteImages, SplitName

NAME: Final = "my-handwriting"
TITLE: Final = "My handwriting"
SHAPE: Final = (28, 28)

_IDS: Final = "drawings.json"
_MADE: Final = "made.txt"
_VERSION: Final = 1
"""To be raised when the same strokes give other images: then none is taken over."""

_PARTS: Final[tuple[SplitName, ...]] = ("train", "test")
_LOCK_SECONDS: Final = 10.0
_MAX_AT_ONCE: Final = 50  # images that a change makes itself: a second
_making = threading.Lock()


@settings.changes
def refresh() -> None:
    """Make the data set of the drawings as they are now, or remove it.

    Where that fails, the drawings are safe, and the next change tries again. If many
    images are to be made, the data set follows later.
    """
    if len(_unmade(storage.drawings())) <= _MAX_AT_ONCE:
        _refresh()
    elif _making.acquire(blocking=False):
        threading.Thread(target=_make_many, name="handwriting").start()


def _make_many() -> None:
    done: tuple[Drawing, ...] = ()
    try:
        # Who changes drawings meanwhile leaves the data set to this thread.
        while (drawings := storage.drawings()) != done:
            # Nobody waits for a lock this long: `arrays` remembers the images.
            arrays.glyphs(_unmade(drawings), "mnist", SHAPE)
            _refresh()
            done = drawings
    finally:
        _making.release()


def _unmade(drawings: Sequence[Drawing]) -> list[Drawing]:
    known = _known()
    return [each for each in drawings if each.id not in known]


def _refresh() -> None:
    with contextlib.suppress(DatasetError, HomeError, OSError):
        place = storage.folder()
        place.mkdir(exist_ok=True)
        with files.waiting_lock(place / ".data-set.lock", seconds=_LOCK_SECONDS):
            if not is_free():
                return
            drawings = storage.drawings()
            if is_enough(drawings):
                _make(drawings)
            elif NAME in {spec.name for spec in catalog.specs()}:
                store.delete(NAME)


def is_free() -> bool:
    """Tell whether the name is not that of a data set of somebody's own."""
    same = [spec for spec in catalog.specs() if spec.name.casefold() == NAME.casefold()]
    return all(spec.origin == "handwriting" for spec in same)


def classes_of(drawings: Sequence[Drawing]) -> tuple[str, ...]:
    """Return the classes of some drawings: digits first, merged ones once."""
    labels = {each.label for each in drawings}
    merged = {
        member
        for label in labels
        for member in class_names.members(label)
        if member != label
    }
    names = sorted(labels - merged)
    groups = class_names.by_group(names)
    return tuple(names[at] for members in groups.values() for at in members)


def is_enough(drawings: Sequence[Drawing]) -> bool:
    """Tell whether a data set can be made of some drawings."""
    classes = classes_of(drawings)
    learned, _ = arrays.labelled(_part(drawings, "train"), classes)
    return (
        MIN_CLASSES <= len(classes) <= MAX_CLASSES
        and len(classes_of(learned)) == len(classes)
        and bool(_part(drawings, "test"))
    )


def has_been_made() -> bool:
    """Tell whether there has ever been such a data set, from which runs may learn."""
    return (storage.folder() / _MADE).exists()


def made_until(fingerprint: str) -> datetime | None:
    """Return when the last drawing was kept that a data set was made of.

    Args:
        fingerprint: Of the data set as it was then.

    Returns:
        None if no data set of drawings with that fingerprint is known.
    """
    with contextlib.suppress(*DAMAGED):
        text = (storage.folder() / _MADE).read_text("utf-8")
        for line in reversed(text.splitlines()):
            found, _, moment = line.partition(" ")
            if found == fingerprint:
                return datetime.fromisoformat(moment)
    return None


def _make(drawings: Sequence[Drawing]) -> None:
    classes = classes_of(drawings)
    known = _known()
    spec = DatasetSpec(
        name=NAME,
        title=TITLE,
        classes=classes,
        image_shape=SHAPE,
        ink_style="mnist",
        origin="handwriting",
        num_train=1,
        num_test=1,
        licence="Your own drawings",
    )
    ids = {}
    with store.renew(spec) as draft:
        draft.source = f"{len(drawings):,} drawings"
        for part in _PARTS:
            chosen, labels = arrays.labelled(_part(drawings, part), classes)
            draft.content.append(part, _images(chosen, known), labels)
            ids[part] = [each.id for each in chosen]
        text = json.dumps({"version": _VERSION, **ids})
        (draft.folder / _IDS).write_text(text, "utf-8")
    with (storage.folder() / _MADE).open("a", encoding="utf-8") as log:
        until = drawings[-1].created.isoformat()
        log.write(f"{catalog.card(NAME).fingerprint} {until}\n")


def _known() -> Mapping[str, ByteImages]:
    """Return the images of the data set as it is, by the ids of their drawings."""
    with contextlib.suppress(*DAMAGED, DatasetError):
        dataset = store.load(NAME)
        record = json.loads((catalog.folder_of(NAME) / _IDS).read_text("utf-8"))
        if record["version"] == _VERSION:
            return {
                name: image
                for part in _PARTS
                for name, image in zip(
                    record[part], dataset.part(part).images, strict=True
                )
            }
    return {}


def _images(chosen: Sequence[Drawing], known: Mapping[str, ByteImages]) -> ByteImages:
    """Return the images of some drawings, of which some need not be made."""
    new = [each for each in chosen if each.id not in known]
    made = dict(
        zip([each.id for each in new], arrays.glyphs(new, "mnist", SHAPE), strict=True)
    )
    images = np.zeros((len(chosen), *SHAPE), np.uint8)
    for image, drawing in zip(images, chosen, strict=True):
        image[:] = made[drawing.id] if drawing.id in made else known[drawing.id]
    return images


def _part(drawings: Sequence[Drawing], part: SplitName) -> list[Drawing]:
    return [each for each in drawings if each.part == part]
