"""Numbers as words."""

from dashboard.charts.words import count_of


def test_count_is_given_with_its_whole() -> None:
    assert count_of(12, 982) == "12 of 982 (1.2 %)"
    assert count_of(6742, 60_000) == "6,742 of 60,000 (11.2 %)"


def test_count_of_nothing_has_no_percent() -> None:
    """A class without test images must not divide by zero."""
    assert count_of(0, 0) == "0 of 0"
