"""How far images are from their class in the features of a network."""

import numpy as np
import pytest
from numpy.testing import assert_allclose

from core.evaluation import unusual
from core.evaluation.unusual import feature_distances


def test_each_unit_is_measured_in_its_spread_within_classes(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same from NumPy at once; what is constant in a class says nothing."""
    monkeypatch.setattr(unusual, "_CHUNK", 7)
    generator = np.random.default_rng(0)
    labels = generator.integers(0, 3, 50).astype(np.uint8)
    features = generator.normal(size=(50, 4)) * [1, 100, 0.1, 0] + labels[:, None] * 9
    means = np.stack([features[labels == each].mean(axis=0) for each in range(3)])
    steps = (features - means[labels])[:, :3]
    expected = np.sqrt(np.square(steps / np.sqrt((steps**2).mean(axis=0))).mean(axis=1))

    found = feature_distances(features.astype(np.float32), labels, 3)

    assert_allclose(found, expected, rtol=1e-4)


@pytest.mark.parametrize(
    "features",
    [np.zeros((4, 0)), np.zeros((4, 2)), np.ones((4, 1), np.float16)],
    ids=["no unit", "dead units", "constant"],
)
def test_features_that_say_nothing_leave_all_alike(features: np.ndarray) -> None:
    labels = np.array([0, 0, 1, 1], np.uint8)

    assert feature_distances(features, labels, 2).tolist() == [0, 0, 0, 0]


def test_only_image_of_a_class_is_in_its_middle() -> None:
    features = np.array([[0.0], [2.0], [7.0]], np.float32)

    found = feature_distances(features, np.array([0, 0, 1], np.uint8), 2)

    assert_allclose(found, [np.sqrt(1.5), np.sqrt(1.5), 0], rtol=1e-6)
