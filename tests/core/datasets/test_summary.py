"""What a split looks like at a glance."""

import numpy as np
import pytest

from core.datasets import summary

LABELS = np.array([2, 0, 2, 2, 0, 4], dtype=np.uint8)


def test_images_are_counted_by_class() -> None:
    """Classes without images, in the middle and at the end, count as 0."""
    counts = summary.class_counts(LABELS, 6)

    assert counts.tolist() == [2, 0, 3, 0, 1, 0]
    assert counts.dtype == np.int64


def test_a_label_beyond_the_classes_is_refused() -> None:
    """An extra bar would have no name."""
    with pytest.raises(ValueError, match="labels below 4, got 4"):
        summary.class_counts(LABELS, 4)


def test_the_mean_image_of_a_class_is_its_average() -> None:
    """Worked out by hand: 0 and 255 average to a half, 51 is a fifth."""
    images = np.zeros((3, 28, 28), dtype=np.uint8)
    images[1, 0, 1] = 255
    images[2, 27, 3] = 51

    means = summary.mean_images(images, np.array([0, 0, 2], dtype=np.uint8), 3)

    assert means.dtype == np.float32
    assert means.shape == (3, 28, 28)
    assert means[0, 0, 1] == pytest.approx(0.5)
    assert means[2, 27, 3] == pytest.approx(0.2)
    assert np.count_nonzero(means) == 2


@pytest.mark.parametrize("count", [1, 256, 257, 600])
def test_full_ink_stays_full_ink_however_many_there_are(count: int) -> None:
    """Bytes are summed in small integers, which must not overflow."""
    images = np.full((count, 28, 28), 255, dtype=np.uint8)

    means = summary.mean_images(images, np.zeros(count, dtype=np.uint8), 1)

    assert means.tolist() == np.ones((1, 28, 28)).tolist()


def test_the_mean_images_are_those_of_numpy() -> None:
    """The chunked sum agrees with the plain one."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (1500, 28, 28), dtype=np.uint8)
    labels = generator.integers(0, 3, 1500).astype(np.uint8)

    means = summary.mean_images(images, labels, 3)

    expected = [images[labels == label].mean(axis=0) / 255 for label in range(3)]
    np.testing.assert_allclose(means, expected, atol=1e-6)


def test_as_many_labels_as_images_are_needed() -> None:
    """Labels of the other split would average the wrong images."""
    with pytest.raises(ValueError, match="each of 6 images, got 5"):
        summary.mean_images(np.zeros((6, 28, 28), np.uint8), LABELS[:5], 5)


def test_a_sample_has_only_the_class_asked_for_and_no_image_twice() -> None:
    """The gallery of a class shows that class."""
    labels = np.tile(LABELS, 50)

    indices = summary.sample_indices(labels, label=2, count=40, seed=0)

    assert len(set(indices.tolist())) == 40
    assert set(labels[indices].tolist()) == {2}


def test_a_sample_of_all_classes_draws_from_all() -> None:
    """Without a class, every image has the same chance."""
    indices = summary.sample_indices(LABELS, label=None, count=6, seed=0)

    assert sorted(indices.tolist()) == [0, 1, 2, 3, 4, 5]


@pytest.mark.parametrize(
    ("label", "expected"), [(2, 3), (3, 0), (None, 6)], ids=["few", "none", "all"]
)
def test_a_sample_is_smaller_if_fewer_images_exist(
    label: int | None, expected: int
) -> None:
    """A rare class must not be an error."""
    indices = summary.sample_indices(LABELS, label=label, count=100, seed=0)

    assert len(indices) == expected
    assert indices.dtype == np.int64


def test_a_larger_sample_begins_with_the_smaller_one() -> None:
    """Asking for more keeps what is on screen where it is."""
    labels = np.zeros(500, dtype=np.uint8)
    few = summary.sample_indices(labels, label=None, count=10, seed=4)

    many = summary.sample_indices(labels, label=None, count=20, seed=4)

    assert many[:10].tolist() == few.tolist()
    assert many.tolist() != sorted(many.tolist())


def test_another_seed_draws_another_sample() -> None:
    """The shuffle button does something."""
    labels = np.zeros(500, dtype=np.uint8)

    first = summary.sample_indices(labels, label=None, count=10, seed=1)
    second = summary.sample_indices(labels, label=None, count=10, seed=2)

    assert first.tolist() != second.tolist()


def test_a_negative_count_is_refused() -> None:
    """A slice up to -1 would be nearly everything."""
    with pytest.raises(ValueError, match="at least 0 images to draw, got -1"):
        summary.sample_indices(LABELS, label=None, count=-1, seed=0)
