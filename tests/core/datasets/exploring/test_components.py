"""Images as a few numbers each."""

import numpy as np
import pytest
from sklearn.decomposition import PCA

from core.datasets.exploring import components

SHAPE = (9, 7)


def varied_images(count: int, seed: int = 0) -> np.ndarray:
    """Draw images that differ in some directions far more than in others."""
    generator = np.random.default_rng(seed)
    patterns = generator.normal(size=(40, *SHAPE))
    weights = generator.normal(size=(count, 40)) * np.geomspace(40, 0.5, 40)
    mixed = np.tensordot(weights, patterns, axes=1) * 0.3 + 128
    return np.clip(mixed, 0, 255).astype(np.uint8)


def test_the_components_are_those_of_scikit_learn() -> None:
    """But for the side to which each points."""
    images = varied_images(300)
    expected = PCA(32).fit(images.reshape(300, -1) / 255)

    found = components.fit(images)

    np.testing.assert_allclose(found.shares, expected.explained_variance_ratio_, 1e-3)
    first = np.abs(found.directions.reshape(32, -1)[:5])
    np.testing.assert_allclose(first, np.abs(expected.components_[:5]), atol=1e-3)
    np.testing.assert_allclose(
        found.mean.ravel(), images.reshape(300, -1).mean(axis=0) / 255, atol=1e-6
    )


def test_a_direction_points_to_its_largest_entry() -> None:
    """So the map of the same images never lies the other way round."""
    directions = components.fit(varied_images(200)).directions.reshape(32, -1)

    largest = np.abs(directions).argmax(axis=1)

    assert (directions[np.arange(32), largest] > 0).all()


def test_codes_are_projections_and_what_they_leave_out() -> None:
    """Together they are as long as the difference to the mean image."""
    images = varied_images(200)
    space = components.fit(images)

    codes = components.encode(images, space)

    centred = images.reshape(200, -1) / 255 - space.mean.ravel()
    expected = centred @ space.directions.reshape(32, -1).T
    assert codes.dtype == np.float16
    assert codes.shape == (200, 33)
    np.testing.assert_allclose(codes[:, :32], expected, atol=2e-3)
    np.testing.assert_allclose(
        np.linalg.norm(codes.astype(float), axis=1),
        np.linalg.norm(centred, axis=1),
        rtol=1e-3,
    )


def test_codes_are_never_farther_apart_than_images() -> None:
    """What the exact search for neighbours and the one for duplicates rest on."""
    images = varied_images(60)
    space = components.fit(varied_images(300, seed=1))
    codes = components.exact_codes(images, space)
    ink = images.reshape(60, -1) / 255

    between_codes = np.linalg.norm(codes[:, None] - codes[None], axis=2)
    between_images = np.linalg.norm(ink[:, None] - ink[None], axis=2)

    assert (between_codes <= between_images + 1e-4).all()


@pytest.mark.parametrize("count", [1, 5])
@pytest.mark.parametrize("value", [0, 255])
def test_images_that_are_all_the_same_have_codes_of_nothing(
    count: int, value: int
) -> None:
    """No direction is better than another, and nothing is divided by 0."""
    images = np.full((count, 8, 8), value, dtype=np.uint8)
    space = components.fit(images)

    codes = components.encode(images, space)

    np.testing.assert_allclose(codes, 0, atol=1e-3)
    assert space.shares.tolist() == [0.0] * 32


def test_images_with_few_pixels_have_as_many_components() -> None:
    """Four by five pixels differ in twenty directions at most."""
    images = np.random.default_rng(0).integers(0, 256, (50, 4, 5), dtype=np.uint8)
    space = components.fit(images)

    codes = components.encode(images, space)

    assert space.directions.shape == (20, 4, 5)
    assert space.shares.sum() == pytest.approx(1, abs=1e-4)
    np.testing.assert_allclose(codes[:, 20], 0, atol=5e-3)


def test_of_many_images_a_sample_from_all_over_is_used(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Sorted by class, the first images alone would miss whole classes."""
    images = np.zeros((1000, 8, 8), dtype=np.uint8)
    images[500:, 2] = 255
    monkeypatch.setattr(components, "_NUM_SAMPLED_VALUES", 64 * 100)

    space = components.fit(images)

    np.testing.assert_allclose(space.mean[2], 0.5, atol=0.01)
    assert space.shares[0] == pytest.approx(1, abs=1e-4)
