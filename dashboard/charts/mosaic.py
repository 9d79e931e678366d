"""Many glyphs as one picture, each of which can be hovered, clicked and selected.

Two hundred images of their own are two hundred requests and six seconds; one
picture is one. It is enlarged in whole pixels before the browser scales it,
because a browser smooths what it enlarges.
"""

import base64
import io
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from PIL import Image

from core.types import ByteImages
from dashboard.charts.cells import Fit, mark_cells
from dashboard.charts.theme import Palette, base_figure, outline
from dashboard.charts.tile_texts import TileText, dimmed, strips, text_trace

ColourNumbers = NDArray[np.uint8]
"""Numbers of colours: grey levels, but three of them stand for something else."""

WHITE: Final = 253
PAPER: Final = 254
EDGE: Final = 255

GREYS: Final = tuple((level, level, level) for level in range(WHITE))
"""From black for 0 to nearly white for 252."""

EDGE_ROOM: Final = 2
"""Pixels of a margin, for the outline of a tile at the edge."""

FILE_TILE: Final = 56
"""Side of a glyph in a picture to take along, in pixels, if it is no larger itself."""

MAX_FILE_PIXELS: Final = 8_000_000
"""Of such a picture: 2,551 glyphs of 56 x 56."""

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


def mosaic_image(  # noqa: PLR0913 - it is all that makes up a mosaic
    images: ByteImages,
    *,
    columns: int,
    scale: int,
    gap: int,
    palette: Palette,
    rooms: tuple[int, int] = (0, 0),
    colours: Sequence[tuple[int, int, int]] = GREYS,
) -> bytes:
    """Draw glyphs on a grid of hairlines.

    Args:
        images: uint8 of shape (n, height, width); 255 is full ink, drawn white.
        columns: Glyphs in a row.
        scale: Side of an image pixel in the picture, a whole number.
        gap: Width of a hairline in picture pixels.
        palette: Colours of the theme.
        rooms: Heights of the strips of paper above and below each glyph in picture
            pixels; as much in all is beside it.
        colours: Of the levels 0 to 252.

    Returns:
        A PNG. Places of the last row without a glyph are paper.
    """
    # With numbered colours a pixel takes one byte, not three, and all of this
    # a third of the time. What is nearly white becomes white.
    picture = Image.fromarray(
        _colours(images, columns=columns, scale=scale, gap=gap, rooms=rooms)
    )
    last = [(255, 255, 255), rgb(palette.paper), rgb(palette.tile_edge)]
    picture.putpalette([part for colour in (*colours, *last) for part in colour])
    file = io.BytesIO()
    picture.save(file, format="PNG", compress_level=1)
    return file.getvalue()


def mosaic_file(images: ByteImages, *, palette: Palette) -> bytes:
    """Draw glyphs as a picture to take along, the first `max_in_file` of them.

    Args:
        images: uint8 of shape (n, height, width); 255 is full ink, drawn white.
        palette: Colours of the theme.

    Returns:
        A PNG, about as wide as high.
    """
    images = _squared(images[: max_in_file(images)])
    side = images.shape[-1]
    return mosaic_image(
        images,
        columns=max(1, math.ceil(math.sqrt(len(images)))),
        scale=max(1, FILE_TILE // side),
        gap=PIXELS_PER_DOT,
        palette=palette,
    )


def max_in_file(images: ByteImages) -> int:
    """Return how many glyphs of the size of these a picture may have."""
    height, width = images.shape[1:]
    return MAX_FILE_PIXELS // int(max(height, width, FILE_TILE)) ** 2


def mosaic_figure(  # noqa: PLR0913 - as above
    images: ByteImages,
    *,
    captions: Sequence[str],
    grid: Grid,
    selected: int | None,
    palette: Palette,
    texts: Sequence[TileText] = (),
    colours: Sequence[tuple[int, int, int]] = GREYS,
) -> go.Figure:
    """Draw glyphs as a figure in which each can be hovered and clicked.

    Args:
        images: uint8 of shape (n, height, width); 255 is full ink. What is no
            square gets black beside it or above and below.
        captions: What hovering over each image shows, as plain text.
        grid: How they are laid out.
        selected: Position of the image to be outlined.
        palette: Colours of the theme.
        texts: What is written on each tile; nothing if there are none.
        colours: Of the levels 0 to 252.

    Returns:
        A figure as high as its rows; a click returns the position of an image.
    """
    figure = base_figure(palette, name="mosaic", height=grid.tile)
    if len(images):
        shown = dimmed(images, texts) if texts else images
        rooms = strips(texts)
        figure.add_trace(_picture(shown, grid, palette, rooms=rooms, colours=colours))
    if texts:
        places = map(grid.place, range(len(texts)))
        figure.add_trace(text_trace(texts, places, tile=grid.tile, palette=palette))
    if selected is not None:
        figure.add_shape(outline(*grid.place(selected), palette))
    figure.update_layout(margin={"l": EDGE_ROOM, "r": 0, "t": EDGE_ROOM, "b": 0})
    figure.update_xaxes(visible=False)
    figure.update_yaxes(visible=False)
    rows = grid.rows(len(images))
    fit = Fit(grid.columns, rows, grid.tile, across=EDGE_ROOM, down=EDGE_ROOM)
    mark_cells(figure, fit, captions=captions, start=selected)
    return figure


def let_select(figure: go.Figure, num_images: int, grid: Grid) -> None:
    """Let a box or a lasso choose several glyphs, those whose middle is in it."""
    # A picture has no points: these are, and nobody sees them.
    places = [grid.place(position) for position in range(num_images)]
    figure.add_scatter(
        x=[column for column, _ in places],
        y=[row for _, row in places],
        customdata=list(range(num_images)),
        mode="markers",
        marker={"opacity": 0, "size": 1},
        unselected={"marker": {"opacity": 0}},
        hoverinfo="skip",
    )
    figure.update_layout(dragmode="select")


def _colours(
    images: ByteImages, *, columns: int, scale: int, gap: int, rooms: tuple[int, int]
) -> ColourNumbers:
    """Return the mosaic as uint8 of shape (height, width)."""
    num_images, height, width = images.shape
    rows = max(1, math.ceil(num_images / columns))
    room = sum(rooms)
    down, across = height * scale + room + gap, width * scale + room + gap
    pixels: ColourNumbers = np.full(
        (rows * down + gap, columns * across + gap), PAPER, dtype=np.uint8
    )
    for position, image in enumerate(np.minimum(images, WHITE)):
        row, column = divmod(position, columns)
        top, left = row * down, column * across
        pixels[top : top + down + gap, left : left + across + gap] = EDGE
        pixels[top + gap : top + down, left + gap : left + across] = PAPER
        large = image.repeat(scale, axis=0).repeat(scale, axis=1)
        top, left = top + gap + rooms[0], left + gap + room // 2
        pixels[top : top + height * scale, left : left + width * scale] = large
    return pixels


def rgb(colour: str) -> tuple[int, int, int]:
    """Read a colour "#RRGGBB" as three numbers from 0 to 255."""
    red, green, blue = bytes.fromhex(colour.removeprefix("#"))
    return red, green, blue


def _squared(images: ByteImages) -> ByteImages:
    """Place images in the middle of squares, which tiles are; 0 is without ink."""
    height, width = images.shape[1:]
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    margins = ((top, side - height - top), (left, side - width - left))
    return np.pad(images, ((0, 0), *margins))


def _picture(
    images: ByteImages,
    grid: Grid,
    palette: Palette,
    *,
    rooms: tuple[float, float],
    colours: Sequence[tuple[int, int, int]],
) -> go.Image:
    images = _squared(images)
    side = images.shape[-1]
    share = 1 - sum(rooms)
    scale = max(1, math.ceil(grid.tile * share * PIXELS_PER_DOT / side))
    gap = PIXELS_PER_DOT
    above, below = (round(side * scale * room / share) for room in rooms)
    png = mosaic_image(
        images,
        columns=grid.columns,
        scale=scale,
        gap=gap,
        palette=palette,
        rooms=(above, below),
        colours=colours,
    )
    # The outermost hairline belongs to no tile; without its share the last tiles
    # would lie beside their places.
    pixel = 1 / (side * scale + above + below + gap)
    first = -0.5 - (gap - 1) / 2 * pixel
    return go.Image(
        source="data:image/png;base64," + base64.b64encode(png).decode("ascii"),
        x0=first,
        y0=first,
        dx=pixel,
        dy=pixel,
        # What is larger than the screen is averaged, or strokes would have gaps.
        zsmooth="fast",
        hoverinfo="none",
    )
