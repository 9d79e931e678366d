"""The mosaic, its picture and its clicks."""

import base64
import io

import numpy as np
import plotly.graph_objects as go
import pytest
from PIL import Image

from dashboard.charts.mosaic import Grid, mosaic_figure, mosaic_image, selected_index
from dashboard.charts.theme import DARK, LIGHT, Palette


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
        indices=[10 * i for i in range(number)],
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


def test_markers_lie_on_their_tiles() -> None:
    """Row by row, as the picture."""
    (markers,) = draw().data

    assert markers.x == (0, 1, 2, 0, 1)
    assert markers.y == (0, 0, 0, 1, 1)
    assert [tuple(data) for data in markers.customdata] == [
        *((0,), (10,), (20,), (30,), (40,)),
    ]
    assert markers.text[4] == "image 40"
    assert markers.marker.opacity == 0


def test_picture_covers_the_tiles() -> None:
    """Half a hairline beyond the outermost tiles on each side."""
    figure = draw()
    (picture,) = figure.layout.images
    png = base64.b64decode(picture.source.removeprefix("data:image/png;base64,"))
    height, width, _ = pixels(png).shape

    assert picture.sizing == "stretch"
    assert picture.x + picture.sizex / 2 == pytest.approx(1)
    assert picture.y + picture.sizey / 2 == pytest.approx(0.5)
    assert picture.sizex / picture.sizey == pytest.approx(width / height)


def test_first_row_is_on_top_and_tiles_are_square() -> None:
    layout = draw().layout

    assert layout.yaxis.range[0] > layout.yaxis.range[1]
    assert layout.yaxis.scaleanchor == "x"
    assert layout.xaxis.visible is layout.yaxis.visible is False


def test_height_follows_from_the_rows() -> None:
    assert draw(3).layout.height == 44
    assert draw(4).layout.height == 84


def test_click_beside_the_last_tile_reaches_no_tile() -> None:
    """To the corner of a tile it is 0.71 tiles, to the next centre 1."""
    assert 0.71 * 40 < draw().layout.hoverdistance < 40


def test_dragging_does_not_move_the_picture() -> None:
    """Streamlit turns `dragmode=False` into panning, so the axes are fixed."""
    layout = draw().layout

    assert layout.xaxis.fixedrange is layout.yaxis.fixedrange is True


def test_selected_tile_is_outlined_by_its_index() -> None:
    """The index in the data set, not the place in the mosaic."""
    (shape,) = draw(selected=40).layout.shapes

    assert (shape.x0, shape.x1, shape.y0, shape.y1) == (0.5, 1.5, 0.5, 1.5)


def test_selection_that_is_not_shown_outlines_nothing() -> None:
    """It may be on another page of the gallery."""
    assert not draw(selected=4).layout.shapes


def test_no_images_give_an_empty_figure() -> None:
    figure = draw(0)

    assert not figure.data
    assert not figure.layout.images
    assert figure.layout.height == 44


def test_click_selects_its_index() -> None:
    assert selected_index([{"customdata": [247]}]) == 247


@pytest.mark.parametrize(
    "points",
    [[], [{}], [{"customdata": None}], [{"customdata": [4, 9, 1]}]],
    ids=["none", "bare", "null", "of a confusion matrix"],
)
def test_what_is_no_glyph_selects_none(points: list[dict[str, object]]) -> None:
    assert selected_index(points) is None
