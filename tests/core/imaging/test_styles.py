"""Ink becomes an image as each data set made its own."""

from typing import get_args

import numpy as np
import pytest

from core.imaging import styles
from core.imaging.normalise import INK_THRESHOLD, to_mnist_format
from core.types import GrayImage, InkStyle

STYLES = get_args(InkStyle)


def stroke(height: int = 120, width: int = 40) -> GrayImage:
    """Return a bar of full ink on a canvas of 280 x 280."""
    ink = np.zeros((280, 280), dtype=np.float32)
    ink[30 : 30 + height, 50 : 50 + width] = 1.0
    return ink


def length_of(glyph: GrayImage) -> int:
    """Return how many rows have ink, by what the box is measured with."""
    return int((glyph > INK_THRESHOLD).any(axis=1).sum())


@pytest.mark.parametrize("style", STYLES)
@pytest.mark.parametrize("shape", [(8, 8), (28, 28), (64, 64), (20, 40), (64, 8)])
def test_each_style_gives_the_shape_at_full_range(
    style: InkStyle, shape: tuple[int, int]
) -> None:
    """A network of any input size reads its images between 0 and 1."""
    glyph = styles.glyph_steps(stroke(), style, shape).glyph

    assert glyph.shape == shape
    assert glyph.dtype == np.float32
    assert (glyph.min(), glyph.max()) == (0.0, 1.0)


@pytest.mark.parametrize(
    ("style", "filled"), [("mnist", 20), ("emnist", 24), ("plain", 24)]
)
def test_each_style_fills_its_share_of_28_pixels(style: InkStyle, filled: int) -> None:
    """A model that learned from large characters misreads small ones."""
    glyph = styles.glyph_steps(stroke(), style, (28, 28)).glyph

    assert length_of(glyph) == filled


def test_emnist_is_blurrier_than_plain_ink() -> None:
    """Soft edges are what tells EMNIST's images from scaled ones."""
    soft, hard = (
        styles.glyph_steps(stroke(), style, (28, 28)).glyph
        for style in ("emnist", "plain")
    )

    steepest = [np.abs(np.diff(glyph, axis=0)).max() for glyph in (soft, hard)]
    assert steepest[0] < steepest[1]


def test_restyled_images_are_those_of_their_ink_and_blanks_stay_blank() -> None:
    """EMNIST's digits put into MNIST's style are read by a model of MNIST."""
    ink = stroke()[:160, :160]
    images = np.stack([np.zeros_like(ink), ink * 255]).astype(np.uint8)

    restyled = styles.restyle(images, "mnist", (28, 28))

    assert not restyled[0].any()
    np.testing.assert_array_equal(restyled[1], np.rint(to_mnist_format(ink) * 255))


def test_a_framed_image_in_the_plain_style_keeps_its_frame() -> None:
    """Where the ink lies in a picture of one's own data set is part of it."""
    images = np.zeros((1, 56, 56), dtype=np.uint8)
    images[0, :28, :28] = 255

    restyled = styles.restyle(images, "plain", (28, 28))

    assert (restyled[0, :14, :14] == 255).all()
    assert not restyled[0, 14:].any()
