"""Shares as percent."""

import pytest

from core.proportion import percent


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0.00 %"),
        (0.000_001, "<0.01 %"),
        (0.0001, "0.01 %"),
        (0.973_1, "97.31 %"),
        (0.999_999, ">99.99 %"),
        (1.0, "100.00 %"),
    ],
)
def test_percent_never_rounds_a_rest_away(share: float, text: str) -> None:
    """A "0.00 %" would say that the class was excluded, "100.00 %" that it is sure."""
    assert percent(share) == text


def test_share_of_nothing_is_none() -> None:
    """The precision of a class that was never predicted is not 0 %."""
    assert percent(float("nan")) == "\u2013"
