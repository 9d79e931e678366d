"""How ink becomes an image like those that the model learned from."""

from typing import Final

import numpy as np
import streamlit as st

from core.datasets.spec import DatasetSpec
from core.types import GrayImage, InkStyle
from dashboard import words
from dashboard.widgets.common.sample_card import large_glyph
from dashboard.widgets.draw.character import Answered

THUMBNAIL_WIDTH: Final = 84
BESIDE_THE_CROP: Final = 128

WAYS: Final[dict[InkStyle, str]] = {
    "mnist": "is cropped to its ink, scaled until it fills five sevenths of the image, "
    "and centred by its mass",
    "emnist": "is cropped to its ink, blurred a little, scaled until it fills six "
    "sevenths of the image, and centred by its box",
    "plain": "is cropped to its ink, scaled until it fills six sevenths of the image, "
    "and centred by its box",
}
"""What becomes of a drawing in each ink style."""


def what_will_happen(spec: DatasetSpec) -> str:
    """Say what becomes of a drawing for the images of a data set."""
    return (
        f"Your drawing {WAYS[spec.ink_style]} in {size(spec)}, like the images "
        f"of {words.literal(spec.title)}, which the model was trained on."
    )


def size(spec: DatasetSpec) -> str:
    """Write the size of the images of a data set."""
    height, width = spec.image_shape
    return f"{height} x {width}"


def section(answered: Answered) -> None:
    """Show each step from the ink to the model input."""
    way, spec = answered.character.steps, answered.spec
    with st.container(horizontal=True, gap="small"):
        _thumbnail(way.box, "Cropped to its ink")
        _thumbnail(way.square, "In a square")
        _thumbnail(way.glyph, "Scaled and centred")
    large_glyph(way.glyph, key="seen")
    st.caption(
        f"Model input, {size(spec)} pixels. Hover over one for its value, from 0 to 1."
    )


def _thumbnail(image: GrayImage, caption: str) -> None:
    # In a grey square: a lone stroke would be ten times as high as wide.
    height, width = image.shape
    side = max(height, width)
    top, left = (side - height) // 2, (side - width) // 2
    pixels = np.full((side, side), BESIDE_THE_CROP, np.uint8)
    pixels[top : top + height, left : left + width] = np.round(image * 255)
    st.image(pixels, caption, width=THUMBNAIL_WIDTH, alt=caption)
