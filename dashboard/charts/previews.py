"""A picture beside the glyph that it becomes, and strips of glyphs, as PNG files."""

import io
import math
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core.types import ByteImages
from dashboard.charts.mosaic import mosaic_image
from dashboard.charts.theme import Palette

TILE: Final = 112
"""Side of a picture and of a glyph in the file: twice that on the screen."""

GAP: Final = 2


def pair(
    picture: NDArray[np.uint8] | None, glyph: ByteImages, *, palette: Palette
) -> bytes:
    """Draw a picture and its glyph side by side.

    Args:
        picture: uint8 of shape (height, width, 4); None to draw the glyph alone.
        glyph: uint8 of shape (height, width), 255 for full ink, drawn white.
        palette: Colours of the theme.

    Returns:
        A PNG, 116 pixels high.
    """
    tiles = [_glyph_tile(glyph)]
    if picture is not None:
        tiles.insert(0, _picture_tile(picture))
    width = len(tiles) * (TILE + GAP) + GAP
    sheet = Image.new("RGB", (width, TILE + 2 * GAP), palette.tile_edge)
    for number, tile in enumerate(tiles):
        sheet.paste(tile, (number * (TILE + GAP) + GAP, GAP))
    file = io.BytesIO()
    sheet.save(file, format="PNG", compress_level=1)
    return file.getvalue()


def strip(images: ByteImages, *, columns: int, tile: int, palette: Palette) -> bytes:
    """Draw glyphs on a grid of hairlines, at twice the resolution of the screen.

    Args:
        images: uint8 of shape (n, height, width), n at least 1.
        columns: Glyphs in a row.
        tile: Side of a glyph on the screen, in pixels.
        palette: Colours of the theme.
    """
    scale = max(1, math.ceil(2 * tile / images.shape[-1]))
    return mosaic_image(images, columns=columns, scale=scale, gap=2, palette=palette)


def _picture_tile(picture: NDArray[np.uint8]) -> Image.Image:
    tile = Image.new("RGBA", (TILE, TILE), "white")
    shown = Image.fromarray(picture)
    ratio = TILE / max(shown.size)
    size = (max(1, round(shown.width * ratio)), max(1, round(shown.height * ratio)))
    shown = shown.resize(
        size, Image.Resampling.BOX if ratio < 1 else Image.Resampling.NEAREST
    )
    left, top = (TILE - size[0]) // 2, (TILE - size[1]) // 2
    tile.alpha_composite(shown, (left, top))
    return tile.convert("RGB")


def _glyph_tile(glyph: ByteImages) -> Image.Image:
    ratio = TILE / max(glyph.shape)
    height, width = (max(1, round(side * ratio)) for side in glyph.shape)
    tile = Image.new("L", (TILE, TILE), 0)
    shown = Image.fromarray(glyph).resize((width, height), Image.Resampling.NEAREST)
    tile.paste(shown, ((TILE - width) // 2, (TILE - height) // 2))
    return tile.convert("RGB")
