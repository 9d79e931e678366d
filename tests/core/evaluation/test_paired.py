"""The interval of a difference between paired shares, against published examples."""

import numpy as np
import pytest

from core.evaluation.paired import difference
from core.proportion import Proportion


@pytest.mark.parametrize(
    ("cells", "low", "high"),
    [
        # Newcombe's own example (1998, table II, method 10).
        pytest.param((36, 12, 2, 0), 0.0569, 0.3404, id="Newcombe 1998"),
        # Airway hyper-responsiveness before and after a transplantation: Fagerland,
        # Lydersen and Laake, Statistics in Medicine 33 (2014), 2850-2875.
        pytest.param((1, 1, 7, 12), -0.507, -0.026, id="Fagerland 2014"),
        # Altman and others, "Statistics with Confidence" (2000), page 52.
        pytest.param((14, 5, 0, 22), 0.011, 0.226, id="Altman 2000"),
    ],
)
def test_interval_is_the_published_one(
    cells: tuple[int, int, int, int], low: float, high: float
) -> None:
    """They subtract the second from the first; we subtract the first from the second.

    So the correlation, its correction, and both ends of the interval are tested.
    """
    both_right, only_first, only_second, both_wrong = cells

    found = difference(
        both_right=both_right,
        only_first=only_second,
        only_second=only_first,
        both_wrong=both_wrong,
    )

    digits = 4 if low == 0.0569 else 3
    assert round(found.low, digits) == low
    assert round(found.high, digits) == high


def test_other_order_turns_the_interval_round() -> None:
    cells = {"both_right": 970, "both_wrong": 8}

    there = difference(only_first=3, only_second=19, **cells)
    back = difference(only_first=19, only_second=3, **cells)

    assert there.value == pytest.approx(0.016)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))


def test_interval_of_paired_answers_is_shorter_than_of_unpaired_ones() -> None:
    """Two good models are wrong about the same odd images."""
    first, second = Proportion(9_700, 10_000), Proportion(9_740, 10_000)
    found = difference(both_right=9_650, only_first=50, only_second=90, both_wrong=210)

    unpaired = np.hypot(second.value - second.low, first.high - first.value)
    assert found.value == pytest.approx(0.004)
    assert found.value - found.low < 0.6 * unpaired


def test_interval_holds_the_truth_nineteen_times_in_twenty() -> None:
    """Of 2,000 simulated pairs of models whose true difference is 1 point."""
    generator = np.random.default_rng(0)
    shares = (0.95, 0.01, 0.02, 0.02)
    cells = generator.multinomial(2_000, shares, size=2_000)

    found = [
        difference(
            both_right=int(each[0]),
            only_first=int(each[1]),
            only_second=int(each[2]),
            both_wrong=int(each[3]),
        )
        for each in cells
    ]

    covered = np.mean([each.low <= 0.01 <= each.high for each in found])
    assert 0.935 <= covered <= 0.965


@pytest.mark.parametrize("number", [1, 10_000])
def test_one_model_twice_differs_by_nothing(number: int) -> None:
    found = difference(both_right=number, only_first=0, only_second=0, both_wrong=0)

    assert found.value == 0.0
    assert -1.0 <= found.low <= 0.0 <= found.high <= 1.0


@pytest.mark.parametrize("number", [0, -1])
def test_no_images_are_refused(number: int) -> None:
    with pytest.raises(ValueError, match="at least one image"):
        difference(both_right=number, only_first=0, only_second=0, both_wrong=0)
