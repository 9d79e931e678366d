"""Glyphs with a line of text below each: what their label is, and what it may be."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.types import ByteImages
from dashboard.charts.mosaic import Grid, mosaic_figure
from dashboard.charts.theme import DARK, Palette
from dashboard.charts.words import plain

TEXT_SIZE: Final = 11
MAX_TEXT: Final = 9
BAND: Final = 0.25
"""Height of the line below a glyph, of the glyph's."""

_BASE: Final = 0.45
"""Where the line ends, from the middle of its tile."""


@dataclass(frozen=True)
class Tag:
    """What stands below a glyph.

    Attributes:
        text: In some letters; what is longer is cut.
        is_marked: Whether it is in the colour of what deserves a look.
        is_done: Whether glyph and text are dimmed.
    """

    text: str
    is_marked: bool = False
    is_done: bool = False


def label_mosaic(
    images: ByteImages,
    tags: Sequence[Tag],
    *,
    captions: Sequence[str],
    grid: Grid,
    selected: int | None,
    palette: Palette,
) -> go.Figure:
    """Draw glyphs with a tag each; see `mosaic_figure` for the rest.

    Args:
        images: uint8 of shape (n, height, width); 255 is full ink, drawn white.
        tags: What stands below each.
        captions: What hovering over each image shows, as plain text.
        grid: How they are laid out.
        selected: Position of the image to be outlined.
        palette: Colours of the theme.
    """
    figure = mosaic_figure(
        _with_bands(images, np.array([tag.is_done for tag in tags], np.bool_)),
        captions=captions,
        grid=grid,
        selected=selected,
        palette=palette,
    )
    places = [grid.place(position) for position in range(len(tags))]
    figure.add_trace(
        go.Scatter(
            x=[column for column, _ in places],
            y=[row + _BASE for _, row in places],
            text=[plain(_cut(tag.text)) for tag in tags],
            mode="text",
            textposition="top center",
            textfont={"size": TEXT_SIZE, "color": list(map(_ink, tags))},
            hoverinfo="skip",
        )
    )
    return figure


def _with_bands(images: ByteImages, is_done: np.ndarray) -> ByteImages:
    """Dim some glyphs, and give all room for a line below."""
    dimmed = np.where(is_done[:, np.newaxis, np.newaxis], images // 3, images)
    room = round(BAND * images.shape[1])
    return np.pad(dimmed, ((0, 0), (0, room), (0, 0)))


def _ink(tag: Tag) -> str:
    # Tiles are black in both themes, so their ink is that of the dark one.
    if tag.is_done:
        return DARK.secondary
    return DARK.accent if tag.is_marked else DARK.text


def _cut(text: str) -> str:
    return text if len(text) <= MAX_TEXT else text[: MAX_TEXT - 1] + "…"
