"""What the layers of a network give for an image, and what they multiply by."""

from collections.abc import Sequence
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from dashboard.charts.mosaic import GREYS, WHITE, Grid, mosaic_figure, rgb
from dashboard.charts.theme import Palette, diverging_at

LAST_LEVEL: Final = WHITE - 1

SMALL_SIDE: Final = 12
"""Tiles of so few coloured pixels run into each other without room between them."""

ENLARGED: Final = 4
ROOM: Final = 2


def value_mosaic(
    values: NDArray[np.float32],
    *,
    captions: Sequence[str],
    grid: Grid,
    palette: Palette,
) -> go.Figure:
    """Show numbers as tiles of pixels, all on one scale.

    Args:
        values: float32 of shape (n, height, width); height and width are 1 for units.
        captions: What hovering over each tile tells.
        grid: How the tiles are laid out.
        palette: Colours of the theme.

    Returns:
        A mosaic. Without negative values it goes from black for 0 to white; with
        them from vermilion over paper for 0 to blue.
    """
    most = max(float(np.abs(values).max(initial=0)), 1e-12)
    if values.min(initial=0) >= 0:
        levels, zero, colours = values / most, 0, GREYS
    else:
        levels, zero = (values / most + 1) / 2, LAST_LEVEL // 2
        colours = tuple(
            rgb(diverging_at(2 * level / LAST_LEVEL - 1, palette))
            for level in range(WHITE)
        )
    tiles = _squared(np.round(levels * LAST_LEVEL).astype(np.uint8), zero)
    if zero and 1 < tiles.shape[-1] <= SMALL_SIDE:
        tiles = _apart(tiles, zero)
    return mosaic_figure(
        tiles,
        captions=captions,
        grid=grid,
        selected=None,
        palette=palette,
        colours=colours,
    )


def _squared(tiles: NDArray[np.uint8], zero: int) -> NDArray[np.uint8]:
    """Put tiles in the middle of squares of zeros."""
    height, width = tiles.shape[1:]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    margins = ((top, side - height - top), (left, side - width - left))
    return np.pad(tiles, ((0, 0), *margins), constant_values=zero)


def _apart(tiles: NDArray[np.uint8], zero: int) -> NDArray[np.uint8]:
    """Put a frame of zeros around each tile."""
    large = tiles.repeat(ENLARGED, axis=1).repeat(ENLARGED, axis=2)
    return np.pad(large, ((0, 0), (ROOM, ROOM), (ROOM, ROOM)), constant_values=zero)
