"""How training images are changed at random, so that a network sees each one anew."""

import dataclasses
from dataclasses import dataclass
from typing import Final

from core.config.checks import check_range

MOST: Final = {
    "rotation": 45.0,
    "shift": 8.0,
    "zoom": 0.5,
    "shear": 45.0,
    "elastic": 6.0,
    "thickness": 1.0,
    "noise": 0.5,
    "erasing": 0.5,
}
"""The largest strength of each change."""


@dataclass(frozen=True, kw_only=True)
class Augmentation:
    """How strongly training images are changed; 0 leaves them as they are.

    Each image is changed by another amount. Where nothing else is said it is
    drawn evenly from none to the strength, in either direction.

    Attributes:
        rotation: Degrees, 0 to 45.
        shift: Pixels, each way, 0 to 8; before the zoom, which enlarges it too.
        zoom: Share by which it grows or shrinks, width and height each by its
            own, 0 to 0.5.
        shear: Degrees by which upright strokes lean, 0 to 45.
        elastic: Pixels by which parts move against each other, 0 to 6: the standard
            deviation, the same for each image (Simard, Steinkraus and Platt 2003).
        thickness: Share of the way to strokes one pixel thicker or thinner, 0 to 1.
        noise: Standard deviation of the noise on each pixel, of full ink, the
            same for each image, 0 to 0.5.
        erasing: Side of the largest square that is wiped out, as a share of the
            image, 0 to 0.5 (Zhong and others 2017, arXiv 1708.04896).

    Raises:
        ConfigError: If a strength is out of its range.
    """

    rotation: float = 0.0
    shift: float = 0.0
    zoom: float = 0.0
    shear: float = 0.0
    elastic: float = 0.0
    thickness: float = 0.0
    noise: float = 0.0
    erasing: float = 0.0

    def __post_init__(self) -> None:
        for name, strength in dataclasses.asdict(self).items():
            check_range(name, strength, 0.0, MOST[name])

    @property
    def is_none(self) -> bool:
        """Whether images stay as they are."""
        return not any(dataclasses.astuple(self))
