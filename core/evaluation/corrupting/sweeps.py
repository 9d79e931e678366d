"""Nine changes of images, each with strengths from none to a lot."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.random import Generator

from core.evaluation.corrupting import overlays, warps
from core.evaluation.corrupting.warps import Images, as_ink, unit

Change = Callable[[Images, float, Generator], Images]


@dataclass(frozen=True, kw_only=True)
class Sweep:
    """One kind of change.

    Attributes:
        key: Its name in files and addresses.
        title: Its name for people.
        axis: What its strengths are, with their unit.
        strengths: Rising; 0 leaves the images as they are.
        apply: Takes images, float32 of shape (n, height, width) from 0.0 to 1.0, a
            strength and what chooses at random; gives new ones of the same kind.
    """

    key: str
    title: str
    axis: str
    strengths: tuple[float, ...]
    apply: Change


def _rotated(images: Images, degrees: float, generator: Generator) -> Images:
    angle = np.radians(degrees)
    which = generator.integers(2, size=len(images))
    return warps.affine(images, [warps.turn(angle), warps.turn(-angle)], which)


def _shifted(images: Images, pixels: float, generator: Generator) -> Images:
    far = pixels * unit(images)
    shifts = [(far, 0.0), (-far, 0.0), (0.0, far), (0.0, -far)]
    which = generator.integers(len(shifts), size=len(images))
    return warps.affine(images, [np.eye(2)] * len(shifts), which, shifts=shifts)


def _scaled(images: Images, percent: float, _: Generator) -> Images:
    factor = 1 + percent / 100
    which = np.zeros(len(images), np.int64)
    return warps.affine(images, [np.eye(2) / factor], which)


def _sheared(images: Images, degrees: float, generator: Generator) -> Images:
    lean = np.tan(np.radians(degrees))
    matrices = [np.array([[1.0, side * lean], [0.0, 1.0]]) for side in (1, -1)]
    return warps.affine(images, matrices, generator.integers(2, size=len(images)))


def _thickened(images: Images, pixels: float, _: Generator) -> Images:
    # A step adds or removes a pixel on both sides.
    steps = abs(pixels) * unit(images) / 2
    changed = images if pixels > 0 else 1 - images
    for number in range(int(np.ceil(steps))):
        spread = _spread(changed, is_square=number % 2 == 1, edge=float(pixels < 0))
        changed = changed + np.float32(min(steps - number, 1)) * (spread - changed)
    return changed if pixels > 0 else 1 - changed


def _spread(images: Images, *, is_square: bool, edge: float) -> Images:
    """Give each pixel the most of itself and its neighbours: four of them, or eight."""
    height, width = images.shape[1:]
    padded = np.pad(images, [(0, 0), (1, 1), (1, 1)], constant_values=edge)
    level = np.maximum(padded[:, :, :-2], padded[:, :, 2:])
    level = np.maximum(level, padded[:, :, 1:-1])
    if is_square:
        return np.maximum(np.maximum(level[:, :-2], level[:, 2:]), level[:, 1:-1])
    upright = np.maximum(padded[:, :-2, 1:-1], padded[:, 2:, 1:-1])
    spread: Images = np.maximum(level[:, 1 : height + 1], upright[:, :, :width])
    return spread


def _noisy(images: Images, percent: float, generator: Generator) -> Images:
    noise = generator.standard_normal(images.shape, dtype=np.float32)
    return as_ink(images + np.float32(percent / 100) * noise)


def _blurred(images: Images, pixels: float, _: Generator) -> Images:
    return overlays.blurred(images, pixels * unit(images))


def _flattened(images: Images, percent: float, _: Generator) -> Images:
    means = images.mean(axis=(1, 2), keepdims=True)
    return as_ink(means + np.float32(1 - percent / 100) * (images - means))


def _occluded(images: Images, percent: float, generator: Generator) -> Images:
    height, width = images.shape[1:]
    side = max(round(percent / 100 * min(height, width)), 1)
    tops = generator.integers(height - side + 1, size=(len(images), 1))
    lefts = generator.integers(width - side + 1, size=(len(images), 1))
    rows, columns = np.arange(height), np.arange(width)
    is_row = (rows >= tops) & (rows < tops + side)
    is_column = (columns >= lefts) & (columns < lefts + side)
    is_hidden = is_row[:, :, None] & is_column[:, None, :]
    return np.where(is_hidden, np.float32(0), images)


SWEEPS: Final = (
    Sweep(
        key="rotation",
        title="Rotation",
        axis="Rotation to either side, degrees",
        strengths=(0, 10, 20, 30, 45, 60, 90),
        apply=_rotated,
    ),
    Sweep(
        key="shift",
        title="Shift",
        axis="Shift in one direction, pixels of 28",
        strengths=(0, 1, 2, 3, 4, 6, 8),
        apply=_shifted,
    ),
    Sweep(
        key="scale",
        title="Scale",
        axis="Change of size, %",
        strengths=(-60, -40, -20, 0, 20, 40, 60),
        apply=_scaled,
    ),
    Sweep(
        key="shear",
        title="Shear",
        axis="Shear to either side, degrees",
        strengths=(0, 10, 20, 30, 40, 50),
        apply=_sheared,
    ),
    Sweep(
        key="thickness",
        title="Stroke thickness",
        axis="Change of stroke thickness, pixels of 28",
        strengths=(-2, -1, 0, 1, 2, 3, 4),
        apply=_thickened,
    ),
    Sweep(
        key="noise",
        title="Noise",
        axis="Standard deviation, % of full ink",
        strengths=(0, 10, 20, 30, 45, 60),
        apply=_noisy,
    ),
    Sweep(
        key="blur",
        title="Blur",
        axis="Standard deviation, pixels of 28",
        strengths=(0, 0.5, 1, 1.5, 2, 3),
        apply=_blurred,
    ),
    Sweep(
        key="contrast",
        title="Contrast",
        axis="Loss of contrast, %",
        strengths=(0, 20, 40, 60, 80, 90),
        apply=_flattened,
    ),
    Sweep(
        key="occlusion",
        title="Occlusion",
        axis="Side of the hidden square, % of the image's",
        strengths=(0, 15, 20, 30, 40, 50),
        apply=_occluded,
    ),
)


def changed(
    sweep: Sweep, images: Images, strength: float, generator: Generator
) -> Images:
    """Change images by a strength of a sweep; 0 leaves them as they are."""
    return sweep.apply(images, strength, generator) if strength else images
