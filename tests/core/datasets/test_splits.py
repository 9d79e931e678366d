"""Setting images aside for validation."""

import numpy as np
import pytest
from sklearn.model_selection import train_test_split
from sklearn.utils.class_weight import compute_class_weight

from core.datasets.splits import (
    balanced_sample,
    balanced_weights,
    check_emphasis,
    emphasised,
    stratified_folds,
    stratified_split,
)
from core.errors import ConfigError

LABELS = np.random.default_rng(5).permutation(
    np.repeat(np.arange(4, dtype=np.uint8), [100, 50, 7, 3])
)


@pytest.mark.parametrize("fraction", [0.05, 0.37, 0.9])
def test_every_image_is_in_exactly_one_part(fraction: float) -> None:
    """An image in both parts is a leak, one in neither is lost."""
    train, validation = stratified_split(LABELS, fraction=fraction, seed=0)

    together = np.concatenate([train, validation])
    assert np.sort(together).tolist() == list(range(160))
    assert len(validation) == round(fraction * 160)


@pytest.mark.parametrize(
    ("fraction", "expected"),
    [
        (0.1, [10, 5, 1, 0]),  # exactly 10, 5, 0.7, 0.3: 16 in all
        (0.5, [50, 25, 4, 1]),  # 50, 25, 3.5, 1.5: 80, the tie to the first
        (0.25, [25, 12, 2, 1]),  # 25, 12.5, 1.75, 0.75: 40
        (0.9, [90, 45, 6, 3]),  # 90, 45, 6.3, 2.7: 144
    ],
)
def test_each_class_gives_its_share_by_largest_remainders(
    fraction: float, expected: list[int]
) -> None:
    """Rounding each class alone would miss the total."""
    _, validation = stratified_split(LABELS, fraction=fraction, seed=3)

    assert np.bincount(LABELS[validation], minlength=4).tolist() == expected


def test_the_shares_are_those_of_scikit_learn() -> None:
    """An independent implementation agrees where no remainders are equal."""
    _, expected = train_test_split(
        LABELS, test_size=16, stratify=LABELS, random_state=0
    )

    _, validation = stratified_split(LABELS, fraction=0.1, seed=0)

    assert np.bincount(LABELS[validation]).tolist() == np.bincount(expected).tolist()


def test_nothing_is_set_aside_at_zero() -> None:
    """Somebody may want to train on everything."""
    train, validation = stratified_split(LABELS, fraction=0.0, seed=0)

    assert len(validation) == 0
    assert validation.dtype == np.int64
    assert train.tolist() == list(range(160))


def test_both_parts_are_in_ascending_order() -> None:
    """Ascending reads of a mapped file are quick ones."""
    train, validation = stratified_split(LABELS, fraction=0.3, seed=1)

    assert (np.diff(train) > 0).all()
    assert (np.diff(validation) > 0).all()


def test_the_same_seed_gives_the_same_split() -> None:
    """A run must be repeatable."""
    first = stratified_split(LABELS, fraction=0.3, seed=1)
    second = stratified_split(LABELS, fraction=0.3, seed=1)

    np.testing.assert_array_equal(first[1], second[1])


def test_another_seed_gives_another_split() -> None:
    """The spread over seeds includes the choice of the validation images."""
    first = stratified_split(LABELS, fraction=0.3, seed=1)
    second = stratified_split(LABELS, fraction=0.3, seed=2)

    assert first[1].tolist() != second[1].tolist()


def test_the_images_are_drawn_from_everywhere() -> None:
    """Files are often sorted by writer: the first tenth is not a fair sample."""
    labels = np.zeros(1000, dtype=np.uint8)

    _, validation = stratified_split(labels, fraction=0.2, seed=0)

    counts = np.bincount(validation // 250, minlength=4)
    assert counts.min() >= 30


@pytest.mark.parametrize("fraction", [-0.01, 0.91, 1.0, float("nan")])
def test_an_impossible_fraction_is_refused(fraction: float) -> None:
    """Training needs something to learn from."""
    with pytest.raises(ConfigError, match=rf"0\.0 to 0\.9, got {fraction}"):
        stratified_split(LABELS, fraction=fraction, seed=0)


def test_balanced_weights_are_those_worked_out_by_hand() -> None:
    """Of 12 images in 3 classes, 12 / (3 x n): 12/24, 12/9 and 12/3; one is absent."""
    labels = np.repeat(np.array([0, 1, 3], np.uint8), [8, 3, 1])

    weights = balanced_weights(labels, num_classes=5)

    np.testing.assert_allclose(weights, [0.5, 4 / 3, 0, 4, 0], rtol=1e-6)
    assert weights[labels].mean() == pytest.approx(1)


def test_balanced_weights_are_those_of_scikit_learn() -> None:
    labels = np.random.default_rng(0).choice(4, 100, p=[0.7, 0.2, 0.05, 0.05])

    ours = balanced_weights(labels.astype(np.uint8), num_classes=4)

    theirs = compute_class_weight("balanced", classes=np.arange(4), y=labels)
    np.testing.assert_allclose(ours, theirs, rtol=1e-6)


@pytest.mark.parametrize("num_folds", [2, 3, 7])
def test_folds_share_each_class_and_the_whole_evenly(num_folds: int) -> None:
    """The largest and the smallest differ by one image at most."""
    folds = stratified_folds(LABELS, num_folds=num_folds, seed=0)

    for members in (*(folds[each == LABELS] for each in range(4)), folds):
        counts = np.bincount(members, minlength=num_folds)
        assert counts.max() - counts.min() <= 1


def test_folds_are_the_same_for_the_same_seed_only() -> None:
    """A check that is made anew finds the same, and is no order of the images."""
    one, same, other = (
        stratified_folds(LABELS, num_folds=3, seed=seed).tolist() for seed in (0, 0, 1)
    )

    assert one == same != other


def test_emphasised_images_are_repeated_if_they_are_learned_from() -> None:
    """Image 4 is held out: it must not come back by the side door."""
    learned = np.array([0, 1, 3, 5])

    found = emphasised(learned, (1, 4, 5), factor=3)

    assert found.tolist() == [0, 1, 3, 5, 1, 5, 1, 5]


def test_without_emphasis_nothing_is_repeated() -> None:
    assert emphasised(np.array([2, 4]), (), factor=4).tolist() == [2, 4]


def test_images_that_a_data_set_lacks_cannot_be_emphasised() -> None:
    check_emphasis((0, 59_999), num_train=60_000)

    with pytest.raises(ConfigError, match="positions 0 to 59,999, got 60,000"):
        check_emphasis((0, 60_000), num_train=60_000)


def test_sample_takes_as_many_of_each_class() -> None:
    """All of a rare class, and the same number of the others."""
    labels = np.repeat([0, 1, 2], [500, 3, 500]).astype(np.uint8)

    chosen = balanced_sample(labels, size=23)

    assert np.bincount(labels[chosen]).tolist() == [10, 3, 10]
    assert (np.diff(chosen) > 0).all()
    assert len(balanced_sample(labels, size=5000)) == 1003
