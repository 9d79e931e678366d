"""The tolerances let rounding pass, and nothing else."""

import numpy as np
import pytest

from tests.rounding import assert_same_but_rounded, assert_same_weights

TERMS = np.random.default_rng(0).normal(size=(500, 784)).astype(np.float32)


def one_by_one() -> np.ndarray:
    """Add 784 numbers in the order in which they come, which rounds the most."""
    total = np.zeros(500, np.float32)
    for column in TERMS.T:
        total += column
    return total


def test_sums_in_two_orders_are_the_same() -> None:
    """NumPy adds in pairs of pairs, and float64 hardly rounds at all."""
    assert_same_but_rounded(one_by_one(), TERMS.sum(axis=1, dtype=np.float64))
    assert_same_but_rounded(one_by_one(), TERMS.sum(axis=1))


@pytest.mark.parametrize(
    "fault", [1e-4, -1e-4, np.nan], ids=["more", "less", "no number"]
)
def test_one_number_that_is_off_is_enough(fault: float) -> None:
    """By a ten-thousandth of the largest; a mean of all would not see it."""
    expected = one_by_one()
    found = expected.copy()
    found[7] += fault * np.abs(expected).max()

    with pytest.raises(AssertionError):
        assert_same_but_rounded(found, expected)


def test_a_number_that_is_missing_in_both_is_no_agreement() -> None:
    """Two programs that both diverge have computed nothing."""
    nothing = [np.full(3, np.nan)]

    with pytest.raises(AssertionError):
        assert_same_but_rounded(nothing, nothing)
    with pytest.raises(AssertionError):
        assert_same_weights(nothing, nothing, nothing)


def test_weights_are_compared_by_how_far_rounding_moves_them() -> None:
    """Each array by its own: what rounding decides may be anything, the rest not."""
    expected = [np.ones(4), np.ones(4)]
    rounded = [np.ones(4) + 1e-6, np.ones(4) + 0.5]

    assert_same_weights([expected[0], expected[1] - 1], expected, rounded)
    with pytest.raises(AssertionError, match="Array 0"):
        assert_same_weights([expected[0] - 1e-4, expected[1]], expected, rounded)
