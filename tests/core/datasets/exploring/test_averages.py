"""How many images each class has, their mean, and how much they vary."""

import numpy as np
import pytest

from core.datasets.exploring import averages

LABELS = np.array([2, 0, 2, 2, 0, 4], dtype=np.uint8)


def test_images_are_counted_by_class() -> None:
    """Classes without images, in the middle and at the end, count as 0."""
    counts = averages.class_counts(LABELS, 6)

    assert counts.tolist() == [2, 0, 3, 0, 1, 0]
    assert counts.dtype == np.int64


def test_a_label_beyond_the_classes_is_refused() -> None:
    """An extra bar would have no name."""
    with pytest.raises(ValueError, match="labels below 4, got 4"):
        averages.class_counts(LABELS, 4)


def test_the_mean_image_of_a_class_is_its_average() -> None:
    """Worked out by hand: 0 and 255 average to a half, 51 is a fifth."""
    images = np.zeros((3, 28, 28), dtype=np.uint8)
    images[1, 0, 1] = 255
    images[2, 27, 3] = 51

    means = averages.mean_images(images, np.array([0, 0, 2], dtype=np.uint8), 3)

    assert means.dtype == np.float32
    assert means.shape == (3, 28, 28)
    assert means[0, 0, 1] == pytest.approx(0.5)
    assert means[2, 27, 3] == pytest.approx(0.2)
    assert np.count_nonzero(means) == 2


@pytest.mark.parametrize("count", [1, 256, 257, 600])
def test_full_ink_stays_full_ink_however_many_there_are(count: int) -> None:
    """Bytes are summed in small integers, which must not overflow."""
    images = np.full((count, 28, 28), 255, dtype=np.uint8)

    means = averages.mean_images(images, np.zeros(count, dtype=np.uint8), 1)

    assert means.tolist() == np.ones((1, 28, 28)).tolist()


def test_the_mean_images_are_those_of_numpy() -> None:
    """The chunked sum agrees with the plain one."""
    generator = np.random.default_rng(0)
    images = generator.integers(0, 256, (1500, 28, 28), dtype=np.uint8)
    labels = generator.integers(0, 3, 1500).astype(np.uint8)

    means = averages.mean_images(images, labels, 3)

    expected = [images[labels == label].mean(axis=0) / 255 for label in range(3)]
    np.testing.assert_allclose(means, expected, atol=1e-6)


def test_as_many_labels_as_images_are_needed() -> None:
    """Labels of the other split would average the wrong images."""
    with pytest.raises(ValueError, match="each of 6 images, got 5"):
        averages.mean_images(np.zeros((6, 28, 28), np.uint8), LABELS[:5], 5)


def test_a_pixel_that_is_paper_or_ink_by_half_varies_by_a_half() -> None:
    """The largest deviation there can be; a pixel that stays the same has none."""
    images = np.zeros((4, 8, 9), dtype=np.uint8)
    images[:2, 3, 4] = 255
    images[:, 5, 6] = 255

    deviations = averages.pixel_deviations(images, np.zeros(4, np.uint8), 2)

    assert deviations.dtype == np.float32
    assert deviations.shape == (2, 8, 9)
    assert deviations[0, 3, 4] == 0.5
    assert np.count_nonzero(deviations) == 1


@pytest.mark.parametrize("count", [255, 256, 257, 700])
def test_the_deviations_are_those_of_numpy(count: int) -> None:
    """Sums of squares must not overflow, and chunks must not be counted twice."""
    generator = np.random.default_rng(0)
    images = generator.integers(200, 256, (count, 12, 9), dtype=np.uint8)
    labels = generator.integers(0, 2, count).astype(np.uint8)

    deviations = averages.pixel_deviations(images, labels, 2)

    expected = [images[labels == label].std(axis=0) / 255 for label in range(2)]
    np.testing.assert_allclose(deviations, expected, atol=1e-6)


def test_the_difference_of_two_classes_has_a_sign() -> None:
    """Above 0 where the first one has more ink."""
    means = np.zeros((3, 8, 8), dtype=np.float32)
    means[2, 1, 1] = 0.75
    means[0, 1, 1] = 0.25
    means[0, 6, 6] = 0.5

    difference = averages.class_difference(means, 2, 0)

    assert difference[1, 1] == 0.5
    assert difference[6, 6] == -0.5
    assert np.count_nonzero(difference) == 2
