"""How a measure is distributed within each class."""

import numpy as np
import pytest

from core.datasets.exploring.distributions import distribution


def test_images_are_counted_by_class_and_bin() -> None:
    """By hand: bins from 0 to 4, the largest value in the last one."""
    values = np.array([0, 1, 1, 3, 4, 2], dtype=np.float32).repeat(1000)
    labels = np.array([0, 0, 2, 2, 2, 0], dtype=np.uint8).repeat(1000)

    found = distribution(values, labels, 3, num_bins=4)

    np.testing.assert_allclose(found.edges, [0, 1, 2, 3, 4])
    assert (found.counts / 1000).tolist() == [[1, 1, 1, 0], [0] * 4, [0, 1, 0, 2]]
    np.testing.assert_array_equal(found.medians, [1, np.nan, 3])


def test_the_bins_are_those_of_numpy() -> None:
    """Within the edges, numpy's histogram counts the same."""
    generator = np.random.default_rng(0)
    values = generator.normal(size=3000).astype(np.float32)
    labels = generator.integers(0, 2, 3000).astype(np.uint8)

    found = distribution(values, labels, 2, num_bins=12)

    inside = np.clip(values, found.edges[0], found.edges[-1])
    for label in range(2):
        expected, _ = np.histogram(inside[labels == label], found.edges)
        np.testing.assert_allclose(found.counts[label], expected, atol=1)


def test_one_blot_does_not_squeeze_all_others_into_one_bin() -> None:
    """It is counted in the last bin, which holds what is beyond."""
    values = np.linspace(2, 4, 1000, dtype=np.float32)
    values[10] = 500

    found = distribution(values, np.zeros(1000, np.uint8), 1)

    assert found.edges[-1] < 5
    assert found.counts.sum() == 1000


def test_images_without_a_value_are_counted_apart() -> None:
    """A blank image has no slant."""
    values = np.array([1, np.nan, 2, np.nan], dtype=np.float32)

    found = distribution(values, np.zeros(4, np.uint8), 1)

    assert found.num_missing == 2
    assert found.counts.sum() == 2


@pytest.mark.parametrize("values", [[], [np.nan], [3.0, 3.0]], ids=str)
def test_values_that_do_not_differ_have_bins(values: list[float]) -> None:
    """A constant measure, or none at all, is still a histogram."""
    labels = np.zeros(len(values), dtype=np.uint8)

    found = distribution(np.array(values, dtype=np.float32), labels, 2)

    assert (np.diff(found.edges) > 0).all()
    assert found.counts.sum() == len(values) - found.num_missing
