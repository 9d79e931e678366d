"""The learning rate of every step, known before training starts."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.config import TrainingConfig

WARM_UP_SHARE: Final = 0.2
START_SHARE: Final = 0.1
END_SHARE: Final = 0.001


def learning_rates(config: TrainingConfig, *, num_steps: int) -> NDArray[np.float32]:
    """List the learning rate of each step of a training.

    One-cycle: a straight rise from a tenth of the rate, then half a cosine
    down to a thousandth of it (Smith and Topin 2018, arXiv 1708.07120, with
    the cosine of Howard and Gugger's fastai).

    Args:
        config: Gives the schedule and the (highest) rate.
        num_steps: Steps of the whole training, at least 1.

    Returns:
        Learning rates above 0, float32 of shape (num_steps,).
    """
    highest = config.learning_rate
    if config.schedule == "constant":
        return np.full(num_steps, highest, np.float32)
    num_rising = int(num_steps * WARM_UP_SHARE)
    rise = np.linspace(START_SHARE, 1.0, num_rising, endpoint=False)
    angle = np.linspace(0.0, np.pi, num_steps - num_rising)
    fall = END_SHARE + (1.0 - END_SHARE) * (1.0 + np.cos(angle)) / 2.0
    return (highest * np.concatenate([rise, fall])).astype(np.float32)
