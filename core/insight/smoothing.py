"""Smoothing of a noisy curve, as TensorBoard does it."""

import math
from collections.abc import Sequence


def exponential_moving_average(
    values: Sequence[float], *, weight: float
) -> tuple[float, ...]:
    """Smooth a curve by a moving average whose start is not drawn towards zero.

    The average begins at 0; dividing by 1 - weight ** n after n values takes this
    bias away (as in Adam), so the first value stays as it is.

    Args:
        values: The curve.
        weight: How much the average so far counts, 0 (nothing is smoothed) up to
            but without 1.

    Returns:
        As many values; what is no finite number stays, and counts for nothing.

    Raises:
        ValueError: If there is no such weight.
    """
    if not 0 <= weight < 1:
        message = (
            f"Expected a weight from 0 up to but without 1, got {weight}. Choose "
            "another one."
        )
        raise ValueError(message)
    average, remaining_bias = 0.0, 1.0
    smoothed = []
    for value in values:
        if not math.isfinite(value):
            smoothed.append(value)
            continue
        average = weight * average + (1 - weight) * value
        remaining_bias *= weight
        smoothed.append(average / (1 - remaining_bias))
    return tuple(smoothed)
