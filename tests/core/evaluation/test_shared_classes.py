"""Scores on a data set whose classes are cut otherwise than the model's."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from core.errors import DatasetError
from core.evaluation import metrics
from core.evaluation.shared_classes import covering, right_labels, score

RUN = ("C/c", "A", "a", "7")


def sure(*classes: int, num_classes: int = 4) -> np.ndarray:
    """Make probabilities of 0.7 for these classes and 0.1 for each other one."""
    found = np.full((len(classes), num_classes), 0.1, np.float32)
    found[np.arange(len(classes)), classes] = 1 - 0.1 * (num_classes - 1)
    return found


@pytest.mark.parametrize(
    ("others", "expected"),
    [
        (("7", "C/c"), ((3,), (0,))),
        (("c", "C"), ((0,), (0,))),
        (("A/a", "a"), ((1, 2), (2,))),
    ],
    ids=["same", "the run merges", "the data set merges"],
)
def test_a_class_is_covered_by_any_that_shares_its_characters(
    others: tuple[str, ...], expected: tuple[tuple[int, ...], ...]
) -> None:
    """Otherwise c would be no answer to C/c."""
    assert covering(RUN, others) == expected


@pytest.mark.parametrize("unknown", ["b", "B/b", "7/1", "seven"])
def test_a_class_that_the_run_does_not_know_is_named(unknown: str) -> None:
    """Half of a merged class is not enough: the images of the rest would be wrong."""
    with pytest.raises(DatasetError, match=rf"1 of 2: {unknown}\. Choose"):
        covering(RUN, ("7", unknown))


def test_of_two_classes_that_are_right_the_likelier_is() -> None:
    right = covering(RUN, ("A/a",))

    labels = right_labels(np.zeros(3, np.uint8), sure(1, 2, 3), right)

    assert labels.tolist() == [1, 2, 1]


def test_the_scores_are_those_worked_out_by_hand() -> None:
    """Five images: c as C/c, A/a as A and as a, 7 as 7, and 7 as C/c."""
    right = covering(RUN, ("c", "A/a", "7"))
    labels = np.array([0, 1, 1, 2, 2], np.uint8)

    found = score(labels, sure(0, 1, 2, 3, 0), right)

    assert (found.accuracy.successes, found.accuracy.total) == (4, 5)
    summed = [0.7, 0.8, 0.8, 0.7, 0.1]
    assert found.log_loss == pytest.approx(-np.log(summed).mean(), rel=1e-5)
    assert found.confusion.tolist() == [
        [1, 0, 0, 0],
        [0, 1, 0, 0],
        [0, 0, 1, 0],
        [1, 0, 0, 1],
    ]


def test_with_the_same_classes_the_scores_are_the_usual_ones() -> None:
    """A run scores on its own data set as it did when it was trained."""
    generator = np.random.default_rng(0)
    probabilities = generator.dirichlet(np.ones(4), 50).astype(np.float32)
    labels = generator.integers(0, 4, 50, np.uint8)

    found = score(labels, probabilities, covering(RUN, RUN))

    assert found.accuracy == metrics.accuracy(labels, probabilities)
    assert found.log_loss == pytest.approx(log_loss(labels, probabilities), rel=1e-5)
