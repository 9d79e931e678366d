"""How unusual an image is in its class."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from core.datasets.exploring import typicality


def test_the_distance_is_mahalanobis_distance() -> None:
    """Of many normally distributed codes the trimmed fit keeps the directions."""
    generator = np.random.default_rng(0)
    mixing = generator.normal(size=(4, 4))
    codes = (generator.normal(size=(4000, 4)) @ mixing).astype(np.float16)
    labels = np.zeros(4000, dtype=np.uint8)

    shapes = typicality.fit(codes, labels, 1)
    found = typicality.distances(codes, labels, shapes)

    plain = codes.astype(float)
    inverse = np.linalg.inv(np.cov(plain.T))
    expected = cdist(plain, [plain.mean(axis=0)], "mahalanobis", VI=inverse)[:, 0]
    assert found.dtype == np.float32
    assert np.corrcoef(found, expected)[0, 1] > 0.999
    # Without the outer tenth, the spread is smaller, and all distances larger.
    assert 1 < np.median(found / expected) < 1.4


def test_outliers_do_not_hide_each_other() -> None:
    """A plain covariance is stretched by them: here they stay the most unusual."""
    generator = np.random.default_rng(0)
    codes = generator.normal(size=(1000, 3)).astype(np.float16)
    codes[:60, 1] = 25
    labels = np.zeros(1000, dtype=np.uint8)

    shapes = typicality.fit(codes, labels, 1)
    found = typicality.distances(codes, labels, shapes)

    assert set(np.argsort(found)[-60:].tolist()) == set(range(60))
    assert found[:60].min() > 3 * found[60:].max()


def test_an_image_is_measured_by_its_own_class() -> None:
    """A perfect 1 that is labelled 7 is unusual."""
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], 500).astype(np.uint8)
    codes = (generator.normal(size=(1000, 2)) + 20 * labels[:, None]).astype("f2")
    labels[0] = 1

    shapes = typicality.fit(codes, labels, 2)
    found = typicality.distances(codes, labels, shapes)

    assert found.argmax() == 0


def test_the_codes_of_a_class_may_all_be_the_same() -> None:
    """Copies of one image: none is farther from the middle than another."""
    codes = np.ones((20, 5), dtype=np.float16)
    labels = np.zeros(20, dtype=np.uint8)

    shapes = typicality.fit(codes, labels, 1)

    assert typicality.distances(codes, labels, shapes).tolist() == [0.0] * 20


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_class_of_few_images_borrows_the_spread_of_the_others(count: int) -> None:
    """Fewer images than codes have no covariance of their own."""
    generator = np.random.default_rng(0)
    labels = np.repeat([0, 1], [500, count]).astype(np.uint8)
    codes = generator.normal(size=(len(labels), 6)).astype(np.float16)
    shapes = typicality.fit(codes, labels, 2)
    far = codes[-1:] + np.float16(10)

    found = typicality.distances(codes, labels, shapes)
    distance = typicality.distances(far, labels[-1:], shapes)

    assert found[500:].max() < 6
    assert 10 < distance[0] < 60


def test_a_class_without_training_images_has_no_distances() -> None:
    """Test images of it are neither typical nor unusual."""
    codes = np.random.default_rng(0).normal(size=(50, 3)).astype(np.float16)
    shapes = typicality.fit(codes, np.zeros(50, np.uint8), 3)

    found = typicality.distances(codes[:2], np.array([2, 0], np.uint8), shapes)

    assert np.isnan(found).tolist() == [True, False]


def test_unusualness_is_the_share_of_its_class_that_is_nearer() -> None:
    """By hand: so the most unusual images are not all of the narrowest class."""
    distances = np.array([100, 1, 300, 2, 200, 3, 7, np.nan, 400], dtype=np.float32)
    labels = np.array([0, 1, 0, 1, 0, 1, 4, 5, 0], dtype=np.uint8)

    found = typicality.unusualness(distances, labels)

    assert found.dtype == np.float32
    expected = [0.125, 1 / 6, 0.625, 0.5, 0.375, 5 / 6, 0.5, np.nan, 0.875]
    np.testing.assert_allclose(found, expected)
