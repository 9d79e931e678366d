"""From drawings to the arrays that a model takes."""

import functools
from collections.abc import Sequence

import numpy as np

from core.datasets import classes as class_names
from core.errors import BlankDrawingError
from core.handwriting.drawing import Drawing
from core.handwriting.storage import MAX_DRAWINGS
from core.imaging import glyphs as imaging
from core.imaging import styles
from core.types import ByteImages, InkStyle, Labels


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
