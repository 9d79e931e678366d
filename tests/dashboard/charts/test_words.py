"""Numbers as words."""

import pytest

from dashboard.charts.words import count_of, percent


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


def test_count_is_given_with_its_whole() -> None:
    assert count_of(12, 982) == "12 of 982 (1.2 %)"
    assert count_of(6742, 60_000) == "6,742 of 60,000 (11.2 %)"


def test_count_of_nothing_has_no_percent() -> None:
    """A class without test images must not divide by zero."""
    assert count_of(0, 0) == "0 of 0"


def test_share_of_nothing_is_none() -> None:
    """The precision of a class that was never predicted is not 0 %."""
    assert percent(float("nan")) == "\u2013"
