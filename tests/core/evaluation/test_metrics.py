"""Scores, against numbers worked out by hand and against scikit-learn and scipy."""

import math

import numpy as np
import pytest
import sklearn.metrics
from numpy.typing import NDArray
from scipy.stats import binomtest

from core.evaluation import metrics
from core.proportion import Proportion

# Six images, three classes; answers 0 1 2 2 0 2, of which four are right.
LABELS = np.array([0, 1, 2, 0, 0, 1], dtype=np.uint8)
PROBABILITIES = np.array(
    [
        [0.7, 0.2, 0.1],
        [0.1, 0.8, 0.1],
        [0.2, 0.2, 0.6],
        [0.3, 0.2, 0.5],
        [0.9, 0.1, 0.0],
        [0.0, 0.4, 0.6],
    ],
    dtype=np.float32,
)
PREDICTED = np.array([0, 1, 2, 2, 0, 2], dtype=np.uint8)
MATRIX = np.array([[2, 0, 1], [0, 1, 1], [0, 0, 1]], dtype=np.int64)


def random_predictions(seed: int) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Return 500 labels of 10 classes and probabilities that often agree."""
    generator = np.random.default_rng(seed)
    labels = generator.integers(0, 10, 500).astype(np.uint8)
    logits = generator.normal(size=(500, 10)) + 2 * np.eye(10)[labels]
    odds = np.exp(logits)
    return labels, (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def test_the_most_probable_class_is_the_answer() -> None:
    """The answer of every page and score."""
    predicted = metrics.predicted_classes(PROBABILITIES)

    assert predicted.tolist() == PREDICTED.tolist()
    assert predicted.dtype == np.uint8


def test_among_equally_probable_classes_the_lowest_is_the_answer() -> None:
    """Two pages must not give two answers for one image."""
    predicted = metrics.predicted_classes(np.array([[0.2, 0.4, 0.4]], np.float32))

    assert predicted.tolist() == [1]


def test_accuracy_counts_the_right_answers() -> None:
    """Four of six, worked out by hand."""
    assert metrics.accuracy(LABELS, PROBABILITIES) == Proportion(4, 6)


def test_accuracy_is_that_of_scikit_learn() -> None:
    """An independent implementation agrees."""
    labels, probabilities = random_predictions(1)

    accuracy = metrics.accuracy(labels, probabilities)

    expected = sklearn.metrics.accuracy_score(labels, probabilities.argmax(axis=1))
    assert accuracy.value == pytest.approx(expected)


@pytest.mark.parametrize(
    ("successes", "total"),
    [(0, 50), (50, 50), (1, 2), (7, 20), (9910, 10_000)],
)
def test_the_interval_is_the_wilson_interval_of_scipy(
    successes: int, total: int
) -> None:
    """An independent implementation agrees, at the ends too."""
    proportion = Proportion(successes, total)

    expected = binomtest(successes, total).proportion_ci(method="wilson")
    assert proportion.low == pytest.approx(expected.low, abs=1e-12)
    assert proportion.high == pytest.approx(expected.high, abs=1e-12)


def test_the_interval_is_the_one_in_the_style_guide() -> None:
    """99.1 % of 10,000 images is 98.9 to 99.3."""
    proportion = Proportion(9910, 10_000)

    assert proportion.value == pytest.approx(0.991)
    assert round(100 * proportion.low, 1) == 98.9
    assert round(100 * proportion.high, 1) == 99.3


@pytest.mark.parametrize("total", [1, 16, 30], ids=["one", "over 1", "under 1"])
def test_the_interval_ends_exactly_at_nothing_and_everything(total: int) -> None:
    """By the formula, rounding ends 16 of 16 above 1 and 30 of 30 below it."""
    assert Proportion(0, total).low == 0.0
    assert Proportion(total, total).high == 1.0
    assert 0.0 < Proportion(0, total).high < 1.0
    assert 0.0 < Proportion(total, total).low < 1.0


@pytest.mark.parametrize(("successes", "total"), [(0, 0), (-1, 5), (6, 5)])
def test_an_impossible_proportion_is_refused(successes: int, total: int) -> None:
    """An accuracy without images is a mistake of the caller."""
    with pytest.raises(ValueError, match=f"got {successes} out of {total}"):
        Proportion(successes, total)


def test_the_confusion_matrix_has_right_classes_as_rows() -> None:
    """Transposed, every reading of it would be the wrong way round."""
    matrix = metrics.confusion_matrix(LABELS, PREDICTED, 3)

    assert matrix.tolist() == MATRIX.tolist()
    assert matrix.dtype == np.int64


def test_the_confusion_matrix_is_that_of_scikit_learn() -> None:
    """An independent implementation agrees, with a class that never occurs."""
    labels, probabilities = random_predictions(2)
    predicted = metrics.predicted_classes(probabilities)

    matrix = metrics.confusion_matrix(labels, predicted, 11)

    expected = sklearn.metrics.confusion_matrix(labels, predicted, labels=range(11))
    np.testing.assert_array_equal(matrix, expected)


def test_the_confusion_matrix_of_62_classes_does_not_overflow() -> None:
    """Pairs of classes do not fit into the byte that holds one."""
    labels = np.array([61, 61, 0], dtype=np.uint8)

    matrix = metrics.confusion_matrix(labels, np.array([60, 61, 61], np.uint8), 62)

    assert matrix[61, 60] == matrix[61, 61] == matrix[0, 61] == 1
    assert matrix.sum() == 3


def test_scores_of_a_class_are_as_worked_out_by_hand() -> None:
    """Of class 0, all answers are right (2 of 2), and 2 of 3 images are found."""
    scores = metrics.per_class_scores(MATRIX)

    assert [score.precision for score in scores] == pytest.approx([1, 1, 1 / 3])
    assert [score.recall for score in scores] == pytest.approx([2 / 3, 1 / 2, 1])
    assert [score.f1 for score in scores] == pytest.approx([4 / 5, 2 / 3, 1 / 2])
    assert [score.support for score in scores] == [3, 2, 1]


def test_class_that_is_never_predicted_has_no_precision() -> None:
    """It is not 0: none of its answers was wrong. It has a recall, and so an F1."""
    scores = metrics.per_class_scores(np.array([[3, 0, 0], [2, 0, 0], [0, 0, 0]]))

    precisions = [score.precision for score in scores]
    recalls = [score.recall for score in scores]
    np.testing.assert_array_equal(precisions, [3 / 5, np.nan, np.nan])
    np.testing.assert_array_equal(recalls, [1, 0, np.nan])
    np.testing.assert_array_equal([score.f1 for score in scores], [3 / 4, 0, np.nan])


@pytest.mark.parametrize("num_classes", [10, 12], ids=["all occur", "two never occur"])
def test_scores_of_a_class_are_those_of_scikit_learn(num_classes: int) -> None:
    """An independent implementation agrees, on undefined scores too."""
    labels, probabilities = random_predictions(3)
    predicted = metrics.predicted_classes(probabilities)

    scores = metrics.per_class_scores(
        metrics.confusion_matrix(labels, predicted, num_classes)
    )

    expected = sklearn.metrics.precision_recall_fscore_support(
        labels, predicted, labels=range(num_classes), zero_division=np.nan
    )
    columns = [
        [score.precision for score in scores],
        [score.recall for score in scores],
        [score.f1 for score in scores],
        [score.support for score in scores],
    ]
    np.testing.assert_allclose(columns, expected)


@pytest.mark.parametrize(
    "matrix",
    [np.zeros((2, 3), np.int64), np.zeros(4, np.int64), np.array([[1, -1], [0, 0]])],
    ids=["not square", "flat", "negative"],
)
def test_what_is_no_confusion_matrix_is_refused(matrix: NDArray[np.int64]) -> None:
    """A figure of it would look right."""
    with pytest.raises(ValueError, match="Give the result of confusion_matrix"):
        metrics.per_class_scores(matrix)


def test_log_loss_is_as_worked_out_by_hand() -> None:
    """Natural logarithms of what was given to the right class, averaged."""
    loss = metrics.log_loss(
        np.array([0, 1], np.uint8), np.array([[0.5, 0.5], [0.75, 0.25]], np.float32)
    )

    assert loss == pytest.approx((math.log(2) + math.log(4)) / 2)


@pytest.mark.parametrize("dtype", [np.float16, np.float32, np.float64])
def test_log_loss_of_a_sure_mistake_is_that_of_scikit_learn(dtype: type) -> None:
    """One image with probability 0 must not make the loss infinite."""
    labels = np.array([0, 1, 1], dtype=np.uint8)
    probabilities = np.array([[1, 0], [1, 0], [0.25, 0.75]], dtype=dtype)

    loss = metrics.log_loss(labels, probabilities)

    expected = sklearn.metrics.log_loss(labels, probabilities)
    assert loss == pytest.approx(expected, rel=2e-3 if dtype == np.float16 else 1e-6)


def test_log_loss_is_that_of_scikit_learn() -> None:
    """An independent implementation agrees."""
    labels, probabilities = random_predictions(4)

    loss = metrics.log_loss(labels, probabilities)

    assert loss == pytest.approx(sklearn.metrics.log_loss(labels, probabilities))


@pytest.mark.parametrize(
    ("labels", "probabilities", "message"),
    [
        (LABELS[:5], PROBABILITIES, r"labels of shape \(6,\), got \(5,\)"),
        (LABELS[:0], PROBABILITIES[:0], r"n > 0.*got \(0, 3\)"),
        (LABELS, PREDICTED, r"shape \(n, classes\).*got \(6,\)"),
        (LABELS, PROBABILITIES[:, :2], r"labels of 0 to 1, got 0 to 2"),
        (LABELS, PROBABILITIES * np.nan, r"got nan to nan.*the model diverged"),
        (LABELS, PROBABILITIES * 8 - 2, r"0\.0 to 1\.0, got -2 to 5\.2.*softmax"),
    ],
    ids=["lengths", "empty", "answers", "classes", "not a number", "logits"],
)
def test_what_cannot_be_predictions_is_refused(
    labels: NDArray[np.uint8], probabilities: NDArray[np.float32], message: str
) -> None:
    """A wrong number looks just like a right one."""
    with pytest.raises(ValueError, match=message):
        metrics.accuracy(labels, probabilities)
    with pytest.raises(ValueError, match=message):
        metrics.log_loss(labels, probabilities)


@pytest.mark.parametrize(
    ("labels", "predicted", "num_classes", "message"),
    [
        (LABELS, PREDICTED[:5], 3, r"shape \(6,\), got \(5,\)"),
        (LABELS[:0], PREDICTED[:0], 3, r"at least one image"),
        (LABELS, PREDICTED, 2, r"labels of 0 to 1, got 0 to 2"),
    ],
    ids=["lengths", "empty", "classes"],
)
def test_a_confusion_matrix_of_what_does_not_match_is_refused(
    labels: NDArray[np.uint8],
    predicted: NDArray[np.uint8],
    num_classes: int,
    message: str,
) -> None:
    """Answers of another split would fill the matrix all the same."""
    with pytest.raises(ValueError, match=message):
        metrics.confusion_matrix(labels, predicted, num_classes)
