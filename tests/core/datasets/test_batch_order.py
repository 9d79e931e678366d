"""Which image is learned from when."""

import numpy as np
import pytest

from core.datasets import batch_order

SIZES = pytest.mark.parametrize(
    ("num_images", "batch_size", "num_epochs"),
    [
        pytest.param(12, 4, 3, id="whole batches"),
        pytest.param(10, 4, 3, id="left-overs"),
        pytest.param(7, 7, 2, id="one batch an epoch"),
        pytest.param(7, 5, 5, id="more left over than learned"),
        pytest.param(5, 1, 2, id="batches of one"),
        pytest.param(54_000, 32, 3, id="MNIST"),
    ],
)


def stream(
    num_images: int, batch_size: int, num_epochs: int, seed: int = 0
) -> list[np.ndarray]:
    """Draw all epochs of a training."""
    return list(
        batch_order.shuffled_stream(
            num_images, batch_size=batch_size, num_epochs=num_epochs, seed=seed
        )
    )


@SIZES
def test_every_pass_visits_every_image_once(
    num_images: int, batch_size: int, num_epochs: int
) -> None:
    """Seeing some images more often than others would be another training."""
    seen = np.concatenate(stream(num_images, batch_size, num_epochs))

    for start in range(0, len(seen), num_images):
        one_pass = seen[start : start + num_images]
        assert len(set(one_pass.tolist())) == len(one_pass)
    assert num_images * num_epochs - len(seen) < batch_size


@SIZES
def test_every_epoch_is_a_whole_number_of_batches(
    num_images: int, batch_size: int, num_epochs: int
) -> None:
    """A batch of another size would be compiled again, and weigh more."""
    epochs = stream(num_images, batch_size, num_epochs)

    assert len(epochs) == num_epochs
    assert all(len(epoch) % batch_size == 0 for epoch in epochs)
    assert all(len(epoch) >= batch_size for epoch in epochs)


def test_what_is_left_over_opens_the_next_epoch() -> None:
    """Ten images in batches of four: 8, then the 2 left over and 10 more."""
    first, second = stream(10, 4, 2)

    assert (len(first), len(second)) == (8, 12)
    assert set(first.tolist()) | set(second[:2].tolist()) == set(range(10))
    assert set(second[2:].tolist()) == set(range(10))


@SIZES
def test_the_starts_of_epochs_are_those_of_the_stream(
    num_images: int, batch_size: int, num_epochs: int
) -> None:
    """The learning rates are cut at them: one batch off, and the zip breaks."""
    epochs = stream(num_images, batch_size, num_epochs)

    starts = batch_order.epoch_starts(
        num_images, batch_size=batch_size, num_epochs=num_epochs
    )

    lengths = [len(epoch) // batch_size for epoch in epochs]
    assert starts.tolist() == np.cumsum(lengths)[:-1].tolist()


def test_each_epoch_has_an_order_of_its_own() -> None:
    """Learning in one order again and again learns the order too."""
    first, second = stream(100, 10, 2)

    assert first.tolist() != second.tolist()


def test_the_seed_decides_the_order() -> None:
    """A run must be repeatable, and another seed another run."""
    first, again, other = (stream(100, 10, 1, seed=seed)[0] for seed in (1, 1, 2))

    np.testing.assert_array_equal(first, again)
    assert first.tolist() != other.tolist()


@pytest.mark.parametrize(
    ("num_images", "batch_size", "expected"),
    [
        pytest.param(54_000, 32, 422, id="MNIST in four even chunks"),
        pytest.param(60_000, 128, 118, id="larger batches"),
        pytest.param(60_000, 8_192, 2, id="largest batches"),
        pytest.param(697_932, 128, 512, id="at most 65,536 images"),
        pytest.param(100_000_000, 70_000, 1, id="at least one batch"),
        pytest.param(3 * 32, 32, 1, id="fewer than four batches"),
    ],
)
def test_a_chunk_is_a_quarter_of_an_epoch_within_the_memory(
    num_images: int, batch_size: int, expected: int
) -> None:
    """Curves move within an epoch, and no data set is too large."""
    assert batch_order.batches_per_chunk(num_images, batch_size=batch_size) == expected


@pytest.mark.parametrize("num_images", [50, 60, 90, 41, 81, 121, 599])
def test_an_epoch_of_four_batches_or_more_has_four_chunks(num_images: int) -> None:
    """Also where rounding bites: a quarter of nine batches is not three of them."""
    chunk = batch_order.batches_per_chunk(num_images, batch_size=10)

    shortest_epoch = num_images // 10
    assert -(-shortest_epoch // chunk) >= 4
