"""The recipe by which a trained network learns somebody's own hand.

Few passes with small steps: enough for some drawings, too little to forget the rest.
"""

import math
from dataclasses import replace
from typing import Final

from core.config.augmentation import Augmentation
from core.config.training import TrainingConfig

EPOCHS: Final = 2
RATE_SHARE: Final = 0.1
"""Of the learning rate with which the network was trained."""

NUM_REHEARSED: Final = 24_000
"""At most so many of the original training images are in each pass."""

DRAWN_SHARE: Final = 0.1
"""How much of a pass are drawings, as far as `MAX_REPEATS` allows it."""

MAX_REPEATS: Final = 20

LOWEST_RATE: Final = 1e-6

MILD: Final = Augmentation(rotation=8.0, shift=1.0, zoom=0.08, shear=8.0)
"""For networks that were trained without augmentation: they would learn a few drawings
by heart."""


def fine_tuning_of(config: TrainingConfig, *, is_again: bool = False) -> TrainingConfig:
    """Return how a network that was trained by a recipe is fine-tuned.

    What is compiled stays the same, so a process that has trained the network need not
    compile again; and so do seed and validation split, so the images held out for the
    first training are held out again.

    Args:
        config: The recipe of the network.
        is_again: Whether that was a fine-tuning itself, whose steps are small already.
    """
    share = 1.0 if is_again else RATE_SHARE
    return replace(
        config,
        preset="",
        epochs=EPOCHS,
        learning_rate=max(config.learning_rate * share, LOWEST_RATE),
        schedule="cosine",
        patience=0,
        emphasis=(),
        augmentation=MILD if config.augmentation.is_none else config.augmentation,
    )


def num_repeats(num_drawn: int, num_rehearsed: int) -> int:
    """Tell how often each of some drawings, at least one, is in a pass."""
    wanted = num_rehearsed * DRAWN_SHARE / (1 - DRAWN_SHARE) / num_drawn
    return max(1, min(MAX_REPEATS, math.ceil(wanted)))


def images_per_pass(num_drawn: int, num_learned: int) -> int:
    """Tell how many images each pass has.

    Args:
        num_drawn: How many drawings are learned, at least one.
        num_learned: How many of the training images are not held out.
    """
    num_rehearsed = min(NUM_REHEARSED, num_learned)
    return num_rehearsed + num_drawn * num_repeats(num_drawn, num_rehearsed)
