"""Features on a plane."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.evaluation.projection import principal_components, principal_plane


def test_components_are_those_of_scikit_learn() -> None:
    """But for the side to which each points."""
    generator = np.random.default_rng(0)
    stretch = np.array([9.0, 5.0, 1.0, 0.5, 0.1])
    features = (generator.normal(size=(200, 5)) * stretch + 3).astype(np.float32)
    expected = PCA(2).fit(features)

    points, explained = principal_components(features)

    size = np.abs(points).max()
    found = expected.transform(features)
    np.testing.assert_allclose(np.abs(points), np.abs(found), atol=1e-5 * size)
    np.testing.assert_allclose(explained, expected.explained_variance_ratio_, rtol=1e-4)


@pytest.mark.parametrize("shape", [(1, 4), (2, 1), (5, 1), (5, 2), (2, 9)])
def test_too_few_directions_leave_the_rest_at_nothing(shape: tuple[int, int]) -> None:
    """A network may end in one hidden unit, or in units that are all dead."""
    features = np.arange(np.prod(shape), dtype=np.float32).reshape(shape)

    points, explained = principal_components(features)

    spread = features - features.mean(axis=0)
    assert points.shape == (shape[0], 2)
    np.testing.assert_allclose(
        (points**2).sum(axis=1), (spread**2).sum(axis=1), rtol=1e-4, atol=1e-4
    )
    assert explained[1] < 1e-6


def test_features_that_are_all_alike_lie_on_one_point() -> None:
    points, explained = principal_components(np.full((6, 4), 2.0, np.float32))

    assert not points.any()
    assert not explained.any()


def test_a_plane_places_what_it_was_not_made_from() -> None:
    """In parts, and features of 16 bits, such as those of training images, too."""
    generator = np.random.default_rng(0)
    features = generator.normal(size=(5000, 6)).astype(np.float32)
    expected = PCA(2).fit(features[:300]).transform(features)

    plane = principal_plane(features[:300])

    np.testing.assert_allclose(
        np.abs(plane.place(features)), np.abs(expected), atol=1e-2
    )
    np.testing.assert_allclose(
        plane.place(features.astype(np.float16)), plane.place(features), atol=1e-2
    )
