"""McNemar's exact test, against numbers worked out by hand and against SciPy."""

import numpy as np
import pytest
from scipy.stats import binomtest

from core.evaluation.comparison import SIGNIFICANCE, Comparison, compare, mcnemar


@pytest.mark.parametrize(
    ("only_first", "only_second", "expected"),
    [
        # 2 x (1 + 10 + 45) / 1024: at most 2 heads in 10 tosses, or at least 8.
        (8, 2, 112 / 1024),
        (2, 8, 112 / 1024),
        # 2 x 1 / 32: no head in 5 tosses, or no tail.
        (0, 5, 1 / 16),
        # In the middle each outcome is as uneven or more so.
        (3, 3, 1.0),
        (0, 0, 1.0),
    ],
)
def test_p_value_is_that_of_tossing_coins(
    only_first: int, only_second: int, expected: float
) -> None:
    assert mcnemar(only_first, only_second) == pytest.approx(expected)


@pytest.mark.parametrize(
    ("only_first", "only_second"),
    [(0, 1), (50, 50), (191, 78), (7, 50), (4000, 50)],
)
def test_p_value_is_that_of_the_binomial_test(
    only_first: int, only_second: int
) -> None:
    """SciPy's own sums the outcomes that are at most as likely."""
    expected = binomtest(only_first, only_first + only_second).pvalue

    assert mcnemar(only_first, only_second) == pytest.approx(expected, rel=1e-9)


def test_negative_count_is_refused() -> None:
    with pytest.raises(ValueError, match="each at least 0, got -1 and 3"):
        mcnemar(-1, 3)


def test_only_images_that_one_of_them_reads_right_are_counted() -> None:
    """Both wrong in different ways is no difference in accuracy."""
    labels = np.array([0, 1, 2, 3, 4, 5], np.uint8)
    first = np.array([0, 1, 2, 9, 9, 9], np.uint8)
    second = np.array([0, 9, 9, 3, 8, 9], np.uint8)

    found = compare(labels, first, second)

    assert found == Comparison(only_first=2, only_second=1, both_wrong=2, total=6)
    assert found.p_value == 1.0
    assert found.difference.value == pytest.approx(-1 / 6)


@pytest.mark.parametrize(
    ("only_second", "expected"), [(5, False), (6, True)], ids=["1 in 16", "1 in 32"]
)
def test_difference_counts_below_once_in_twenty(
    only_second: int, *, expected: bool
) -> None:
    found = Comparison(only_first=0, only_second=only_second, both_wrong=4, total=100)

    assert (found.p_value < SIGNIFICANCE) is expected


@pytest.mark.parametrize("length", [0, 2, 4])
def test_answers_to_other_images_are_refused(length: int) -> None:
    labels, other = np.zeros(3, np.uint8), np.zeros(length, np.uint8)

    with pytest.raises(ValueError, match="one label for each image"):
        compare(labels, labels, other)
