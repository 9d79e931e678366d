"""Tables that a spreadsheet opens: nothing in them runs."""

import pytest

from core.handover.tables import number_cell, text_cell

FORMULAS = [
    *('=HYPERLINK("http://a","b")', "+1+cmd|' /C calc'!A0", "-2+3", "@SUM(1)"),
    *(" =1+1", "\t=1+1", "\r=1+1", "\uff1d1+1"),
]


@pytest.mark.parametrize("typed", FORMULAS)
def test_formula_is_text_that_looks_the_same(typed: str) -> None:
    """A name of a run asked an address when a colleague opened the list."""
    written = text_cell(typed)

    assert written[0] == "\u2060"
    assert written[1:] == typed


@pytest.mark.parametrize("typed", ["fast-mlp", "a=b", "", "+", "=", "5", "\u00e9"])
def test_other_text_stays_as_it_is(typed: str) -> None:
    """A program that reads the file finds the classes by their names."""
    assert text_cell(typed) == typed


@pytest.mark.parametrize(
    ("number", "written"), [(99.00999999999999, "99.01"), (1 / 3, "0.333333333")]
)
def test_number_has_no_digits_that_mean_nothing(number: float, written: str) -> None:
    assert number_cell(number) == written
