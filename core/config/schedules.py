"""The learning rate of every step, known before training starts."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.config import TrainingConfig

ONE_CYCLE_RISE: Final = 0.2
COSINE_RISE: Final = 0.05
START_SHARE: Final = 0.1
END_SHARE: Final = 0.001
STEPS_AT: Final = (0.5, 0.75)
STEP_SHARE: Final = 0.1


def learning_rates(config: TrainingConfig, *, num_steps: int) -> NDArray[np.float32]:
    """List the learning rate of each step of a training.

    One-cycle and cosine: a straight rise from a tenth of the rate, over a fifth
    or a twentieth of the steps, then half a cosine down to a thousandth of it
    (Smith and Topin 2018, arXiv 1708.07120; Loshchilov and Hutter 2016, arXiv
    1608.03983). Step: a tenth of the rate after half of the steps, and a
    hundredth after three quarters.

    Args:
        config: Gives the schedule and the (highest) rate.
        num_steps: Steps of the whole training, at least 1.

    Returns:
        Learning rates above 0, float32 of shape (num_steps,).
    """
    shares: NDArray[np.float64]
    match config.schedule:
        case "constant":
            shares = np.ones(num_steps)
        case "one-cycle":
            shares = _rise_and_fall(num_steps, rise=ONE_CYCLE_RISE)
        case "cosine":
            shares = _rise_and_fall(num_steps, rise=COSINE_RISE)
        case "step":
            done = np.arange(num_steps) / num_steps
            num_falls = np.searchsorted(STEPS_AT, done, side="right")
            shares = np.power(STEP_SHARE, num_falls)
    return (config.learning_rate * shares).astype(np.float32)


def _rise_and_fall(num_steps: int, *, rise: float) -> NDArray[np.float64]:
    num_rising = int(num_steps * rise)
    rising = np.linspace(START_SHARE, 1.0, num_rising, endpoint=False)
    angle = np.linspace(0.0, np.pi, num_steps - num_rising)
    falling = END_SHARE + (1.0 - END_SHARE) * (1.0 + np.cos(angle)) / 2.0
    return np.concatenate([rising, falling])
