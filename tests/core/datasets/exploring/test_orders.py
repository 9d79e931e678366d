"""Which images are shown, and in which order."""

import numpy as np
import pytest

from core.datasets.exploring import orders
from core.datasets.exploring.measures import Measures
from core.datasets.exploring.orders import TITLES, Order

LABELS = np.array([2, 0, 2, 2, 0, 4], dtype=np.uint8)

NAN = float("nan")
MEASURES = Measures(
    thickness=np.array([2, 3, 1, NAN, 2], dtype=np.float32),
    slant=np.array([-40, 0, 30, NAN, 10], dtype=np.float32),
    aspect=np.array([0.5, 2, 1, NAN, 0.5], dtype=np.float32),
    ink=np.array([0.3, 0.1, 0.2, 0, 0.3], dtype=np.float32),
)
UNUSUALNESS = np.array([0.5, 0.1, 0.3, 0.9, 0.1], dtype=np.float32)


@pytest.mark.parametrize(
    ("order", "expected"),
    [
        (Order.STORED, [0, 1, 2, 3, 4]),
        (Order.TYPICAL, [1, 4, 2, 0, 3]),
        (Order.UNUSUAL, [3, 0, 2, 1, 4]),
        (Order.DARKEST, [0, 4, 2, 1, 3]),
        (Order.LIGHTEST, [3, 1, 2, 0, 4]),
        (Order.THICKEST, [1, 0, 4, 2, 3]),
        (Order.THINNEST, [2, 0, 4, 1, 3]),
        (Order.WIDEST, [1, 2, 0, 4, 3]),
        (Order.NARROWEST, [0, 4, 2, 1, 3]),
        (Order.SLANTED, [0, 2, 4, 1, 3]),
        (Order.SLANTED_LEFT, [0, 1, 4, 2, 3]),
        (Order.SLANTED_RIGHT, [2, 4, 1, 0, 3]),
    ],
)
def test_an_order_is_what_its_title_says(order: Order, expected: list[int]) -> None:
    """Equal images stay as they were, and a blank one comes last both ways."""
    members = np.arange(5)

    indices = orders.ordered(
        members, order, measures=MEASURES, unusualness=UNUSUALNESS, seed=0
    )

    assert indices.tolist() == expected
    assert indices.dtype == np.int64


def test_only_the_images_that_were_asked_for_are_ordered() -> None:
    """A filter by class comes before the order."""
    members = np.array([4, 2, 0])

    indices = orders.ordered(
        members, Order.THICKEST, measures=MEASURES, unusualness=UNUSUALNESS, seed=0
    )

    assert indices.tolist() == [4, 0, 2]


@pytest.mark.parametrize("order", [Order.SLANTED_LEFT, Order.SLANTED_RIGHT])
def test_the_order_is_that_of_a_stable_sort(order: Order) -> None:
    """The fast sort agrees with numpy's: signs, zeros, ties, infinities and NaN."""
    generator = np.random.default_rng(0)
    slant = generator.integers(-20, 20, 5000).astype(np.float32) / 3
    slant[::7] = -0.0
    slant[::11] = np.nan
    slant[::501] = np.inf
    measures = Measures(thickness=slant, slant=slant, aspect=slant, ink=slant)
    sign = 1 if order is Order.SLANTED_LEFT else -1

    indices = orders.ordered(
        np.arange(5000), order, measures=measures, unusualness=slant, seed=0
    )

    assert indices.tolist() == np.argsort(sign * slant, kind="stable").tolist()


def test_another_seed_shuffles_otherwise() -> None:
    """The same seed gives the same page of the gallery to a second viewer."""
    members = np.arange(100)

    first, again, other = (
        orders.ordered(
            members,
            Order.SHUFFLED,
            measures=MEASURES,
            unusualness=UNUSUALNESS,
            seed=seed,
        ).tolist()
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other
    assert sorted(first) == members.tolist()


def test_every_order_has_a_title_of_its_own() -> None:
    """A choice without a name would break the page."""
    assert set(TITLES) == set(Order)
    assert len(set(TITLES.values())) == len(Order)


def test_each_class_has_its_share_of_a_stratified_sample() -> None:
    """A map of a sample shows the classes as frequent as they are."""
    labels = np.repeat(np.arange(3, dtype=np.uint8), [600, 300, 100])

    indices = orders.stratified_sample(labels, count=50, seed=0)

    assert np.bincount(labels[indices]).tolist() == [30, 15, 5]
    assert len(set(indices.tolist())) == 50


def test_a_stratified_sample_is_drawn_at_random() -> None:
    """The first images of a class may all be by one writer."""
    labels = np.zeros(1000, dtype=np.uint8)

    first, again, other = (
        orders.stratified_sample(labels, count=50, seed=seed).tolist()
        for seed in (1, 1, 2)
    )

    assert first == again
    assert first != other


def test_a_sample_of_more_than_there_are_is_all() -> None:
    """A small data set is shown whole."""
    assert orders.stratified_sample(LABELS, count=20, seed=0).tolist() == [
        *range(len(LABELS))
    ]
