"""What is laid over images: lines, fog, splashes; what shuffles their pixels."""

from typing import Final

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray
from scipy import ndimage

from core.evaluation.corrupting.warps import Images, as_ink, unit

Numbers = NDArray[np.float64]

_LINE_REACH: Final = 2.3
"""Pixels above and below a line at which its ink has faded."""

_FOG_MAPS: Final = 8
_FOG_ROUGHNESS: Final = 100.0


def blurred(images: Images, sigma: float) -> Images:
    """Blur by a normal distribution; what lies beyond an edge is like the edge."""
    made: Images = ndimage.gaussian_filter(images, (0, sigma, sigma), mode="nearest")
    return made


def with_lines(images: Images, starts: Numbers, ends: Numbers) -> Images:
    """Draw a line over each image, its ink fading above and below.

    Args:
        images: What to draw on.
        starts: Columns and rows, float64 of shape (2, n), in pixels of an image of 28.
        ends: Likewise, to the right of the starts.
    """
    return as_ink(images + line_ink(images, starts, ends))


def line_ink(images: Images, starts: Numbers, ends: Numbers) -> Images:
    """Return the ink of such lines, float32 of the shape of the images."""
    size = unit(images)
    ink = np.zeros(images.shape, np.float32)
    height, width = images.shape[1:]
    first, last = np.floor(starts[0].min() * size), np.ceil(ends[0].max() * size)
    # Of a zigzag's short lines most columns have nothing.
    part = slice(max(int(first), 0), min(int(last) + 1, width))
    columns, rows = np.arange(width)[part] / size, np.arange(height) / size
    (left, top), (right, bottom) = starts[:, :, None], ends[:, :, None]
    slope = (bottom - top) / np.maximum(right - left, 1e-9)
    middle = slope * (columns - left) + top
    away = np.abs(rows[:, None] - middle[:, None, :]).astype(np.float32)
    np.clip(away, 0, _LINE_REACH * (1 - 1e-6), out=away)
    faded = np.clip(np.log1p(-away / np.float32(_LINE_REACH)) + 1, 0, 1)
    is_beside = (columns < np.floor(left)) | (columns >= np.ceil(right))
    ink[:, :, part] = faded * ~is_beside[:, None, :]
    return ink


def fog(images: Images, generator: Generator, *, amount: float, decay: float) -> Images:
    """Lay clouds over images, and darken both so that nothing is too bright.

    The clouds are cut at random from a few large maps that repeat beyond their edges.

    Args:
        images: What to lay them over.
        generator: Chooses the clouds.
        amount: How bright they are, as a multiple of full ink.
        decay: How much finer detail is weaker than coarser.
    """
    height, width = images.shape[1:]
    side = 2 ** int(np.ceil(np.log2(8 * max(height, width))))
    maps = np.stack([_clouds(side, decay, generator) for _ in range(_FOG_MAPS)])
    which = np.arange(len(images)) % _FOG_MAPS
    tops, lefts = generator.integers(side, size=(2, len(images), 1, 1))
    rows = (tops + np.arange(height)[:, None]) % side
    columns = (lefts + np.arange(width)) % side
    peak = images.max(axis=(1, 2), keepdims=True)
    bright = images + np.float32(amount) * maps[which[:, None, None], rows, columns]
    return as_ink(bright * peak / (peak + np.float32(amount)))


def _clouds(side: int, decay: float, generator: Generator) -> Images:
    """Return a fractal by the diamond-square algorithm, from 0 to 1.

    A. Fournier, D. Fussell and L. Carpenter, "Computer rendering of stochastic
    models", Communications of the ACM 25 (1982). It repeats beyond its edges.

    Args:
        side: A power of two.
        decay: By what the roughness is divided at each finer step.
        generator: Chooses it.
    """
    heights = np.zeros((side, side))
    step, rough = side, _FOG_ROUGHNESS

    def varied(sums: Numbers) -> Numbers:
        noise = generator.uniform(-rough, rough, sums.shape)
        return np.asarray(sums / 4 + rough * noise)

    while step > 1:
        half = step // 2
        corners = heights[::step, ::step]
        pairs = corners + np.roll(corners, -1, axis=0)
        heights[half::step, half::step] = varied(pairs + np.roll(pairs, -1, axis=1))
        centres = heights[half::step, half::step]
        heights[::step, half::step] = varied(
            centres
            + np.roll(centres, 1, axis=0)
            + corners
            + np.roll(corners, -1, axis=1)
        )
        heights[half::step, ::step] = varied(
            centres
            + np.roll(centres, 1, axis=1)
            + corners
            + np.roll(corners, -1, axis=0)
        )
        step, rough = half, rough / decay
    heights -= heights.min()
    return as_ink(heights / max(heights.max(), 1e-9))


def splashed(images: Images, generator: Generator) -> Images:
    """Splash grey mud over images, which hides what is below."""
    size = unit(images)
    noise = generator.normal(0.65, 0.3, images.shape).astype(np.float32)
    is_wet = blurred(noise, size) > 0.65  # noqa: PLR2004 - the constant of MNIST-C
    cover = blurred(is_wet.astype(np.float32), 1.5 * size)
    cover[cover < 0.8] = 0  # noqa: PLR2004 - likewise
    return as_ink(images * (1 - cover) + np.float32(63 / 255) * cover)


def shuffled(images: Images, generator: Generator, *, num_rounds: int) -> Images:
    """Swap about half of the pixels with one above, on the left, or both.

    Pixels are visited from the bottom right to the top left, so ink can wander.
    """
    height, width = images.shape[1:]
    # The images last: what is swapped at once then lies side by side in memory.
    pixels = np.ascontiguousarray(images.transpose(1, 2, 0))
    for _ in range(num_rounds):
        for row in range(height - 1, 1, -1):
            moves = generator.integers(8, size=(width, len(images)), dtype=np.uint8)
            for column in range(width - 1, 1, -1):
                _swap(pixels, row, column, moves[column])
    return np.ascontiguousarray(pixels.transpose(2, 0, 1))


def _swap(pixels: Images, row: int, column: int, moves: NDArray[np.uint8]) -> None:
    """Swap one pixel of each image; of eight moves half are none."""
    for move, (up, left) in enumerate(((1, 1), (1, 0), (0, 1))):
        # The fourth one, to stay where it is, needs no work.
        is_chosen = moves == move
        here = pixels[row, column]
        there = pixels[row - up, column - left]
        # A pixel that was swapped already is not: each image has one move.
        here_before = here.copy()
        np.copyto(here, there, where=is_chosen)
        np.copyto(there, here_before, where=is_chosen)
