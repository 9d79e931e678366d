"""Many glyphs as one picture, each of which can be hovered and clicked.

Two hundred images of their own are two hundred requests and six seconds; one
picture is one. It is enlarged in whole pixels before the browser scales it,
because a browser smooths what it enlarges.
"""

import base64
import io
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from core.types import ByteImages
from dashboard.charts.selection import hit_markers, whole_numbers
from dashboard.charts.theme import Palette, base_figure, outline

ColourNumbers = NDArray[np.uint8]
"""Numbers of colours: grey levels, but three of them stand for something else."""

WHITE: Final = 253
PAPER: Final = 254
EDGE: Final = 255

PIXELS_PER_DOT = 2
"""The picture has twice the resolution of the screen, for dense screens."""


@dataclass(frozen=True)
class Grid:
    """How glyphs are laid out.

    The browser shrinks the tiles when the page is narrower than all columns,
    so a phone wants fewer columns: 8 of 40 pixels fill one exactly.

    Attributes:
        columns: Glyphs in a row.
        tile: Side of a glyph on a wide screen, in pixels.
    """

    columns: int = 20
    tile: int = 48

    def rows(self, num_images: int) -> int:
        """Return how many rows that many images need; at least one."""
        return max(1, math.ceil(num_images / self.columns))

    def place(self, position: int) -> tuple[int, int]:
        """Return the (column, row) of the image at a position."""
        return position % self.columns, position // self.columns


def mosaic_image(
    images: ByteImages, *, columns: int, scale: int, gap: int, palette: Palette
) -> bytes:
    """Draw glyphs on a grid of hairlines.

    Args:
        images: uint8 of shape (n, height, width); 255 is full ink, drawn white.
        columns: Glyphs in a row.
        scale: Side of an image pixel in the picture, a whole number.
        gap: Width of a hairline in picture pixels.
        palette: Colours of the theme.

    Returns:
        A PNG. Places of the last row without a glyph are paper.
    """
    # With numbered colours a pixel takes one byte, not three, and all of this
    # a third of the time. What is nearly white becomes white.
    picture = Image.fromarray(_colours(images, columns=columns, scale=scale, gap=gap))
    greys = [(level, level, level) for level in range(WHITE)]
    last = [(255, 255, 255), _rgb(palette.paper), _rgb(palette.tile_edge)]
    picture.putpalette([part for colour in (*greys, *last) for part in colour])
    file = io.BytesIO()
    picture.save(file, format="PNG", compress_level=1)
    return file.getvalue()


def mosaic_figure(
    images: ByteImages,
    *,
    indices: Sequence[int],
    captions: Sequence[str],
    grid: Grid,
    selected: int | None,
    palette: Palette,
) -> go.Figure:
    """Draw glyphs as a figure in which each can be hovered and clicked.

    Args:
        images: uint8 of shape (n, height, width); 255 is full ink.
        indices: What a click on each image returns.
        captions: What hovering over each image shows.
        grid: How they are laid out.
        selected: The index, one of `indices`, to be outlined.
        palette: Colours of the theme.

    Returns:
        A figure as high as its rows; read its clicks with `selected_index`.
    """
    num_images = len(images)
    figure = base_figure(
        palette, name="mosaic", height=grid.rows(num_images) * grid.tile + 4
    )
    places = [grid.place(position) for position in range(num_images)]
    if num_images:
        _add_picture(figure, images, grid, palette)
        figure.add_trace(
            hit_markers(
                [column for column, _ in places],
                [row for _, row in places],
                customdata=[(int(index),) for index in indices],
                hover=captions,
            )
        )
    figure.update_layout(
        shapes=[
            outline(*place, palette)
            for place, index in zip(places, indices, strict=True)
            if index == selected
        ],
    )
    _set_axes(figure, grid, num_images)
    return figure


def selected_index(points: Sequence[Mapping[str, object]]) -> int | None:
    """Return the index of the glyph that was clicked, if any.

    Args:
        points: `event.selection.points` of `st.plotly_chart`.
    """
    match whole_numbers(points):
        case (index,):
            return index
        case _:
            return None


def _colours(
    images: ByteImages, *, columns: int, scale: int, gap: int
) -> ColourNumbers:
    """Return the mosaic as uint8 of shape (height, width)."""
    num_images, height, width = images.shape
    rows = max(1, math.ceil(num_images / columns))
    down, across = height * scale + gap, width * scale + gap
    pixels: ColourNumbers = np.full(
        (rows * down + gap, columns * across + gap), PAPER, dtype=np.uint8
    )
    for position, image in enumerate(np.minimum(images, WHITE)):
        row, column = divmod(position, columns)
        top, left = row * down, column * across
        pixels[top : top + down + gap, left : left + across + gap] = EDGE
        large = image.repeat(scale, axis=0).repeat(scale, axis=1)
        pixels[top + gap : top + down, left + gap : left + across] = large
    return pixels


def _rgb(colour: str) -> tuple[int, int, int]:
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _add_picture(
    figure: go.Figure, images: ByteImages, grid: Grid, palette: Palette
) -> None:
    side = images.shape[-1]
    scale = max(1, math.ceil(grid.tile * PIXELS_PER_DOT / side))
    gap = PIXELS_PER_DOT
    png = mosaic_image(
        images, columns=grid.columns, scale=scale, gap=gap, palette=palette
    )
    # The outermost hairline belongs to no tile; without its share the last
    # tiles would lie beside their markers.
    rest = gap / (side * scale + gap)
    figure.add_layout_image(
        source="data:image/png;base64," + base64.b64encode(png).decode("ascii"),
        layer="below",
        sizing="stretch",
        xref="x",
        yref="y",
        x=-0.5 - rest / 2,
        y=-0.5 - rest / 2,
        sizex=grid.columns + rest,
        sizey=grid.rows(len(images)) + rest,
    )


def _set_axes(figure: go.Figure, grid: Grid, num_images: int) -> None:
    axis = {"visible": False, "fixedrange": True, "constrain": "domain"}
    figure.update_layout(
        # Reaches the corner of a tile, but not the middle of an empty place.
        hoverdistance=math.ceil(grid.tile * 0.72),
        margin={"l": 2, "r": 2, "t": 2, "b": 2},
    )
    figure.update_xaxes(
        **axis, range=[-0.52, grid.columns - 0.48], constraintoward="left"
    )
    figure.update_yaxes(
        **axis,
        range=[grid.rows(num_images) - 0.48, -0.52],
        scaleanchor="x",
        constraintoward="top",
    )
