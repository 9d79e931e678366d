"""How training images are changed at random, so that a network sees each one anew."""

import dataclasses
from typing import Annotated

from pydantic.dataclasses import dataclass

from core.config.setting import CHECKED, Setting


def _strength(
    title: str,
    help_text: str,
    choices: tuple[float, ...],
    *,
    high: float,
    unit: str = "",
) -> Setting:
    return Setting(
        title=title,
        help=help_text,
        group="Augmentation",
        unit=unit,
        low=0.0,
        high=high,
        choices=choices,
        is_off_at_zero=True,
        is_compiled=False,
    )


_DEGREES = (0.0, 2.0, 4.0, 5.0, 6.0, 8.0, 10.0, 12.0, 15.0, 20.0, 30.0, 45.0)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class Augmentation:
    """How strongly training images are changed; 0 leaves them as they are.

    Each image is changed by another amount. Where nothing else is said it is
    drawn evenly from none to the strength, in either direction.

    Raises:
        ConfigError: If a strength is out of its range.
    """

    rotation: Annotated[
        float,
        _strength(
            "Rotation",
            "Largest random rotation, in degrees, in either direction.",
            _DEGREES,
            high=45.0,
            unit="\u00b0",
        ),
    ] = 0.0
    shift: Annotated[
        float,
        _strength(
            "Shift",
            "Largest random shift, in pixels, horizontally and vertically. The zoom "
            "comes after it, and enlarges it too.",
            (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0),
            high=8.0,
            unit="px",
        ),
    ] = 0.0
    zoom: Annotated[
        float,
        _strength(
            "Zoom",
            "Largest random change of size, as a share, separately for width and "
            "height.",
            (0.0, 0.04, 0.05, 0.08, 0.1, 0.12, 0.15, 0.2, 0.3, 0.5),
            high=0.5,
        ),
    ] = 0.0
    shear: Annotated[
        float,
        _strength(
            "Shear",
            "Largest random slant of upright strokes, in degrees.",
            _DEGREES,
            high=45.0,
            unit="\u00b0",
        ),
    ] = 0.0
    elastic: Annotated[
        float,
        _strength(
            "Elastic distortion",
            "Parts of the image move against each other: standard deviation of the "
            "movement in pixels, the same for each image (Simard, Steinkraus and Platt "
            "2003).",
            (0.0, 0.3, 0.5, 0.7, 0.8, 1.0, 1.5, 2.0, 3.0, 4.0, 6.0),
            high=6.0,
            unit="px",
        ),
    ] = 0.0
    thickness: Annotated[
        float,
        _strength(
            "Stroke thickness",
            "Largest random change: 1 makes strokes a pixel thicker or thinner.",
            tuple(step / 10 for step in range(11)),
            high=1.0,
        ),
    ] = 0.0
    noise: Annotated[
        float,
        _strength(
            "Noise",
            "Standard deviation of Gaussian noise on each pixel, as a share of full "
            "ink.",
            (0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5),
            high=0.5,
        ),
    ] = 0.0
    erasing: Annotated[
        float,
        _strength(
            "Random erasing",
            "Side of the largest square that is erased at a random place, as a share "
            "of the image (Zhong and others 2017, arXiv 1708.04896).",
            (0.0, 0.1, 0.2, 0.3, 0.4, 0.5),
            high=0.5,
        ),
    ] = 0.0

    @property
    def is_none(self) -> bool:
        """Whether images stay as they are."""
        return not any(dataclasses.astuple(self))
