"""Which images are chosen, what is said of each, and in which order they come."""

import numpy as np
import pytest
from numpy.testing import assert_allclose
from sklearn.metrics import log_loss

from core.evaluation.selection import Which, judge, ordered

LABELS = np.array([0, 1, 1, 2, 0], np.uint8)
PROBABILITIES = np.array(
    [
        [0.7, 0.2, 0.1],
        [0.6, 0.3, 0.1],
        [0.1, 0.5, 0.4],
        [0.5, 0.5, 0.0],
        [0.4, 0.4, 0.2],
    ],
    np.float32,
)


def test_margin_is_negative_only_for_mistakes() -> None:
    """Worked out by hand; among equals the first class is predicted."""
    judged = judge(LABELS, PROBABILITIES)

    assert judged.predicted.tolist() == [0, 0, 1, 0, 0]
    assert_allclose(judged.confidence, [0.7, 0.6, 0.5, 0.5, 0.4])
    assert_allclose(judged.margin, [0.5, -0.3, 0.1, -0.5, 0.0], atol=1e-7)


def test_mean_of_the_losses_is_the_log_loss() -> None:
    """A sure mistake, image 3, costs much and not infinity."""
    judged = judge(LABELS, PROBABILITIES)

    assert_allclose(judged.loss[:2], [-np.log(0.7), -np.log(0.3)], rtol=1e-6)
    assert_allclose(
        judged.loss.astype(np.float64).mean(),
        log_loss(LABELS, PROBABILITIES, labels=[0, 1, 2]),
        rtol=1e-6,
    )


@pytest.mark.parametrize(
    ("which", "chosen", "positions"),
    [
        (Which.MISTAKES, {}, [1, 3]),
        (Which.CORRECT, {}, [0, 2, 4]),
        (Which.ALL, {"true": 1}, [1, 2]),
        (Which.ALL, {"predicted": 0}, [0, 1, 3, 4]),
        (Which.MISTAKES, {"true": 1, "predicted": 0}, [1]),
        (Which.ALL, {"among": np.array([4, 1])}, [1, 4]),
        (Which.CORRECT, {"true": 2}, []),
    ],
)
def test_images_are_chosen_by_all_that_is_asked(
    which: Which, chosen: dict[str, object], positions: list[int]
) -> None:
    assert judge(LABELS, PROBABILITIES).select(which, **chosen).tolist() == positions


def test_images_without_a_number_come_last_either_way() -> None:
    """Equal ones stay as they are stored, so that pages do not change."""
    values = np.array([0.2, np.nan, 0.9, 0.2], np.float32)
    everything = np.arange(4)

    assert ordered(everything, values, descending=True).tolist() == [2, 0, 3, 1]
    assert ordered(everything, values, descending=False).tolist() == [0, 3, 2, 1]


def test_one_class_has_nothing_to_be_taken_for() -> None:
    judged = judge(np.zeros(2, np.uint8), np.ones((2, 1), np.float32))

    assert judged.margin.tolist() == [1, 1]
