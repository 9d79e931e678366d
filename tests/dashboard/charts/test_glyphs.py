"""One glyph large, and one glyph for each class."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from dashboard.charts.glyphs import glyph_grid, pixel_view
from dashboard.charts.mosaic import WHITE, Grid
from dashboard.charts.theme import DARK, LIGHT


def test_pixels_are_shown_as_they_are() -> None:
    """Row down, column across, from the top left, as the array."""
    image = np.zeros((28, 28), dtype=np.uint8)
    image[5, 12] = 253
    figure = pixel_view(image, palette=LIGHT)
    (heat,) = figure.data

    assert heat.z[5][12] == 253
    assert (heat.zmin, heat.zmax) == (0, 255)
    assert heat.zsmooth is False
    assert figure.layout.yaxis.range == (27.5, -0.5)
    assert "row %{y}, column %{x}: %{z} of 255" in heat.hovertemplate


def test_float_pixels_are_out_of_1() -> None:
    """The same ink must look the same in both kinds of image."""
    (heat,) = pixel_view(np.full((28, 28), 0.5, np.float32), palette=DARK).data

    assert heat.zmax == 1
    assert "%{z:.3f} of 1" in heat.hovertemplate


def test_ink_is_white_on_black_in_both_themes() -> None:
    image = np.zeros((28, 28), dtype=np.uint8)

    scales = [pixel_view(image, palette=p).data[0].colorscale for p in (LIGHT, DARK)]

    assert scales[0] == scales[1] == ((0.0, "#000000"), (1.0, "#FFFFFF"))


def test_each_class_has_its_name_on_its_glyph() -> None:
    means = np.zeros((3, 28, 28), dtype=np.float32)
    means[1] = 1.0
    figure = glyph_grid(
        means, ("a", "b", "c"), grid=Grid(columns=2, tile=28), palette=LIGHT
    )
    source = figure.data[0].source.partition(",")[2]
    picture = np.asarray(Image.open(io.BytesIO(base64.b64decode(source))))

    assert [note.text for note in figure.layout.annotations] == ["a", "b", "c"]
    assert figure.layout.annotations[2].y > figure.layout.annotations[1].y
    assert figure.layout.meta["cells"]["captions"] == ["a", "b", "c"]
    assert int(picture[30, 90]) == WHITE
    assert int(picture[30, 30]) == 0


@pytest.mark.parametrize("shape", [(20, 16), (16, 20), (64, 16)])
def test_image_of_any_shape_has_square_pixels_and_bounded_sides(
    shape: tuple[int, int],
) -> None:
    """An image four times as high as wide was four screens high."""
    layout = pixel_view(np.zeros(shape, dtype=np.uint8), palette=LIGHT).layout

    fit = layout.meta["fit"]
    assert (fit["rows"], fit["columns"]) == shape
    assert max(shape) * fit["cell"] == pytest.approx(304)
    assert layout.yaxis.scaleanchor == "x"
