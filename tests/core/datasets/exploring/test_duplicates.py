"""Images that are there twice."""

import numpy as np
import pytest

from core.datasets.exploring import components, duplicates
from core.datasets.exploring.duplicates import Duplicates
from core.datasets.store import Split


def noise(count: int, seed: int = 0) -> np.ndarray:
    """Draw images of which no two are alike."""
    generator = np.random.default_rng(seed)
    return generator.integers(0, 256, (count, 10, 12), dtype=np.uint8)


def split(images: np.ndarray, labels: list[int] | None = None) -> Split:
    """Give images labels, all 0 unless told."""
    return Split(images, np.array(labels or [0] * len(images), dtype=np.uint8))


def found(train: Split, test: Split) -> Duplicates:
    """Search as a summary does."""
    space = components.fit(train.images)
    codes = tuple(components.encode(one.images, space) for one in (train, test))
    return duplicates.find(train, test, (codes[0], codes[1]), space)


def test_copies_are_found_within_and_between_the_splits() -> None:
    """A copy in the test split is told first, because it makes scores too good."""
    train, test = noise(30), noise(10, seed=1)
    train[12] = train[3]
    test[4] = train[3]
    test[6] = test[5]
    labels = [0] * 10
    labels[4] = 1

    result = found(split(train), split(test, labels))

    assert result.pairs.tolist() == [[3, 34], [3, 12], [35, 36]]
    assert result.differences.tolist() == [0, 0, 0]
    assert result.same_label.tolist() == [False, True, True]
    assert (result.num_exact, result.num_near, result.num_left_out) == (3, 0, 0)
    assert result.copies(in_test=False).tolist() == [12]
    assert result.copies(in_test=True).tolist() == [4, 6]
    in_test, indices = result.located(result.pairs)
    assert in_test.tolist() == [[False, True], [False, False], [True, True]]
    assert indices.tolist() == [[3, 4], [3, 12], [5, 6]]


def test_one_pixel_less_is_no_exact_copy_but_a_near_one() -> None:
    """By hand: the difference as a share of the length, nearest first."""
    train, test = noise(30), noise(10, seed=1)
    train[20] = train[2]
    train[20, 5, 5] ^= 16
    test[9] = train[7]
    test[9, 0] = np.clip(train[7, 0].astype(int) + 12, 0, 255)

    result = found(split(train), split(test))

    assert result.pairs.tolist() == [[2, 20], [7, 39]]
    assert (result.num_exact, result.num_near) == (0, 2)
    one, other = (train[i].ravel() / np.linalg.norm(train[i] * 1.0) for i in (2, 20))
    assert result.differences[0] == pytest.approx(np.linalg.norm(one - other), rel=1e-3)
    assert result.first_copies.tolist() == list(range(40))


def test_a_darker_copy_is_a_near_duplicate() -> None:
    """The same scan, saved with another contrast."""
    train = noise(30)
    train[20] = train[2] // 2

    result = found(split(train), split(noise(3, seed=1)))

    assert result.pairs.tolist() == [[2, 20]]
    assert result.differences[0] < 0.01


@pytest.mark.parametrize(("change", "count"), [(0.08, 1), (0.12, 0)])
def test_images_are_alike_up_to_a_tenth_of_their_length(
    change: float, count: int
) -> None:
    """Just below the limit is a pair, and just above is none."""
    generator = np.random.default_rng(5)
    train = noise(40)
    step = generator.normal(size=train[0].shape)
    step *= change * np.linalg.norm(train[2] * 1.0) / np.linalg.norm(step)
    train[2] = np.clip(train[2], 60, 195)
    train[20] = np.round(train[2] + step)

    result = found(split(train), split(noise(3, seed=1)))

    assert result.num_near == count


def test_blank_images_are_copies_of_each_other_and_like_nothing_else() -> None:
    """They have no direction, so nothing can be near them."""
    train = noise(10)
    train[[2, 5, 8]] = 0

    result = found(split(train), split(noise(2, seed=1)))

    assert result.pairs.tolist() == [[2, 5], [2, 8]]


def test_all_pairs_are_counted_but_only_so_many_are_listed(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A data set that was repeated has too many for a page."""
    monkeypatch.setattr(duplicates, "MAX_PAIRS", 3)
    train = np.tile(noise(5), (4, 1, 1))
    train[10:15, 0, 0] ^= 1

    result = found(split(train), split(noise(2, seed=1)))

    assert len(result.pairs) == 6
    assert (result.num_exact, result.num_near, result.num_left_out) == (10, 5, 9)


def test_images_that_are_all_alike_do_not_make_millions_of_pairs() -> None:
    """Each is compared with the sixteen that are nearest."""
    train = np.tile(noise(1), (300, 1, 1))
    train[np.arange(300), np.arange(300) // 12 % 10, np.arange(300) % 12] ^= 3
    train[:, 3, 3] = np.arange(300) % 256

    result = found(split(train), split(noise(2, seed=1)))

    assert 300 < result.num_near <= 300 * 15


def test_no_test_images_are_no_error() -> None:
    """One's own data may have training images only."""
    train = noise(6)
    train[4] = train[1]

    result = found(split(train), split(noise(0)))

    assert result.pairs.tolist() == [[1, 4]]
    assert result.copies(in_test=True).tolist() == []
