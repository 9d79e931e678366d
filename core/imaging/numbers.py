"""Scale the numbers of a picture of 16 or 32 bits to bytes.

A file of 16 bits or of floats does not say where its numbers end.
"""

import numpy as np
from numpy.typing import NDArray

# Where numbers end that are called a picture: 1.0, and all ones of 8, 10, 12, 14 and 16
# bits.
_FULL_RANGES = (1.0, 255.0, 1023.0, 4095.0, 16383.0, 65535.0)

_OVERSHOOT = 1.1  # of a range: what sharpening and resampling add at an edge
_LEAST_OF_RANGE = 1 / 8  # numbers that end below this share mean another range

_HOT = 1e-4  # share of pixels that may be hot or dead, at either end


def to_bytes(numbers: NDArray[np.generic]) -> NDArray[np.uint8]:
    """Scale numbers by the range that they mean, or by their own if they mean none."""
    values = np.nan_to_num(numbers.astype(np.float32), posinf=0.0, neginf=0.0)
    low = float(np.quantile(values, _HOT, method="lower"))
    high = float(np.quantile(values, 1 - _HOT, method="higher"))
    for full in _FULL_RANGES:
        if low >= 0 and full * _LEAST_OF_RANGE < high <= full * _OVERSHOOT:
            low, high = 0.0, full
            break
    scaled = (values - low) * (255.0 / max(high - low, 1e-6))
    return np.asarray(np.rint(np.clip(scaled, 0, 255)), dtype=np.uint8)
