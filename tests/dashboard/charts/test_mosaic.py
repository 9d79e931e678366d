"""The mosaic, its picture and its cells."""

import base64
import io

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from dashboard.charts.mosaic import (
    PIXELS_PER_DOT,
    Grid,
    let_select,
    max_in_file,
    mosaic_figure,
    mosaic_file,
    mosaic_image,
)
from dashboard.charts.theme import DARK, LIGHT, Palette
from dashboard.charts.tile_texts import TileText


def images(number: int) -> np.ndarray:
    """Glyphs that differ: image i has ink 100 + i everywhere but in its corner."""
    glyphs = np.zeros((number, 28, 28), dtype=np.uint8)
    glyphs += np.arange(100, 100 + number, dtype=np.uint8)[:, None, None]
    glyphs[:, 0, 0] = 255
    return glyphs


def draw(
    number: int = 5, *, selected: int | None = None, palette: Palette = LIGHT
) -> go.Figure:
    return mosaic_figure(
        images(number),
        captions=[f"image {10 * i}" for i in range(number)],
        grid=Grid(columns=3, tile=40),
        selected=selected,
        palette=palette,
    )


def pixels(png: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(png)).convert("RGB"))


def test_glyphs_are_enlarged_without_smoothing() -> None:
    """A smoothed glyph is not what the model sees."""
    picture = pixels(mosaic_image(images(1), columns=1, scale=3, gap=1, palette=LIGHT))

    assert picture.shape == (86, 86, 3)
    np.testing.assert_array_equal(picture[1:4, 1:4], 255)
    np.testing.assert_array_equal(picture[1:4, 4:85], 100)


def test_glyphs_run_along_rows() -> None:
    picture = pixels(mosaic_image(images(4), columns=2, scale=1, gap=1, palette=LIGHT))

    assert picture.shape == (59, 59, 3)
    assert [int(picture[20, x, 0]) for x in (20, 50)] == [100, 101]
    assert [int(picture[50, x, 0]) for x in (20, 50)] == [102, 103]


@pytest.mark.parametrize(
    ("palette", "edge", "paper"),
    [
        (LIGHT, (0xE4, 0xE0, 0xD6), (0xFB, 0xF9, 0xF4)),
        (DARK, (0x4A, 0x50, 0x68), (0x13, 0x15, 0x1F)),
    ],
    ids=["light", "dark"],
)
def test_tiles_have_edges_and_empty_places_are_paper(
    palette: Palette, edge: tuple[int, ...], paper: tuple[int, ...]
) -> None:
    """A black empty place looks like a blank image."""
    picture = pixels(
        mosaic_image(images(3), columns=2, scale=1, gap=1, palette=palette)
    )

    assert tuple(picture[20, 29]) == tuple(picture[0, 0]) == edge
    assert tuple(picture[45, 45]) == paper


def test_each_glyph_is_a_cell_with_its_caption() -> None:
    """Row by row, as the picture; the empty place at the end is none."""
    cells = draw().layout.meta["cells"]

    assert cells["columns"] == 3
    assert cells["captions"] == [f"image {10 * i}" for i in range(5)]


def test_picture_covers_the_tiles() -> None:
    """Half a hairline beyond the outermost tiles on each side."""
    (picture,) = draw().data
    png = base64.b64decode(picture.source.removeprefix("data:image/png;base64,"))
    height, width, _ = pixels(png).shape

    hairline = PIXELS_PER_DOT / 2 * picture.dx
    for first, step, number, tiles in (
        (picture.x0, picture.dx, width, 3),
        (picture.y0, picture.dy, height, 2),
    ):
        start, end = first - step / 2, first + (number - 0.5) * step
        assert start == pytest.approx(-0.5 - hairline)
        assert end == pytest.approx(tiles - 0.5 + hairline)


@pytest.mark.parametrize("shape", [(20, 16), (16, 20), (64, 64), (5, 64)])
def test_images_of_any_shape_lie_in_their_tiles(shape: tuple[int, int]) -> None:
    """Tiles are squares: the twelfth image of 16 x 20 lay a tile and a half away."""
    bright = np.full((6, *shape), 200, dtype=np.uint8)
    (picture,) = mosaic_figure(
        bright,
        captions=[""] * 6,
        grid=Grid(columns=3, tile=48),
        selected=None,
        palette=LIGHT,
    ).data
    shown = pixels(base64.b64decode(picture.source.split(",")[1]))[..., 0] == 200

    for axis, start, step in ((0, picture.y0, picture.dy), (1, picture.x0, picture.dx)):
        places = start + step * np.flatnonzero(shown.any(axis=1 - axis))
        (numbers,) = {len(places) * step / (2 if axis == 0 else 3)}
        assert places.mean() == pytest.approx(0.5 if axis == 0 else 1, abs=0.05)
        assert numbers == pytest.approx(shape[axis] / max(shape), abs=0.05)


def test_first_row_is_on_top_and_tiles_are_square() -> None:
    layout = draw().layout

    assert layout.yaxis.range[0] > layout.yaxis.range[1]
    assert layout.yaxis.scaleanchor == "x"
    assert layout.xaxis.visible is layout.yaxis.visible is False


def test_height_follows_from_the_rows_and_fits_the_width() -> None:
    """On a phone tiles are smaller, and nothing is left empty below them."""
    layout = draw(4).layout
    fit = layout.meta["fit"]

    assert draw(3).layout.height == 42
    assert layout.height == 82
    assert (fit["columns"], fit["rows"], fit["cell"]) == (3, 2, 40)
    assert fit["down"] == 2


def test_dragging_does_not_move_the_picture() -> None:
    """On a phone it scrolls the page."""
    layout = draw().layout

    assert layout.dragmode is False
    assert layout.xaxis.fixedrange is layout.yaxis.fixedrange is True


def test_selected_tile_is_outlined_and_the_arrow_keys_begin_there() -> None:
    figure = draw(selected=4)
    (shape,) = figure.layout.shapes

    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (0.5, 1.5, 0.5, 1.5)
    assert figure.layout.meta["cells"]["start"] == 4


def test_no_images_give_an_empty_figure() -> None:
    figure = draw(0)

    assert not figure.data
    assert figure.layout.height == 42


def write(*texts: TileText) -> tuple[np.ndarray, go.Scatter]:
    """The picture of glyphs with texts on their tiles, and the texts."""
    figure = mosaic_figure(
        images(len(texts)),
        captions=[""] * len(texts),
        grid=Grid(columns=3, tile=40),
        selected=None,
        palette=LIGHT,
        texts=texts,
    )
    picture, shown = figure.data
    return pixels(base64.b64decode(picture.source.partition(",")[2])), shown


def test_texts_stand_in_a_strip_of_paper_below_the_glyphs() -> None:
    """On the glyphs they could not be read; those of mistakes are in the accent."""
    picture, shown = write(
        TileText("a"), TileText("<b>→c", is_marked=True), TileText("d"), TileText("e")
    )

    assert shown.text[1] == "&lt;b>→c"
    assert shown.textfont.color[:2] == (LIGHT.text, LIGHT.accent)
    assert (list(shown.x), list(shown.y)) == ([0, 1, 2, 0], [0.375] * 3 + [1.375])
    tile = picture.shape[1] // 3
    assert tuple(picture[round(0.9 * tile), tile // 2]) == (0xFB, 0xF9, 0xF4)
    assert picture[tile // 2, tile // 2, 0] == 100


def test_texts_above_have_a_strip_of_their_own() -> None:
    """The glyph is in the middle of its tile then; one may be without a text above."""
    picture, shown = write(TileText("near", above="4"), TileText("far"))

    assert shown.text == ("near", "4", "far")
    assert shown.x == (0, 0, 1)
    assert shown.y == pytest.approx([0.41, -0.41, 0.41])
    tile = picture.shape[1] // 3
    column = picture[:tile, tile // 2, 0]
    assert [int(column[round(share * tile)]) for share in (0.1, 0.3, 0.7, 0.9)] == [
        *(0xFB, 100),
        *(100, 0xFB),
    ]


def test_what_is_dimmed_recedes_with_its_text() -> None:
    """Also if it is marked."""
    picture, shown = write(TileText("a", is_marked=True, is_dimmed=True), TileText("b"))

    assert shown.textfont.color == (LIGHT.secondary, LIGHT.text)
    tile = picture.shape[1] // 3
    middles = [picture[tile // 2, tile // 2 + place * tile, 0] for place in (0, 1)]
    assert middles == [33, 101]


def test_box_finds_each_glyph_by_its_middle() -> None:
    """The number is the position, not that in the row."""
    grid = Grid(columns=3)
    figure = draw(4)

    let_select(figure, 4, grid)

    points = figure.data[-1]
    assert (list(points.x), list(points.y)) == ([0, 1, 2, 0], [0, 0, 0, 1])
    assert list(points.customdata) == [0, 1, 2, 3]
    assert figure.layout.dragmode == "select"


def test_picture_to_take_along_has_as_many_glyphs_as_fit() -> None:
    """2,551 of 28 x 28; large ones would be a picture that no program opens."""
    large = np.zeros((200, 256, 200), np.uint8)

    picture = Image.open(io.BytesIO(mosaic_file(large, palette=LIGHT)))

    assert max_in_file(images(1)) == 2551
    assert max_in_file(large) == 122
    assert picture.width * picture.height < 9_000_000
