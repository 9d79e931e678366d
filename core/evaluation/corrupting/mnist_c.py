"""The 15 corruptions of MNIST-C, with its constants, for images of any size.

N. Mu and J. Gilmer, "MNIST-C: A robustness benchmark for computer vision", arXiv
1906.02337 (2019); the constants are those of github.com/google-research/mnist-c
(Apache License 2.0), `corruptions.py`. The code is our own, in NumPy and SciPy for
many images at once, so the images are alike, not the same: the random numbers are
others, and fog, blur and edges come from other libraries there.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from core.evaluation.corrupting import edges, overlays, warps
from core.evaluation.corrupting.overlays import Numbers
from core.evaluation.corrupting.warps import REFERENCE_SIDE, Images, as_ink, unit

Corrupt = Callable[[Images, Generator], Images]


@dataclass(frozen=True)
class Corruption:
    """One way to make images harder to read.

    Attributes:
        key: Its name in files and addresses.
        title: Its name for people.
        apply: Takes images, float32 of shape (n, height, width) from 0.0 to 1.0, and
            what chooses at random; gives new ones of the same kind.
    """

    key: str
    title: str
    apply: Corrupt


def shot_noise(images: Images, generator: Generator) -> Images:
    """Count few photons of light: each pixel is Poisson-distributed, full ink at 3."""
    counts = generator.poisson(images * 3)
    return as_ink(counts / 3)


def impulse_noise(images: Images, generator: Generator) -> Images:
    """Turn 17 % of the pixels into paper or full ink."""
    drawn = generator.random(images.shape, dtype=np.float32)
    noisy = np.where(drawn < 0.17, np.float32(0), images)  # noqa: PLR2004
    return np.where(drawn < 0.17 / 2, np.float32(1), noisy)


def glass_blur(images: Images, generator: Generator) -> Images:
    """Blur, swap neighbouring pixels twice over, and blur again."""
    sigma = 0.7 * unit(images)
    shuffled = overlays.shuffled(
        overlays.blurred(images, sigma), generator, num_rounds=2
    )
    return overlays.blurred(shuffled, sigma)


def motion_blur(images: Images, generator: Generator) -> Images:
    """Smear by up to 20 pixels (standard deviation 3), within 45 degrees of level."""
    size = unit(images)
    # In steps: each angle is a matrix.
    angles = 5 * generator.integers(-9, 10, len(images))
    return warps.motion_blur(images, angles, radius=10 * size, sigma=3 * size)


def shear(images: Images, generator: Generator) -> Images:
    """Lean by 0.4 radians to either side."""
    # The sine and the cosine are those of the library that MNIST-C was made with.
    matrices = [
        np.array([[1, -np.sin(lean)], [0, np.cos(lean)]]) for lean in (0.4, -0.4)
    ]
    return warps.affine(images, matrices, _which(2, images, generator))


def scale(images: Images, generator: Generator) -> Images:  # noqa: ARG001
    """Shrink to 70 %."""
    return warps.affine(images, [np.eye(2) / 0.7], np.zeros(len(images), np.int64))


def rotate(images: Images, generator: Generator) -> Images:
    """Rotate by 0.4 radians (23 degrees) to either side."""
    matrices = [warps.turn(0.4), warps.turn(-0.4)]
    return warps.affine(images, matrices, _which(2, images, generator))


def brightness(images: Images, generator: Generator) -> Images:  # noqa: ARG001
    """Add half of full ink everywhere."""
    return as_ink(images + np.float32(0.5))


def translate(images: Images, generator: Generator) -> Images:
    """Shift by 3 pixels to a side, and 3 up or down."""
    far = 3 * unit(images)
    shifts = [(x, y) for x in (far, -far) for y in (far, -far)]
    which = _which(len(shifts), images, generator)
    return warps.affine(images, [np.eye(2)] * len(shifts), which, shifts=shifts)


def stripe(images: Images, generator: Generator) -> Images:  # noqa: ARG001
    """Invert the left and the right quarter."""
    quarter = images.shape[2] // 4
    changed = images.copy()
    for side in (np.s_[..., :quarter], np.s_[..., images.shape[2] - quarter :]):
        changed[side] = 1 - changed[side]
    return changed


def fog(images: Images, generator: Generator) -> Images:
    """Lay clouds over it, three times as bright as full ink."""
    return overlays.fog(images, generator, amount=3.0, decay=1.4)


def spatter(images: Images, generator: Generator) -> Images:
    """Splash grey mud over it."""
    return overlays.splashed(images, generator)


def dotted_line(images: Images, generator: Generator) -> Images:
    """Draw a line from edge to edge, of which each second two columns are there."""
    count = len(images)
    rows = generator.integers(0, 27, (2, count)).astype(float)
    starts = np.stack([np.zeros(count), rows[0]])
    ends = np.stack([np.full(count, 27.0), rows[1]])
    columns = np.arange(images.shape[2]) / unit(images)
    is_gap = columns // 2 % 2 == 0
    return as_ink(images + overlays.line_ink(images, starts, ends) * ~is_gap)


def zigzag(images: Images, generator: Generator) -> Images:
    """Draw a zigzag from side to side, 4 pixels high and wide."""
    count = len(images)
    left, right = 2.0, 25.0
    top = generator.integers(0, 27, count).astype(float)
    bottom = top + generator.integers(-5, 5, count)
    lean = np.arctan((bottom - top) / (right - left))
    corners = _zigzag((right - left) / np.cos(lean))
    x = corners[0] * np.cos(lean) - corners[1] * np.sin(lean) + left
    y = corners[0] * np.sin(lean) + corners[1] * np.cos(lean) + top
    drawn = images
    for start in range(len(x) - 1):
        ends = np.stack([x[start : start + 2], y[start : start + 2]], axis=1)
        drawn = overlays.with_lines(drawn, ends[0], ends[1])
    return drawn


def canny_edges(images: Images, generator: Generator) -> Images:  # noqa: ARG001
    """Keep the edges of the strokes alone."""
    return edges.canny(images)


CORRUPTIONS: Final = (
    Corruption("shot_noise", "Shot noise", shot_noise),
    Corruption("impulse_noise", "Impulse noise", impulse_noise),
    Corruption("glass_blur", "Glass blur", glass_blur),
    Corruption("motion_blur", "Motion blur", motion_blur),
    Corruption("shear", "Shear", shear),
    Corruption("scale", "Scale", scale),
    Corruption("rotate", "Rotate", rotate),
    Corruption("brightness", "Brightness", brightness),
    Corruption("translate", "Translate", translate),
    Corruption("stripe", "Stripe", stripe),
    Corruption("fog", "Fog", fog),
    Corruption("spatter", "Spatter", spatter),
    Corruption("dotted_line", "Dotted line", dotted_line),
    Corruption("zigzag", "Zigzag", zigzag),
    Corruption("canny_edges", "Canny edges", canny_edges),
)
"""In the order of MNIST-C."""


def _which(count: int, images: Images, generator: Generator) -> NDArray[np.int64]:
    """Choose one of some changes for each image, int64 of shape (n,)."""
    return generator.integers(count, size=len(images))


def _zigzag(lengths: Numbers) -> Numbers:
    """Return the corners of level zigzags, float64 of shape (2, corners, n).

    All have the same number: lengths of 23.0 to 23.6 have room for six teeth.
    """
    places = 2 + 4 * np.arange(int((REFERENCE_SIDE - 5 - 2) // 4) + 1)
    heights = 2.0 * (-1) ** np.arange(len(places))
    num = len(lengths)
    last = heights[-1] / (2 * (lengths - 4 * (lengths // 4)))
    across = np.vstack([np.zeros(num), *np.repeat(places[:, None], num, 1), lengths])
    down = np.vstack([np.zeros(num), *np.repeat(heights[:, None], num, 1), last])
    return np.stack([across, down])
