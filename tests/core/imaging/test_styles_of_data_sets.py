"""Each style gives back images of its own data set, and stays as it is."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.datasets import store
from core.imaging import styles
from core.types import ByteImages, GrayImage, InkStyle

TIMES = 10


def returned(image: ByteImages, style: InkStyle) -> NDArray[np.float32]:
    """Enlarge an image, and put it through a style; in grey levels of 255."""
    large = image.repeat(TIMES, axis=0).repeat(TIMES, axis=1)
    ink = large.astype(np.float32) / np.float32(255)
    return styles.glyph_steps(ink, style, (28, 28)).glyph * np.float32(255)


def test_enlarged_training_images_of_mnist_come_back() -> None:
    """Within 3 grey levels on average: what is left is a place that was rounded."""
    images = store.load("mnist").train.images[:100]

    errors = [np.abs(returned(each, "mnist") - each).mean() for each in images]

    assert np.mean(errors) < 3
    assert np.median(errors) < 0.5


def test_an_enlarged_image_of_emnist_comes_back_a_little_softer() -> None:
    """A made one: it has been blurred once, and is blurred again."""
    glyph = styles.glyph_steps(seven(), "emnist", (28, 28)).glyph
    image = np.rint(glyph * 255).astype(np.uint8)

    assert np.abs(returned(image, "emnist") - image).mean() < 9
    assert np.abs(returned(image, "mnist") - image).mean() > 20


def seven() -> GrayImage:
    """Return a seven of bars, 60 x 40 pixels with bars of 10."""
    ink = np.zeros((100, 100), np.float32)
    ink[20:30, 30:70] = 1
    for row in range(30, 80):
        left = 60 - (row - 30) // 2
        ink[row, left : left + 10] = 1
    return ink


GOLDEN: dict[InkStyle, list[str]] = {
    "mnist": [
        "0000000000000000000000000000",
        "0000000000000000000000000000",
        "0000000000000000000000000000",
        "0000000000000000000000000000",
        "0000000000000000000000000000",
        "0000000000000000000000000000",
        "0000000000000000000000000000",
        "0000000affffffffffffa0000000",
        "0000000affffffffffffa0000000",
        "0000000affffffffffffa0000000",
        "00000003555555555cffa0000000",
        "00000000000000002fff30000000",
        "00000000000000008ffc00000000",
        "0000000000000002fff300000000",
        "0000000000000008ffc000000000",
        "000000000000002fff3000000000",
        "000000000000008ffc0000000000",
        "00000000000002fff30000000000",
        "00000000000008ffc00000000000",
        "0000000000002fff300000000000",
        "0000000000008ffc000000000000",
        "000000000002fff3000000000000",
        "000000000008ffc0000000000000",
        "00000000002fff30000000000000",
        "00000000008ffc00000000000000",
        "0000000002fff300000000000000",
        "0000000008ffc000000000000000",
        "0000000000000000000000000000",
    ],
    "emnist": [
        "0000000000000000000000000000",
        "0000000000000000000000000000",
        "0000007999999999999996000000",
        "000000bffffffffffffff9000000",
        "000000beeeeeeeeeeeeef9000000",
        "000000beeeeeeeeeeeeef9000000",
        "000000344444444437eef8000000",
        "000000000000000009eee4000000",
        "00000000000000003dee90000000",
        "00000000000000009eee40000000",
        "0000000000000003deea00000000",
        "0000000000000009eee400000000",
        "000000000000003deea000000000",
        "000000000000009eee4000000000",
        "00000000000003deea0000000000",
        "00000000000009eee40000000000",
        "0000000000003deea00000000000",
        "0000000000009eee400000000000",
        "000000000003deea000000000000",
        "000000000009eee4000000000000",
        "00000000003deea0000000000000",
        "00000000009eee40000000000000",
        "0000000003deea00000000000000",
        "0000000009eee400000000000000",
        "000000003effa000000000000000",
        "0000000049993000000000000000",
        "0000000000000000000000000000",
        "0000000000000000000000000000",
    ],
}


@pytest.mark.parametrize("style", ["mnist", "emnist"])
def test_golden_image(style: InkStyle) -> None:
    """In sixteenths of full ink, a hexadecimal digit a pixel."""
    glyph = styles.glyph_steps(seven(), style, (28, 28)).glyph
    golden = [[int(digit, 16) for digit in row] for row in GOLDEN[style]]

    np.testing.assert_allclose(glyph * 15, golden, atol=0.51)
