"""Find the ink in a drawing or a photo: how strong the pen is at each pixel.

A model was trained on even, full-contrast ink on nothing. A photo has a lamp on
one side, coloured paper, noise, dust and the edge of the table. What survives
all of that is the difference between the ink and the paper *around it*, so the
paper is estimated first and every pixel is then measured against it.

Ink may be darker or lighter than its paper: whichever side of the paper has the
stronger outliers is the ink.
"""

import dataclasses
from dataclasses import dataclass

import numpy as np

from core.errors import BlankDrawingError, PictureError
from core.imaging import frames, marks, paper, quadrilaterals, ruling, sheets
from core.imaging.normalise import INK_THRESHOLD
from core.imaging.pictures import RgbaImage
from core.types import GrayImage

_WORKING_SIDE = 800  # a character of a tenth of the picture still has 80 pixels
_LEAST_CONTRAST = 0.06  # of the paper's own brightness: less is paper
_NOISE_REACH = 3.0  # standard deviations that noise is taken to reach
_DRAWN_BOX = (
    "The box is as thick as what is written in it, so it may be part of the character. "
    "If it is not, crop the picture to the inside of the box."
)
_CLEAR_SHARE = 0.5  # of all ink: if there is more beside it, which is the character?
_OTHER_MARKS = (
    "Only {share:.0%} of the ink in the picture is taken for the character. If it is "
    "another part, crop the picture to it."
)
_FULL_INK = 90  # percentile of the inked pixels that counts as full strength


@dataclass(frozen=True, eq=False)
class PictureInk:
    """The ink in a picture, and what had to be told from it.

    Attributes:
        ink: Ink strength, float32 in [0, 1], 0.0 for paper and 1.0 for full ink; shape
            (height, width), at most 800 pixels a side.
        remarks: What was removed, a sentence each, as text for the screen.
        doubt: Why it is uncertain what the character is, and what to do; empty if it
            is certain.
    """

    ink: GrayImage
    remarks: tuple[str, ...] = ()
    doubt: str = ""


def read_picture_ink(rgba: RgbaImage) -> PictureInk:
    """Find all ink in a picture, of one character or of many, and nothing else.

    Args:
        rgba: A picture, uint8 of shape (height, width, 4), with ink that is darker or
            lighter than its paper.

    Raises:
        BlankDrawingError: If nothing stands out from the paper.
        PictureError: If the array is not a picture of bytes.
    """
    _check(rgba)
    grey = paper.brightness(rgba)
    sheet, remarks = _sheet(grey)
    try:
        ink = _ink_of(sheet, remarks)
    except BlankDrawingError:
        # What looked like a sheet is a thick stroke with nothing in it.
        remarks = []
        ink = _ink_of(grey, remarks)
    ink, num_frames, is_drawn = frames.without_frames(ink)
    if num_frames:
        boxes = "box" if num_frames == 1 else f"{num_frames} boxes"
        remarks.append(f"Removed the {boxes} around what is written.")
    return PictureInk(ink, tuple(remarks), _DRAWN_BOX if is_drawn else "")


def read_character_ink(rgba: RgbaImage) -> PictureInk:
    """Find the ink of the one character in a drawing, a scan or a photo.

    Args:
        rgba: A picture, uint8 of shape (height, width, 4), with one character
            that is darker or lighter than its paper.

    Raises:
        BlankDrawingError: If nothing stands out from the paper.
        PictureError: If the array is not a picture of bytes.
    """
    found = read_picture_ink(rgba)
    ink = marks.character_only(found.ink)
    if not _is_character(ink):
        raise BlankDrawingError(_blank(rgba.shape[:2]))
    share = float(ink.sum() / found.ink.sum())
    doubt = found.doubt
    if share < _CLEAR_SHARE:
        doubt = " ".join([doubt, _OTHER_MARKS.format(share=share)]).strip()
    return dataclasses.replace(found, ink=ink, doubt=doubt)


def ink_on_paper(rgba: RgbaImage) -> GrayImage:
    """Return the ink of `read_picture_ink`: all that is in a picture."""
    return read_picture_ink(rgba).ink


def ink_of_picture(rgba: RgbaImage) -> GrayImage:
    """Return the ink of `read_character_ink`: that of one character."""
    return read_character_ink(rgba).ink


def plain_ink(rgba: RgbaImage) -> GrayImage:
    """Find what stands out from the paper: ink, lines and the table alike."""
    return _ink_of(paper.brightness(rgba))


def _sheet(grey: GrayImage) -> tuple[GrayImage, list[str]]:
    """Return the part of a picture that is the paper, and what was cut off."""
    remarks = []
    inside = sheets.without_bars(grey)
    if inside is not grey:
        remarks.append("Cut off the bars along the edge of the picture.")
    corners = sheets.find_sheet(inside)
    if corners is not None:
        inside = quadrilaterals.rectified(inside, corners)
        remarks.append("Cut out the sheet of paper from what it lies on.")
    return inside, remarks


def _ink_of(brightness: GrayImage, remarks: list[str] | None = None) -> GrayImage:
    """Measure the ink on a sheet; if there is a list for remarks, without its lines."""
    grey = paper.reduced(brightness, _WORKING_SIDE)
    contrast, noise = paper.signed_contrast(grey)
    least = max(_LEAST_CONTRAST, 2 * _NOISE_REACH * noise)
    if remarks is not None:
        contrast = _without_lines(contrast, remarks)
    full = _full_contrast(contrast)
    if full < least:
        raise BlankDrawingError(_blank(brightness.shape))
    floor = _NOISE_REACH * noise
    ink: GrayImage = np.clip((contrast - floor) / (full - floor), 0.0, 1.0)
    return ink


def _full_contrast(contrast: GrayImage) -> float:
    inked = contrast[contrast > paper.threshold(contrast)]
    return float(np.percentile(inked, _FULL_INK)) if inked.size else 0.0


def _without_lines(contrast: GrayImage, remarks: list[str]) -> GrayImage:
    lines = ruling.told_from_ink(ruling.find(contrast), contrast)
    across, down = len(lines.across), len(lines.down)
    if across + down == 0:
        return contrast
    kind = "squared" if across > 1 and down > 1 else "ruled"
    if across + down == 1:
        remarks.append("Removed a line that runs across the paper.")
    else:
        remarks.append(f"Removed the lines of {kind} paper ({across + down} lines).")
    return ruling.removed(contrast, lines)


def _check(rgba: RgbaImage) -> None:
    right_shape = rgba.ndim == 3 and rgba.shape[2] == 4 and rgba.size > 0  # noqa: PLR2004 - RGBA
    if rgba.dtype != np.uint8 or not right_shape:
        message = (
            "Expected a picture of shape (height, width, 4) and type uint8, got "
            f"{rgba.shape} and {rgba.dtype}. Read it with core.imaging.pictures."
        )
        raise PictureError(message)


def _blank(shape: tuple[int, ...]) -> str:
    return (
        "Expected a drawing with at least one inked pixel, got a blank one of shape "
        f"{shape}. Draw one character, or take a photo with more contrast."
    )


def _is_character(ink: GrayImage) -> bool:
    rows, columns = np.nonzero(ink > INK_THRESHOLD)
    if rows.size == 0:
        return False
    longer = max(np.ptp(rows), np.ptp(columns)) + 1
    return bool(longer > marks.DUST * max(ink.shape))
