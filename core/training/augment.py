"""Change training images at random, a whole chunk at once.

All images of a chunk are changed by a few tensor operations: first one map of
where each pixel comes from (rotation, shift, zoom, shear, elastic), then what
changes their ink. The same seed changes the same images in the same way.
"""

import functools
import math
from collections.abc import Callable
from typing import Final

import numpy as np
import tensorflow as tf

from core.config import Augmentation
from core.types import ByteImages

NUM_COMPILED: Final = 6
PART_IMAGES: Final = 4096
"""So many are changed at once, which bounds the memory that it takes."""

ELASTIC_GRID: Final = 7
"""Points each way at which parts are moved; what lies between follows smoothly."""

LEFT_BY_ENLARGING: Final = 0.81
"""Share of the grid's standard deviation that its enlargement has on average."""


class Augmenter:
    """Changes one chunk of training images after the other.

    Args:
        augmentation: How strongly.
        seed: Decides the changes of all chunks.
    """

    def __init__(self, augmentation: Augmentation, *, seed: int) -> None:
        self._augmentation = augmentation
        self._seed = seed

    def __call__(self, images: ByteImages, *, position: int) -> ByteImages:
        """Change images.

        Args:
            images: uint8 of shape (n, height, width).
            position: How many images of the training came before these; with the
                seed it decides the changes, so a training can be resumed.

        Returns:
            Changed images, uint8 of the same shape.
        """
        if self._augmentation.is_none:
            return images
        return np.concatenate(
            [
                self._changed(images[start : start + PART_IMAGES], position + start)
                for start in range(0, len(images), PART_IMAGES)
            ]
        )

    def _changed(self, images: ByteImages, position: int) -> ByteImages:
        seed = tf.constant([self._seed, position], tf.int32)
        change = _compiled(self._augmentation, images.shape[1:])
        changed: ByteImages = change(images, seed).numpy()
        return changed


def previews(
    images: ByteImages, augmentation: Augmentation, *, num: int, seed: int
) -> ByteImages:
    """Change each image several times, to show what a training would learn from.

    Args:
        images: As in the data set, uint8 of shape (n, height, width); also none.
        augmentation: How strongly.
        num: How often each image is changed, at least 1.
        seed: Decides the changes; the same ones for as many images and changes.

    Returns:
        The changed images, uint8 of shape (n, num, height, width).
    """
    repeated = np.repeat(images, num, axis=0)
    if len(repeated):
        repeated = Augmenter(augmentation, seed=seed)(repeated, position=0)
    return repeated.reshape(len(images), num, *images.shape[1:])


@functools.lru_cache(maxsize=NUM_COMPILED)
def _compiled(
    augmentation: Augmentation, image_shape: tuple[int, int]
) -> Callable[..., tf.Tensor]:
    """Keep what was compiled for the next run with the same changes."""

    def change(images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
        ink = tf.cast(images, tf.float32) / 255.0
        return tf.cast(tf.round(augment(ink, augmentation, seed) * 255.0), tf.uint8)

    pixels = tf.TensorSpec((None, *image_shape), tf.uint8)
    changed: Callable[..., tf.Tensor] = tf.function(
        change, input_signature=[pixels, tf.TensorSpec((2,), tf.int32)]
    )
    return changed


def augment(
    images: tf.Tensor, augmentation: Augmentation, seed: tf.Tensor
) -> tf.Tensor:
    """Change each image by an amount of its own.

    Args:
        images: Ink, float32 of shape (n, height, width), values in [0, 1].
        augmentation: How strongly.
        seed: Two whole numbers, int32 of shape (2,), that decide the changes.

    Returns:
        Changed images, float32 of shape (n, height, width), values in [0, 1].
    """
    if augmentation.is_none:
        return images
    seeds, shape = tf.unstack(tf.random.split(seed, 6)), images.shape
    if _moves(augmentation):
        transforms = _transforms(augmentation, images, seeds[0])
        if augmentation.elastic:
            images = _bent(images, augmentation.elastic, transforms, seeds[1])
        else:
            images = _transformed(images, transforms)
    if augmentation.thickness:
        images = _thickened(images, augmentation.thickness, seeds[2])
    if augmentation.erasing:
        # What moves images knows their size only when it runs.
        images = tf.ensure_shape(images, shape)
        images *= _holes(augmentation.erasing, images, seeds[3])
    if augmentation.noise:
        noise = tf.random.stateless_normal(tf.shape(images), seeds[4])
        images += augmentation.noise * noise
    return tf.clip_by_value(images, 0.0, 1.0)


def _moves(augmentation: Augmentation) -> bool:
    strengths = augmentation
    return any(
        (
            *(strengths.rotation, strengths.shift, strengths.zoom),
            *(strengths.shear, strengths.elastic),
        )
    )


def _transforms(
    augmentation: Augmentation, images: tf.Tensor, seed: tf.Tensor
) -> tf.Tensor:
    """Return where each pixel comes from, as float32 of shape (n, 8).

    The six numbers a to f stand for x' = a x + b y + c and y' = d x + e y + f, as
    TensorFlow's projective transforms take them; the last two are 0.
    """
    strengths = [
        math.radians(augmentation.rotation),
        math.tan(math.radians(augmentation.shear)),
        *[augmentation.zoom] * 2,
        *[augmentation.shift] * 2,
    ]
    draws = tf.random.stateless_uniform((6, tf.shape(images)[0]), seed, -1.0, 1.0)
    angle, shear, zoom_x, zoom_y, shift_x, shift_y = tf.unstack(
        draws * tf.constant(strengths, tf.float32)[:, None]
    )
    cos, sin = tf.cos(angle), tf.sin(angle)
    scale_x, scale_y = 1.0 + zoom_x, 1.0 + zoom_y
    a, b = cos / scale_x, (shear * cos - sin) / scale_x
    d, e = sin / scale_y, (shear * sin + cos) / scale_y
    middle_y, middle_x = ((side - 1) / 2 for side in images.shape[1:])
    c = middle_x - middle_x * (a + b * (middle_y / middle_x)) - shift_x
    f = middle_y - middle_y * (d * (middle_x / middle_y) + e) - shift_y
    nothing = tf.zeros_like(a)
    return tf.stack([a, b, c, d, e, f, nothing, nothing], axis=1)


def _transformed(images: tf.Tensor, transforms: tf.Tensor) -> tf.Tensor:
    moved = tf.raw_ops.ImageProjectiveTransformV3(
        images=images[..., None],
        transforms=transforms,
        output_shape=tf.shape(images)[1:],
        fill_value=0.0,
        interpolation="BILINEAR",
        fill_mode="CONSTANT",
    )
    return moved[..., 0]


def _bent(
    images: tf.Tensor, strength: float, transforms: tf.Tensor, seed: tf.Tensor
) -> tf.Tensor:
    """Move parts of the images against each other, and all as the transforms say.

    Simard, Steinkraus and Platt 2003 smooth a random field with a Gaussian; a
    coarse random grid, enlarged smoothly, is the same at a fraction of the work.
    """
    height, width = images.shape[1:]
    grid = (tf.shape(images)[0], ELASTIC_GRID, ELASTIC_GRID, 2)
    coarse = strength / LEFT_BY_ENLARGING * tf.random.stateless_normal(grid, seed)
    field = tf.image.resize(coarse, (height, width), method="bicubic")
    a, b, c, d, e, f, _, _ = tf.unstack(transforms[:, :, None, None], axis=1)
    x = tf.range(width, dtype=tf.float32)[None, None, :]
    y = tf.range(height, dtype=tf.float32)[None, :, None]
    return _sampled(
        images,
        a * x + b * y + c + field[..., 0],
        d * x + e * y + f + field[..., 1],
    )


def _sampled(images: tf.Tensor, x: tf.Tensor, y: tf.Tensor) -> tf.Tensor:
    """Read images between their pixels, bilinearly; beyond the edge is paper."""
    # One pixel of paper all around, on which all that lies beyond is read.
    padded = tf.pad(images, [[0, 0], [1, 1], [1, 1]])
    height, width = padded.shape[1:]
    x = tf.clip_by_value(x + 1.0, 0.0, width - 1.001)
    y = tf.clip_by_value(y + 1.0, 0.0, height - 1.001)
    left, top = tf.floor(x), tf.floor(y)
    right_share, low_share = x - left, y - top
    place = tf.cast(top, tf.int32) * width + tf.cast(left, tf.int32)
    place = tf.reshape(place, (-1, images.shape[1] * images.shape[2]))
    flat = tf.reshape(padded, (-1, height * width))

    def at(offset: int) -> tf.Tensor:
        values = tf.gather(flat, place + offset, batch_dims=1)
        return tf.reshape(values, tf.shape(x))

    upper = at(0) * (1.0 - right_share) + at(1) * right_share
    lower = at(width) * (1.0 - right_share) + at(width + 1) * right_share
    return upper * (1.0 - low_share) + lower * low_share


def _thickened(images: tf.Tensor, strength: float, seed: tf.Tensor) -> tf.Tensor:
    """Go part of the way to strokes that are a pixel thicker, or thinner."""
    shape = (tf.shape(images)[0], 1, 1)
    way = tf.random.stateless_uniform(shape, seed, -strength, strength)
    thick, thin = _spread(images), -_spread(-images)
    grown = tf.nn.relu(way) * (thick - images)
    return images + grown + tf.nn.relu(-way) * (thin - images)


def _spread(images: tf.Tensor) -> tf.Tensor:
    """Return the largest of each 3 x 3 pixels; beyond the edge is nothing."""
    # Ten times as fast as pooling, which makes use of no neighbour twice.
    for axis in (1, 2):
        edge = [[0, 0], [0, 0], [0, 0]]
        edge[axis] = [1, 1]
        padded = tf.pad(images, edge, mode="SYMMETRIC")
        before, after = [0, 0, 0], [0, 0, 0]
        after[axis] = 2
        size = tf.shape(images)
        sides = tf.maximum(
            tf.slice(padded, before, size), tf.slice(padded, after, size)
        )
        images = tf.maximum(images, sides)
    return images


def _holes(strength: float, images: tf.Tensor, seed: tf.Tensor) -> tf.Tensor:
    """Return 0 in a square of each image and 1 elsewhere."""
    height, width = images.shape[1:]
    draws = tf.random.stateless_uniform((3, tf.shape(images)[0], 1), seed)
    half = draws[0] * strength * min(height, width) / 2
    columns = tf.range(width, dtype=tf.float32)[None, :] + 0.5
    rows = tf.range(height, dtype=tf.float32)[None, :] + 0.5
    in_columns = tf.abs(columns - draws[1] * width) < half
    in_rows = tf.abs(rows - draws[2] * height) < half
    hole = tf.logical_and(in_rows[:, :, None], in_columns[:, None, :])
    return 1.0 - tf.cast(hole, tf.float32)
