"""Accuracy by how images are written."""

import itertools

import numpy as np
import pytest
from scipy import stats

from core.evaluation import style


def test_measures_of_a_bar() -> None:
    """A bar of 4 by 16 pixels, upright; a blank image has none."""
    images = np.zeros((2, 28, 28), np.uint8)
    images[0, 6:22, 12:16] = 255

    found = style.measure(images)

    assert found["size"][0] == 8
    assert found["ink"][0] == 64
    assert found["slant"][0] == pytest.approx(0)
    assert found["thickness"][0] == pytest.approx(4, rel=0.15)
    assert all(np.isnan(values[1]) for values in found.values())


def test_bins_have_about_as_many_images_each() -> None:
    """Every image with a value is in one, and counted as right or wrong there."""
    values = np.random.default_rng(0).normal(size=1000)
    values[::100] = np.nan
    is_right = values > -1

    found = style.bins("slant", values, is_right)

    assert [each.accuracy.total for each in found] == [99] * 10
    members = np.concatenate([each.members for each in found])
    np.testing.assert_array_equal(np.sort(members), np.flatnonzero(~np.isnan(values)))
    assert all(one.high < other.low for one, other in itertools.pairwise(found))
    assert found[0].accuracy.successes < found[-1].accuracy.successes == 99
    assert sum(each.accuracy.successes for each in found) == is_right.sum()


@pytest.mark.parametrize(
    ("values", "sizes"),
    [
        ([], []),
        ([np.nan, np.nan], []),
        ([3.0], [1]),
        ([2.0] * 500, [500]),
        ([1.0] * 300 + [2.0] * 100, [300, 100]),
    ],
    ids=["none", "blank", "one", "equal", "two values"],
)
def test_equal_values_share_a_bin(values: list[float], sizes: list[int]) -> None:
    """However few different ones there are."""
    found = style.bins("size", np.array(values), np.ones(len(values), bool))

    assert [each.accuracy.total for each in found] == sizes
    assert style.weakest(found) is None


def test_the_weakest_bin_is_tested_against_the_others() -> None:
    """The lowest of ten is low by chance: the p-value is multiplied by ten."""
    values = np.arange(1000.0)
    is_right = np.ones(1000, bool)
    is_right[:20] = False
    is_right[500] = False

    found = style.weakest(style.bins("ink", values, is_right))

    assert found is not None
    assert (found.bin.low, found.bin.high) == (0, 99)
    table = [[80, 20], [899, 1]]
    expected = 10 * stats.fisher_exact(table, alternative="less").pvalue
    assert found.p_value == pytest.approx(expected, rel=1e-9)
    assert found.num_bins == 10
    assert found.is_more_than_chance


def test_few_mistakes_may_be_chance() -> None:
    is_right = np.ones(1000, bool)
    is_right[5] = False

    found = style.weakest(style.bins("ink", np.arange(1000.0), is_right))

    assert found is not None
    assert not found.is_more_than_chance
    assert found.p_value == pytest.approx(1)
