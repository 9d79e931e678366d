"""A picture beside its glyph, and strips of glyphs."""

import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dashboard.charts import previews
from dashboard.charts.previews import GAP, TILE
from dashboard.charts.theme import DARK, LIGHT

GLYPH = np.zeros((28, 28), np.uint8)
GLYPH[7:21, 14:] = 255


def pixels(png: bytes) -> NDArray[np.uint8]:
    """Read a PNG as uint8 of shape (height, width, 3)."""
    with Image.open(io.BytesIO(png)) as image:
        return np.array(image.convert("RGB"))


def test_a_picture_stands_on_white_left_of_its_glyph() -> None:
    """What is transparent is paper: so it is read, too."""
    picture = np.zeros((200, 100, 4), np.uint8)
    picture[50:150, 50:] = (10, 20, 30, 255)

    shown = pixels(previews.pair(picture, GLYPH, palette=LIGHT))

    left, right = shown[GAP : GAP + TILE], shown[GAP : GAP + TILE, TILE + 2 * GAP :]
    assert shown.shape == (TILE + 2 * GAP, 2 * TILE + 3 * GAP, 3)
    assert left[TILE // 2, GAP + TILE // 2 + 5].tolist() == [10, 20, 30]
    assert left[TILE // 2, GAP + 5].tolist() == [255, 255, 255]
    assert right[TILE // 2, TILE // 2 + 5].tolist() == [255, 255, 255]
    assert right[TILE // 2, TILE // 2 - 5].tolist() == [0, 0, 0]


def test_a_glyph_has_an_edge_beside_dark_paper() -> None:
    """Its black would be lost in the dark theme."""
    shown = pixels(previews.pair(None, GLYPH, palette=DARK))

    edge = list(bytes.fromhex(DARK.tile_edge.removeprefix("#")))
    assert shown.shape == (TILE + 2 * GAP, TILE + 2 * GAP, 3)
    assert shown[0, 0].tolist() == shown[-1, -1].tolist() == edge
    assert shown[GAP, GAP].tolist() == [0, 0, 0]


def test_a_strip_has_twice_the_pixels_of_the_screen() -> None:
    """A dense screen shows them all."""
    shown = pixels(
        previews.strip(np.stack([GLYPH] * 5), columns=3, tile=34, palette=LIGHT)
    )

    height, width = shown.shape[:2]
    assert width == 3 * (28 * 3 + 2) + 2
    assert height == 2 * (28 * 3 + 2) + 2
