"""Cropping: the part that somebody means, and never nothing."""

import numpy as np
import pytest

from core.imaging.crop import Crop
from core.imaging.pictures import RgbaImage


def numbered(height: int, width: int) -> RgbaImage:
    """Make a picture whose pixels have their row and column in red and green."""
    picture = np.zeros((height, width, 4), np.uint8)
    picture[..., 0] = np.arange(height)[:, np.newaxis]
    picture[..., 1] = np.arange(width)
    return picture


def test_part_is_cut_out_where_it_is() -> None:
    part = Crop(left=0.5, top=0.1, right=0.75, bottom=0.3).of(numbered(100, 200))

    assert part.shape == (20, 50, 4)
    assert part[0, 0, :2].tolist() == [10, 100]
    assert part[-1, -1, :2].tolist() == [29, 149]


def test_whole_picture_is_the_picture() -> None:
    picture = numbered(3, 5)

    np.testing.assert_array_equal(Crop().of(picture), picture)
    assert Crop.between((0.0, 1.0), (1.0, 0.0)).is_whole


@pytest.mark.parametrize(
    ("across", "down", "expected"),
    [
        pytest.param((0.7, 0.2), (0.9, 0.4), (0.2, 0.4, 0.7, 0.9), id="drawn upwards"),
        pytest.param((-0.5, 0.5), (0.5, 7.0), (0, 0.5, 0.5, 1), id="beyond the edge"),
        pytest.param((0.4, 0.4), (1.0, 1.0), (0.4, 0.99, 0.41, 1), id="a mere point"),
    ],
)
def test_any_two_places_make_a_part(
    across: tuple[float, float],
    down: tuple[float, float],
    expected: tuple[float, float, float, float],
) -> None:
    crop = Crop.between(across, down)

    sides = (crop.left, crop.top, crop.right, crop.bottom)
    assert sides == pytest.approx(expected)


@pytest.mark.parametrize("size", [(1, 1), (1, 500), (2, 3)])
def test_part_of_a_tiny_picture_has_a_pixel(size: tuple[int, int]) -> None:
    part = Crop.between((0.999, 1.0), (0.5, 0.5)).of(numbered(*size))

    assert part.size > 0
