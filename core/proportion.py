"""Shares: of things counted, with the uncertainty they have, and as percent."""

import math
from dataclasses import dataclass
from typing import Final

# 97.5 % of a normal distribution lie below so many standard deviations.
_Z: Final = 1.959963984540054


@dataclass(frozen=True)
class Proportion:
    """A share of things counted, with its 95 % Wilson score interval.

    The interval is that of E. B. Wilson, "Probable inference, the law of
    succession, and statistical inference", JASA 22 (1927), 209-212. Unlike the
    usual plus or minus it stays within 0 to 1, and has a width at 0 and at 1.

    Attributes:
        successes: How many of them, 0 to total.
        total: Of how many, at least 1.

    Raises:
        ValueError: If no such share exists.
    """

    successes: int
    total: int

    def __post_init__(self) -> None:
        if self.total < 1 or not 0 <= self.successes <= self.total:
            message = (
                "Expected 0 to n successes out of n, n at least 1, got "
                f"{self.successes} out of {self.total}. Count again."
            )
            raise ValueError(message)

    @property
    def value(self) -> float:
        """The share, 0.0 to 1.0."""
        return self.successes / self.total

    @property
    def low(self) -> float:
        """Lower end of the interval, 0.0 to `value`."""
        return 0.0 if self.successes == 0 else self._centre - self._half_width

    @property
    def high(self) -> float:
        """Upper end of the interval, `value` to 1.0."""
        return 1.0 if self.successes == self.total else self._centre + self._half_width

    @property
    def _centre(self) -> float:
        return (self.successes + _Z**2 / 2) / (self.total + _Z**2)

    @property
    def _half_width(self) -> float:
        variance = self.value * (1 - self.value) * self.total
        return _Z * math.sqrt(variance + _Z**2 / 4) / (self.total + _Z**2)


def percent(share: float, *, decimals: int = 2) -> str:
    """Write a share as percent, and never round a rest away to 0 or 100.

    Args:
        share: From 0 to 1; NaN if there is none.
        decimals: Digits after the point.

    Returns:
        For example "97.31 %", "<0.01 %" or ">99.99 %"; an en dash for none.
    """
    if math.isnan(share):
        return "\u2013"
    step = 10.0**-decimals
    value = share * 100
    if 0 < value < step:
        return f"<{step:.{decimals}f} %"
    if 100 - step < value < 100:  # noqa: PLR2004 - a hundred percent
        return f">{100 - step:.{decimals}f} %"
    return f"{value:.{decimals}f} %"
