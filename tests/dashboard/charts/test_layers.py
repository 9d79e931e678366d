"""Values of layers and weights as tiles."""

import base64
import io

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from dashboard.charts.layers import value_mosaic
from dashboard.charts.mosaic import Grid
from dashboard.charts.theme import LIGHT


def colours_of(values: NDArray[np.float32]) -> list[tuple[int, ...]]:
    """Return the colour in the middle of each of two tiles."""
    figure = value_mosaic(
        values, captions=["a", "b"], grid=Grid(columns=2, tile=20), palette=LIGHT
    )
    coded = figure.data[0].source.partition(",")[2]
    picture = Image.open(io.BytesIO(base64.b64decode(coded))).convert("RGB")
    width, height = picture.size
    places = ((width // 4, height // 2), (3 * width // 4, height // 2))
    return [picture.getpixel(place) for place in places]


def test_values_from_zero_on_go_from_black_to_white() -> None:
    """A unit that is silent is black beside the strongest one."""
    silent, strong = colours_of(np.array([[[0]], [[5]]], np.float32))

    assert silent == (0, 0, 0)
    assert min(strong) > 250


def test_with_negative_values_paper_is_zero_and_signs_have_colours() -> None:
    less, more = colours_of(np.array([[[-5]], [[2.5]]], np.float32))
    _, zero = colours_of(np.array([[[-5]], [[0]]], np.float32))

    assert less[0] > less[2]
    assert more[2] > more[0]
    paper = bytes.fromhex(LIGHT.paper.removeprefix("#"))
    assert max(abs(a - b) for a, b in zip(zero, paper, strict=True)) <= 2


def test_silent_layers_are_black_and_not_an_error() -> None:
    assert colours_of(np.zeros((2, 3, 5), np.float32)) == [(0, 0, 0)] * 2
