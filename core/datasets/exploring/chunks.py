"""Go through many images a few at a time, and say how far it is."""

from collections.abc import Callable, Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import ByteImages

Report = Callable[[float], None]
"""Is told the share that is done, 0 to 1; it may raise to end the work."""

NUM_VALUES: Final = 2**21
"""Pixels at a time: 8 MB as float32, which the processor's cache nearly holds."""


def silent(_share: float) -> None:
    """Take a report and do nothing with it."""


def part(report: Report, start: float, end: float) -> Report:
    """Make the report of one part of some work.

    Args:
        report: The report of the whole.
        start: Share of the whole that is done when the part begins.
        end: Share of the whole that is done when the part has ended.
    """

    def report_part(share: float) -> None:
        report(start + (end - start) * share)

    return report_part


def slices(
    count: int, report: Report = silent, *, num_values: int = 1
) -> Iterator[slice]:
    """Cut a range of positions into slices that fit into memory.

    Args:
        count: How many positions there are.
        report: Is told the share that is done before each slice.
        num_values: Values at each position.

    Yields:
        Slices that cover 0 to `count` in order.
    """
    size = max(NUM_VALUES // num_values, 1)
    for start in range(0, count, size):
        report(start / count)
        yield slice(start, min(start + size, count))


def rows(images: ByteImages) -> NDArray[np.float32]:
    """Write images as rows of ink.

    Args:
        images: uint8 of shape (n, height, width), 0 for paper and 255 for full ink.

    Returns:
        Ink, float32 of shape (n, height * width), values in [0, 1].
    """
    ink: NDArray[np.float32] = np.multiply(images, np.float32(1 / 255), dtype="f4")
    return ink.reshape(len(images), -1)
