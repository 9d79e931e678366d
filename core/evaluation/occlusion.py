"""Find which ink of an image speaks for one class and against another.

A soft patch of ink is taken away, the model is asked again, and what changes is what
that ink was worth: the difference of the logarithms of two probabilities, in nats.
The difference of the probabilities themselves would hardly move where a model is
confident. All patches are asked about in one batch (Zeiler and Fergus 2014,
"Visualizing and understanding convolutional networks", cover with grey instead).

The patches begin at the ink, not at the edge of the image, so the map of a shifted
image is the shifted map, as far as the model itself does not mind.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import GrayImage, Probabilities

Predict = Callable[[NDArray[np.float32]], Probabilities]
"""From images, float32 of shape (n, height, width), to (n, classes)."""

SMALLEST: Final = 1e-7
"""Probabilities below this are taken for this: their logarithms are rounding."""

PATCHES_ACROSS: Final = 10
"""The longer side of the ink is covered in about so many steps."""

VISIBLE: Final = 0.05
"""Fainter ink is no ink."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Occlusion:
    """What the ink of an image is worth to a model.

    Attributes:
        worth: float32 of shape (height, width), in nats: by how much log p(chosen) -
            log p(rival) is lower without the ink around a pixel. Positive ink speaks
            for the chosen class, negative for the rival; 0 far from all ink.
        score: log p(chosen) - log p(rival) of the whole image, in nats.
        num_patches: How many patches were taken away, one after the other.
    """

    worth: GrayImage
    score: float
    num_patches: int


def occlude(
    predict: Predict, image: GrayImage, *, chosen: int, rival: int
) -> Occlusion:
    """Find what the ink of an image is worth.

    Args:
        predict: The model; it is asked once.
        image: Ink, float32 of shape (height, width), values in [0, 1].
        chosen: Index of a class.
        rival: Index of another class.
    """
    windows = _windows(image)
    asked = np.concatenate([image[np.newaxis], image * (1 - windows)])
    scores = log_ratio(predict(asked), chosen=chosen, rival=rival)
    changes = scores[0] - scores[1:]
    weights = windows.sum(axis=0)
    worth = np.einsum("n,nij->ij", changes, windows) / np.maximum(weights, 1)
    return Occlusion(
        worth=worth.astype(np.float32),
        score=float(scores[0]),
        num_patches=len(windows),
    )


def log_ratio(
    probabilities: Probabilities, *, chosen: int, rival: int
) -> NDArray[np.float32]:
    """Return log p(chosen) - log p(rival) of each row, in nats."""
    logs = np.log(np.maximum(probabilities, SMALLEST))
    difference: NDArray[np.float32] = logs[:, chosen] - logs[:, rival]
    return difference


def _windows(image: GrayImage) -> NDArray[np.float32]:
    """Return how much each patch takes away, float32 of shape (n, height, width)."""
    ink = image > VISIBLE
    rows, columns = np.flatnonzero(ink.any(axis=1)), np.flatnonzero(ink.any(axis=0))
    if not len(rows):
        return np.zeros((0, *image.shape), np.float32)
    top, bottom = int(rows[0]), int(rows[-1])
    left, right = int(columns[0]), int(columns[-1])
    step = max(1, round((max(bottom - top, right - left) + 1) / PATCHES_ACROSS))
    down = _bells(np.arange(top, bottom + 1, step), image.shape[0], step)
    across = _bells(np.arange(left, right + 1, step), image.shape[1], step)
    windows = (down[:, np.newaxis, :, np.newaxis] * across[:, np.newaxis]).reshape(
        -1, *image.shape
    )
    # Where there is no ink to take away, the answer stays as it is.
    touched = (windows * image).max(axis=(1, 2)) > VISIBLE
    found: NDArray[np.float32] = windows[touched]
    return found


def _bells(centres: NDArray[np.int64], size: int, step: int) -> NDArray[np.float32]:
    """Return Gaussian bells of height 1 on a line, float32 of shape (n, size).

    Each ends after two steps, so that distant ink is left alone.
    """
    distances = np.abs(np.arange(size) - centres[:, np.newaxis])
    bells = np.exp(-0.5 * (distances / step) ** 2)
    return np.where(distances <= 2 * step, bells, 0).astype(np.float32)
