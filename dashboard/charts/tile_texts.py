"""What is written on the tiles of a mosaic: below each glyph, and above it if needed.

It stands on paper: over a glyph it would hide ink, and could not be read on some.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go

from core.types import ByteImages
from dashboard.charts.cells import written
from dashboard.charts.theme import Palette
from dashboard.charts.words import plain

BELOW_ONLY: Final = (0.0, 0.25)
ABOVE_AND_BELOW: Final = (0.18, 0.18)

SMALL_TILE: Final = 60
"""In pixels; the text of smaller ones is smaller."""


@dataclass(frozen=True)
class TileText:
    """What stands on a tile, as plain text of a few letters.

    Attributes:
        below: Below the glyph.
        above: Above it; mosaics of small tiles have no room for that.
        is_marked: Whether it is in the accent colour.
        is_dimmed: Whether glyph and text recede.
    """

    below: str
    above: str = ""
    is_marked: bool = False
    is_dimmed: bool = False


def strips(texts: Sequence[TileText]) -> tuple[float, float]:
    """Return the shares of a tile above and below its glyph that are for text."""
    if not texts:
        return 0.0, 0.0
    return ABOVE_AND_BELOW if any(text.above for text in texts) else BELOW_ONLY


def dimmed(images: ByteImages, texts: Sequence[TileText]) -> ByteImages:
    """Return images with the ink of some reduced to a third."""
    recede = np.array([text.is_dimmed for text in texts], np.bool_)
    return np.where(recede[:, np.newaxis, np.newaxis], images // 3, images)


def text_trace(
    texts: Sequence[TileText],
    places: Iterable[tuple[int, int]],
    *,
    tile: int,
    palette: Palette,
) -> go.Scatter:
    """Write texts in the strips of their tiles, at places (column, row)."""
    above, below = strips(texts)
    cells = {}
    for text, (column, row) in zip(texts, places, strict=True):
        ink = palette.accent if text.is_marked else palette.text
        ink = palette.secondary if text.is_dimmed else ink
        cells[row + (1 - below) / 2, column] = plain(text.below), ink
        if text.above:
            cells[row - (1 - above) / 2, column] = plain(text.above), ink
    return written(cells, size=10 if tile < SMALL_TILE else 12)
