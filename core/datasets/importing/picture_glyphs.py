"""From a picture of one character to the glyph that is imported.

Pictures that are glyphs already (all of one small size, light ink on black) stay as
they are, unless the user chooses a style or a size: to scale them would blur them.
"""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from core.datasets.importing import appearance
from core.datasets.importing.entries import Entry
from core.datasets.importing.source import ImportOptions
from core.datasets.spec import MAX_SIDE, MIN_SIDE
from core.errors import HugePictureError
from core.imaging import glyphs, pictures
from core.imaging.pictures import RgbaImage
from core.types import ByteImages, InkStyle

MAX_FILE: Final = 2**28
"""Larger files are not opened."""

_SHAPE: Final = (28, 28)
_DARK: Final = 64  # of 255: the paper of glyphs is black
_OPAQUE: Final = 255


@dataclass(frozen=True)
class GlyphForm:
    """What the pictures of a source become.

    Attributes:
        options: What the user decided.
        image_shape: Height and width of the glyphs.
        ink_style: Their ink style.
        as_they_are: Whether pictures that are such glyphs stay as they are.
    """

    options: ImportOptions
    image_shape: tuple[int, int]
    ink_style: InkStyle
    as_they_are: bool

    def read(self, entry: Entry) -> RgbaImage:
        """Read a picture; see the function `read`."""
        return read(entry, self.options)

    def glyph(self, picture: RgbaImage) -> ByteImages:
        """Make the glyph of a picture; see the function `glyph`."""
        if self.as_they_are:
            found = as_it_is(picture, self.image_shape)
            if found is not None:
                return found
        return glyph(picture, self.ink_style, self.image_shape)


def decide(examples: Sequence[RgbaImage], options: ImportOptions) -> GlyphForm:
    """Decide what pictures become, by the options and a picture of each class."""
    height, width = examples[0].shape[:2]
    as_they_are = [as_it_is(each, (height, width)) for each in examples]
    found = [each for each in as_they_are if each is not None]
    if (
        options.ink_style is None
        and options.image_shape in (None, (height, width))
        and len(found) == len(examples)
        and all(MIN_SIDE <= side <= MAX_SIDE for side in (height, width))
    ):
        style = appearance.guess_ink_style(np.stack(found))
        return GlyphForm(options, (height, width), style, as_they_are=True)
    shape = options.image_shape or _SHAPE
    return GlyphForm(options, shape, options.ink_style or "mnist", as_they_are=False)


def read(entry: Entry, options: ImportOptions) -> RgbaImage:
    """Read a picture, turned if the options say so.

    Returns:
        uint8 of shape (height, width, 4).

    Raises:
        PictureError: If it is damaged, too large or none.
        DatasetFileError: If its file cannot be opened.
    """
    if entry.size > MAX_FILE:
        message = (
            f"Expected a file of at most {MAX_FILE:,} bytes, got {entry.size:,} in "
            f"{entry}. Make the picture smaller."
        )
        raise HugePictureError(message)
    with entry.reading() as stream:
        content = stream.read()
    picture = pictures.read_picture(io.BytesIO(content))
    return picture.swapaxes(0, 1) if options.transposed else picture


def check_usable(picture: RgbaImage) -> None:
    """Refuse a picture that shows no character.

    Raises:
        BlankDrawingError: If nothing stands out from the paper.
    """
    height, width = picture.shape[:2]
    if as_it_is(picture, (height, width)) is None:
        glyph(picture, "mnist", _SHAPE)


def glyph(rgba: RgbaImage, style: InkStyle, image_shape: tuple[int, int]) -> ByteImages:
    """Turn a picture into a glyph, the way that a drawing goes.

    Args:
        rgba: The picture, uint8 of shape (height, width, 4).
        style: The ink style to put it into.
        image_shape: Height and width of the glyph.

    Returns:
        uint8 of that shape, 0 for paper and 255 for full ink.

    Raises:
        BlankDrawingError: If nothing stands out from the paper.
    """
    found = glyphs.steps_of_picture(rgba, style, image_shape).glyph
    return np.asarray(np.rint(found * 255), np.uint8)


def as_it_is(rgba: RgbaImage, image_shape: tuple[int, int]) -> ByteImages | None:
    """Return a picture that is a glyph already, grey ink on black of the right size.

    Returns:
        uint8 of shape (height, width); None if it is something else.
    """
    red, green, blue, alpha = np.moveaxis(rgba, -1, 0)
    border = np.concatenate([red[0], red[-1], red[:, 0], red[:, -1]])
    is_glyph = (
        rgba.shape[:2] == image_shape
        and bool((alpha == _OPAQUE).all())
        and np.array_equal(red, green)
        and np.array_equal(red, blue)
        and float(np.median(border)) < _DARK
    )
    return red.copy() if is_glyph else None
