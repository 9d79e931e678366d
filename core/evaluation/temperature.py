"""Temperature scaling: one number that makes a model as confident as it is right.

The logarithms of the probabilities are divided by a temperature and made probabilities
again (Guo and others 2017; see `core.evaluation.calibration`). Above 1 the model
becomes less confident, below 1 more so. The order of the classes never changes.

It is fitted on validation images. Fitted on the test images, it would look better than
it is.
"""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.evaluation import checks, metrics
from core.types import Labels, Probabilities

LOWEST: Final = 0.05
HIGHEST: Final = 20.0

NONE: Final = 1.0
"""The temperature that changes nothing."""

# Smaller than any probability that a model gives in 32 bits: 0 has no logarithm.
_SMALLEST: Final = 1e-45

_PRECISION: Final = 1e-4


def fit(labels: Labels, probabilities: Probabilities) -> float:
    """Find the temperature with the lowest log loss.

    Args:
        labels: Right class of each validation image, uint8 of shape (n,).
        probabilities: What the model says, floating point of shape (n, classes).

    Returns:
        0.05 to 20. 1.0 if nothing gives a lower loss, and where there is no best one:
        if every image is right, colder is better without end.

    Raises:
        ValueError: If the two do not belong together.
    """
    checks.check_predictions(labels, probabilities)
    if (metrics.predicted_classes(probabilities) == labels).all():
        return NONE
    # The import takes a tenth of a second, which pages without a temperature save.
    from scipy.optimize import minimize_scalar  # noqa: PLC0415

    single = probabilities.astype(np.float32)
    logits = _logits(single).astype(np.float32)
    rows = np.arange(len(labels))

    def loss(log_temperature: float) -> float:
        odds = np.exp(logits * np.float32(math.exp(-log_temperature)))
        of_true = odds[rows, labels] / odds.sum(axis=1)
        return float(metrics.losses_of(of_true).mean())

    best = minimize_scalar(
        loss,
        bounds=(math.log(LOWEST), math.log(HIGHEST)),
        method="bounded",
        options={"xatol": _PRECISION},
    )
    found = float(np.exp(best.x))
    is_better = metrics.log_loss(labels, scaled(single, found)) < metrics.log_loss(
        labels, single
    )
    return found if is_better else NONE


def scaled(probabilities: Probabilities, temperature: float) -> Probabilities:
    """Return probabilities at a temperature.

    Args:
        probabilities: Floating point of shape (n, classes) or (classes,).
        temperature: Above 0.

    Returns:
        float32 of that shape; those given, if the temperature is 1.0.
    """
    if temperature == NONE:
        return probabilities
    odds = np.exp(_logits(probabilities) / temperature)
    return np.asarray(odds / odds.sum(axis=-1, keepdims=True), np.float32)


def _logits(probabilities: Probabilities) -> NDArray[np.float64]:
    """Return logarithms; that of the most probable class is 0, so nothing overflows."""
    logits = np.log(np.maximum(probabilities.astype(np.float64), _SMALLEST))
    found: NDArray[np.float64] = logits - logits.max(axis=-1, keepdims=True)
    return found
