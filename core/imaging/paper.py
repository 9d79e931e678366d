"""Tell the paper from what is on it, whatever the light and the colours.

Everything here works on brightness, float32 of shape (height, width), 0.0 for
black and 1.0 for white.
"""

import numpy as np
from numpy.typing import NDArray
from PIL import Image
from scipy import ndimage

from core.imaging.pictures import RgbaImage
from core.types import GrayImage

_FIT_SIDE = 64  # light and shadow are smooth: they need no more pixels
_FIT_ROUNDS = 12
_FLAT = 0.01  # half of the paper is within this of one tone: it is flat
_ONE_TONE = 0.1  # standard deviation of strokes drawn with one pen
_LEAST = np.float32(0.05)  # keeps ratios finite on black and on white paper
_DIVIDED = 0.4  # of the border: the rest is no clear majority
_DEEPEST_SHADOW = 0.5  # of the light: what is darker is a thing, not a shadow
_STROKE_PARTS = 4  # of the picture a side: no stroke is as wide
_TO_STANDARD_DEVIATION = 1.4826  # of the median absolute deviation, if normal
_RED_GREEN_BLUE = np.array([0.299, 0.587, 0.114], dtype=np.float32)


def brightness(rgba: RgbaImage) -> GrayImage:
    """Flatten a picture to brightness, laying transparent parts on paper.

    What is drawn on nothing is laid on white if it is dark and on black if it
    is light. A picture that is merely cut out (a photo with round corners) is
    laid on its own commonest tone.

    Args:
        rgba: A picture, uint8 of shape (height, width, 4).

    Returns:
        Brightness, float32 of shape (height, width) in [0, 1].
    """
    grey: GrayImage = rgba[..., :3].astype(np.float32) @ _RED_GREEN_BLUE
    grey /= 255
    alpha = rgba[..., 3].astype(np.float32) / 255
    seen = float(alpha.mean())
    if seen in (0.0, 1.0):
        return np.asarray(grey * alpha, dtype=np.float32)
    tone = float((grey * alpha).mean()) / seen
    spread = float((np.square(grey - tone) * alpha).mean() / seen) ** 0.5
    if seen < 0.5 or spread < _ONE_TONE:  # noqa: PLR2004 - half of the picture
        below = float(tone < 0.5)  # noqa: PLR2004 - the middle grey
    else:
        below = float(np.median(grey[alpha > 0.5]))  # noqa: PLR2004 - rather seen
    return np.asarray(grey * alpha + below * (1 - alpha), dtype=np.float32)


def reduced(grey: GrayImage, most: int) -> GrayImage:
    """Shrink an image by a whole factor until no side is longer than `most`."""
    factor = -(-max(grey.shape) // most)
    if factor == 1:
        return grey
    return np.asarray(Image.fromarray(grey).reduce(factor))


def signed_contrast(grey: GrayImage) -> tuple[GrayImage, float]:
    """Measure every pixel against the paper under it.

    Args:
        grey: Brightness, float32 of shape (height, width) in [0, 1].

    Returns:
        Contrast, float32 of shape (height, width), 0.0 for paper and 1.0 for
        the most that this paper allows, positive for ink whether it is darker
        or lighter; and the standard deviation of the paper's noise.
    """
    tone = float(np.median(_mostly_paper(grey)))
    surface = np.full_like(grey, tone)
    contrast, lighter = _against(grey, surface)
    is_paper = contrast < threshold(contrast)
    if float(np.median(np.abs(grey - tone)[is_paper])) > _FLAT:
        surface = _smooth_surface(grey)
        contrast, lighter = _against(grey, surface)
        surface = _local_paper(grey, surface, lighter=lighter)
        contrast, _ = _against(grey, surface, lighter=lighter)
        is_paper = contrast < threshold(contrast)
    noise = np.median(np.abs(contrast[is_paper])) * _TO_STANDARD_DEVIATION
    return contrast, float(noise)


def threshold(contrast: GrayImage) -> float:
    """Return the contrast that parts ink from paper best (Otsu's method)."""
    steps = (np.clip(contrast, 0.0, 1.0) * 255).astype(np.uint8)
    counts = np.bincount(steps.ravel(), minlength=256)
    centres = (np.arange(256) + 0.5) / 256
    below = np.cumsum(counts)[:-1]
    above = contrast.size - below
    sums = np.cumsum(counts * centres)
    mean_below = sums[:-1] / np.maximum(below, 1)
    mean_above = (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    between = below * above * np.square(mean_above - mean_below)
    # Every threshold in an empty gap of the histogram is as good: take the middle.
    best = np.flatnonzero(between >= between.max() * (1 - 1e-9))
    return float((best + 1).mean()) / 256


def _mostly_paper(grey: GrayImage) -> NDArray[np.float32]:
    """Return the pixels along the border, or all of them if it is of two minds."""
    ring = np.ones(grey.shape, dtype=bool)
    height, width = (max(1, side // 20) for side in grey.shape)
    ring[height:-height, width:-width] = False
    border = grey[ring]
    dark = float((border < threshold(grey)).mean())
    return grey if _DIVIDED < dark < 1 - _DIVIDED else border


def _against(
    grey: GrayImage, surface: GrayImage, *, lighter: bool | None = None
) -> tuple[GrayImage, bool]:
    difference = grey - surface
    if lighter is None:
        outliers = np.square(difference) * difference
        lighter = bool(outliers.sum() > 0)
    # Light falls on ink and paper alike, so it is the ratio that tells.
    if not lighter:
        difference, surface = -difference, 1 - surface
    contrast = difference / np.maximum(1 - surface, _LEAST)
    return np.asarray(contrast, dtype=np.float32), lighter


def _smooth_surface(grey: GrayImage) -> GrayImage:
    """Fit a second-degree surface to most of the pixels, strokes not among them."""
    small = _scaled(grey, _small_shape(grey), Image.Resampling.BOX)
    terms = _terms(small.shape)
    values = small.ravel().astype(np.float64)
    weights = np.ones_like(values)
    for _ in range(_FIT_ROUNDS):
        weighted = terms * weights[:, None]
        factors = np.linalg.lstsq(weighted.T @ terms, weighted.T @ values, rcond=None)[
            0
        ]
        # Least absolute deviations: what differs much must not pull much.
        weights = 1 / (np.abs(values - terms @ factors) + 1e-3)
    surface = np.clip(terms @ factors, 0.0, 1.0).reshape(small.shape)
    return _scaled(surface.astype(np.float32), grey.shape, Image.Resampling.BILINEAR)


def _terms(shape: tuple[int, ...]) -> NDArray[np.float64]:
    height, width = shape
    y = np.broadcast_to(np.linspace(-1, 1, height)[:, None], shape).ravel()
    x = np.broadcast_to(np.linspace(-1, 1, width), shape).ravel()
    return np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=1)


def _local_paper(grey: GrayImage, surface: GrayImage, *, lighter: bool) -> GrayImage:
    """Follow shadows: fill everything narrower than a window with what is beside it.

    Unlike a median, this also fills large characters, whose strokes cover most
    of a window where they meet.
    """
    shape = _small_shape(grey)
    light = _scaled(surface, shape, Image.Resampling.BOX)
    small = _scaled(grey, shape, Image.Resampling.BOX)
    width = max(3, max(shape) // _STROKE_PARTS)
    fill = ndimage.grey_opening if lighter else ndimage.grey_closing
    fills = [
        fill(image, size=(width, width), mode="nearest")
        for image in (small - light, small)
    ]
    # The first takes narrow wedges beside a shadow for ink, the second the dark
    # corners of an uneven light: ink is what both fill.
    fills[1] = fills[1] - light
    rest = np.max(fills, axis=0) if lighter else np.min(fills, axis=0)
    rest[np.abs(rest) > _DEEPEST_SHADOW * light] = 0
    rest = ndimage.gaussian_filter(rest, 1.0)
    local = surface + _scaled(rest, grey.shape, Image.Resampling.BILINEAR)
    return np.asarray(np.clip(local, 0.0, 1.0), dtype=np.float32)


def _small_shape(grey: GrayImage) -> tuple[int, ...]:
    scale = min(1.0, _FIT_SIDE / max(grey.shape))
    return tuple(max(1, round(side * scale)) for side in grey.shape)


def _scaled(
    image: GrayImage, shape: tuple[int, ...], method: Image.Resampling
) -> GrayImage:
    height, width = shape
    return np.asarray(Image.fromarray(image).resize((width, height), method))
