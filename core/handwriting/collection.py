"""All drawings of My handwriting: a file each in the home's folder `handwriting/`.

Several viewers may add at the same time. What depends on the others (which part a new
drawing belongs to, how many there are) is decided while nobody else can change them.
"""

import contextlib
import functools
import hashlib
import uuid
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

import numpy as np

from core import files, settings
from core.datasets import classes as class_names
from core.errors import BlankDrawingError, HandwritingError, HomeError
from core.handwriting.drawing import MAX_LABEL, Drawing, png_of
from core.imaging import glyphs as imaging
from core.imaging import styles
from core.imaging.strokes import Strokes
from core.types import ByteImages, GrayImage, InkStyle, Labels, SplitName

FOLDER: Final = "handwriting"
MAX_DRAWINGS: Final = 10_000

_EACH: Final = 5  # of so many drawings of a class, one is held out,
_FIRST: Final = 3  # and the first is the one of this number
_LOCK_SECONDS: Final = 5.0


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
    with _changing():
        others = drawings()
        _check_room(len(others) + 1)
        drawing = Drawing(
            id=uuid.uuid4().hex,
            label=label,
            part=_next_part(label, others),
            answer=answer,
            confidence=min(max(float(confidence), 0.0), 1.0),
            run_id=run_id,
            created=datetime.now(UTC),
            strokes=strokes,
            ink_png=png,
        )
        _write(drawing)
    return drawing


def drawings() -> tuple[Drawing, ...]:
    """Return all drawings, the oldest first; damaged ones are left out."""
    found = [each for each in _files() if isinstance(each, Drawing)]
    return tuple(sorted(found, key=lambda each: (each.created, each.id)))


def damaged() -> tuple[str, ...]:
    """Return what is wrong with each file that cannot be read."""
    return tuple(each for each in _files() if isinstance(each, str))


@settings.changes
def relabel(drawing_id: str, label: str) -> Drawing:
    """Give a drawing another label; it stays in its part.

    Raises:
        HandwritingError: If there is no such drawing, or no class can be called so.
        HomeError: If the home cannot be written.
    """
    label = checked_label(label)
    with _changing():
        drawing = replace(find(drawing_id), label=label)
        _write(drawing)
    return drawing


@settings.changes
def remove(ids: Iterable[str]) -> tuple[Drawing, ...]:
    """Delete drawings.

    Returns:
        Those that were there, for `restore`.

    Raises:
        HomeError: If the home cannot be written.
    """
    wanted = set(ids)
    with _changing():
        gone = tuple(each for each in drawings() if each.id in wanted)
        for drawing in gone:
            _path(drawing.id).unlink(missing_ok=True)
    return gone


@settings.changes
def restore(gone: Sequence[Drawing]) -> None:
    """Write drawings as they were: those that were deleted or changed.

    Raises:
        HandwritingError: If there are too many then.
        HomeError: If the home cannot be written.
    """
    with _changing():
        _check_room(len({each.id for each in (*drawings(), *gone)}))
        for drawing in gone:
            _write(drawing)


def find(drawing_id: str) -> Drawing:
    """Return one drawing.

    Raises:
        HandwritingError: If there is none of that id, or it is damaged.
    """
    path = _path(drawing_id)
    if not path.is_file():
        message = (
            f"Expected the id of a drawing of My handwriting, got {drawing_id!r:.60}. "
            "`python -m core handwriting list` lists them."
        )
        raise HandwritingError(message)
    return Drawing.read(path)


def fingerprint() -> str:
    """Return a text that changes with the drawings, their labels and their parts."""
    return fingerprint_of(drawings())


def fingerprint_of(chosen: Iterable[Drawing]) -> str:
    """Return the fingerprint of some drawings: 64 hexadecimal digits."""
    facts = sorted((each.id, each.label, each.part) for each in chosen)
    return hashlib.sha256(repr(facts).encode()).hexdigest()


def glyphs(
    chosen: Sequence[Drawing], style: InkStyle, shape: tuple[int, int]
) -> ByteImages:
    """Make of drawings what a model takes, as Draw does it.

    Args:
        chosen: Some drawings.
        style: How the data set of the model made its images from ink.
        shape: Height and width of its images, in pixels.

    Returns:
        uint8 of shape (n, height, width); a drawing whose ink is all off the canvas
        is blank.
    """
    made = np.zeros((len(chosen), *shape), np.uint8)
    for image, drawing in zip(made, chosen, strict=True):
        image[:] = _glyph(drawing, style, shape)
    return made


def labelled(
    chosen: Sequence[Drawing], classes: Sequence[str]
) -> tuple[tuple[Drawing, ...], Labels]:
    """Find the drawings that show one of some classes.

    Args:
        chosen: Some drawings.
        classes: Names of the classes of a model; "c" is one of "C/c".

    Returns:
        Those drawings, and the class of each, uint8 of shape (n,).
    """
    places = [class_names.index_of(classes, each.label) for each in chosen]
    known = [
        (each, at) for each, at in zip(chosen, places, strict=True) if at is not None
    ]
    return tuple(each for each, _ in known), np.array([at for _, at in known], np.uint8)


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


def folder() -> Path:
    """Return the folder of the drawings; it need not exist."""
    return settings.home() / FOLDER


# A drawing is known by its identity here: its ink never changes.
@functools.lru_cache(maxsize=2 * MAX_DRAWINGS)
def _glyph(drawing: Drawing, style: InkStyle, shape: tuple[int, int]) -> ByteImages:
    try:
        if drawing.strokes is not None:
            glyph = imaging.steps_of_strokes(drawing.strokes, style, shape).glyph
        else:
            ink = np.asarray(drawing.ink, np.float32)
            glyph = styles.glyph_steps(ink, style, shape, is_framed=True).glyph
    except BlankDrawingError:
        return np.zeros(shape, np.uint8)
    return np.rint(glyph * 255).astype(np.uint8)


def _next_part(label: str, others: Sequence[Drawing]) -> SplitName:
    """Hold out each fifth of a class, or of all as soon as its class has another."""
    parts = [each.part for each in others if each.label == label]
    if parts.count("test") < (len(parts) + 1 + _EACH - _FIRST) // _EACH:
        return "test"
    num_held_out = sum(each.part == "test" for each in others)
    is_behind = num_held_out < (len(others) + 1) // _EACH
    return "test" if is_behind and parts and "test" not in parts else "train"


def _files() -> list[Drawing | str]:
    found = []
    for path in folder().glob("[!.]*.json"):
        # It may be deleted at this moment.
        with contextlib.suppress(FileNotFoundError):
            stat = path.stat()
            version = stat.st_mtime_ns, stat.st_size, stat.st_ino
            found.append(_read(path, *version))
    return found


@functools.lru_cache(maxsize=2 * MAX_DRAWINGS)
def _read(path: Path, *_version: int) -> Drawing | str:
    try:
        return Drawing.read(path)
    except HandwritingError as error:
        return str(error)


def _path(drawing_id: str) -> Path:
    # An id from outside may be a path.
    return folder() / f"{Path(drawing_id).name or '?'}.json"


def _write(drawing: Drawing) -> None:
    with files.creating_file(_path(drawing.id)) as temporary:
        temporary.write_text(drawing.document(), "utf-8")


def _check_room(number: int) -> None:
    if number > MAX_DRAWINGS:
        message = (
            f"Expected at most {MAX_DRAWINGS:,} drawings in My handwriting, got "
            f"{number:,}. Delete some on the page Data sets."
        )
        raise HandwritingError(message)


@contextmanager
def _changing() -> Iterator[None]:
    """Let nobody else change the drawings while the block runs.

    Raises:
        HomeError: If the folder cannot be written, or somebody else holds it.
    """
    place = folder()
    try:
        place.mkdir(exist_ok=True)
        with files.waiting_lock(place / ".lock", seconds=_LOCK_SECONDS):
            yield
    except OSError as error:
        message = (
            f"Expected to write to {place}, got: {error.strerror or error}. Free some "
            "space, try again, or set INKLAB_HOME to another folder."
        )
        raise HomeError(message) from error
