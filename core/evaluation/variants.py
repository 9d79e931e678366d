"""Change one image a little in many ways, as another hand or scanner would."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np
from scipy import ndimage

from core.types import GrayImage

USUAL_SIDE: Final = 28
"""Shifts and strokes are measured in pixels of an image of this size."""

ANGLES: Final = (5, 10, 15)
SHIFTS: Final = (1, 2)
DIRECTIONS: Final = {
    "up": (-1, 0),
    "down": (1, 0),
    "left": (0, -1),
    "right": (0, 1),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Variant:
    """An image that was changed a little.

    Attributes:
        name: What was done, in few words.
        image: float32 of shape (height, width), values in [0, 1].
    """

    name: str
    image: GrayImage


def variants_of(image: GrayImage) -> tuple[Variant, ...]:
    """Shift an image, turn it, and make its stroke thicker and thinner.

    Args:
        image: Ink, float32 of shape (height, width), values in [0, 1].

    Returns:
        Eight shifts of 1 and 2 pixels, six rotations of 5 to 15 degrees, and four
        strokes. In images larger than 28 pixels, shifts and strokes are larger too.
    """
    return (*_shifted(image), *_rotated(image), *_stroked(image))


def _unit(image: GrayImage) -> int:
    height, width = image.shape
    side: int = max(height, width)
    return max(1, round(side / USUAL_SIDE))


def _shifted(image: GrayImage) -> Iterator[Variant]:
    for steps in SHIFTS:
        pixels = steps * _unit(image)
        for name, (down, right) in DIRECTIONS.items():
            shifted = ndimage.shift(image, (down * pixels, right * pixels), order=0)
            yield Variant(name=f"{pixels} px {name}", image=shifted)


def _rotated(image: GrayImage) -> Iterator[Variant]:
    for angle in ANGLES:
        for sign, name in ((1, "left"), (-1, "right")):
            turned = ndimage.rotate(image, sign * angle, reshape=False, order=1)
            yield Variant(name=f"{angle}\u00b0 {name}", image=np.clip(turned, 0, 1))


def _stroked(image: GrayImage) -> Iterator[Variant]:
    near = ndimage.iterate_structure(
        ndimage.generate_binary_structure(2, 1), _unit(image)
    )
    thick = ndimage.grey_dilation(image, footprint=near)
    thin = ndimage.grey_erosion(image, footprint=near)
    yield Variant(name="A bit thicker", image=(image + thick) / 2)
    yield Variant(name="Thicker", image=thick)
    yield Variant(name="A bit thinner", image=(image + thin) / 2)
    yield Variant(name="Thinner", image=thin)
