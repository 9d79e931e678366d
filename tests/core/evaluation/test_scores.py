"""All scores, against scikit-learn, and their intervals."""

import numpy as np
import pytest
import sklearn.metrics
from numpy.typing import NDArray
from scipy.stats import bootstrap as scipy_bootstrap

from core.evaluation import bootstrap, macro, metrics, scores
from core.proportion import Proportion

Predictions = tuple[NDArray[np.uint8], NDArray[np.float64]]


def predictions(
    num_images: int, num_classes: int, *, absent: int | None = None, skill: float = 2.0
) -> Predictions:
    """Return labels and probabilities that agree the more, the larger the skill."""
    generator = np.random.default_rng(num_images)
    labels = generator.integers(0, num_classes, num_images).astype(np.uint8)
    if absent is not None:
        labels[labels == absent] = (absent + 1) % num_classes
    logits = generator.normal(size=(num_images, num_classes))
    odds = np.exp(logits + skill * np.eye(num_classes)[labels])
    return labels, odds / odds.sum(axis=1, keepdims=True)


def ties() -> Predictions:
    """Return four images whose most probable classes are equally so."""
    labels = np.array([0, 1, 2, 3], np.uint8)
    rows = [[0.4, 0.4, 0.1, 0.1], [0.3, 0.3, 0.3, 0.1], [0.25] * 4, [0, 0, 0.5, 0.5]]
    return labels, np.array(rows)


CASES = [
    pytest.param(predictions(400, 10), id="random"),
    pytest.param(predictions(400, 6, absent=2), id="a class is absent"),
    pytest.param(predictions(60, 4, skill=-40), id="all wrong"),
    pytest.param(predictions(50, 2), id="two classes"),
    pytest.param(predictions(1, 7), id="one sample"),
    pytest.param(ties(), id="ties"),
]


def found(case: Predictions) -> dict[str, scores.Score]:
    labels, probabilities = case
    matrix = metrics.confusion_matrix(
        labels, metrics.predicted_classes(probabilities), probabilities.shape[1]
    )
    return {each.key: each for each in scores.all_scores(labels, probabilities, matrix)}


@pytest.mark.parametrize("case", CASES)
def test_means_over_classes_are_those_of_scikit_learn(case: Predictions) -> None:
    """What is undefined is left out, as with `zero_division=nan`."""
    labels, probabilities = case
    predicted, classes = probabilities.argmax(axis=1), range(probabilities.shape[1])

    made = found(case)

    precision, recall, f1, _ = sklearn.metrics.precision_recall_fscore_support(
        labels, predicted, labels=classes, average="macro", zero_division=np.nan
    )
    assert made["macro_precision"].value == pytest.approx(precision, abs=1e-9)
    assert made["balanced_accuracy"].value == pytest.approx(recall, abs=1e-9)
    assert made["macro_f1"].value == pytest.approx(f1, abs=1e-9)


@pytest.mark.filterwarnings("ignore:y_pred contains classes not in y_true")
@pytest.mark.filterwarnings("ignore:A single label was found")
@pytest.mark.parametrize("case", CASES)
def test_mean_recall_is_the_balanced_accuracy_of_scikit_learn(
    case: Predictions,
) -> None:
    """It has that name on the page."""
    labels, probabilities = case

    made = found(case)["balanced_accuracy"]

    expected = sklearn.metrics.balanced_accuracy_score(
        labels, probabilities.argmax(axis=1)
    )
    assert made.value == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_losses_are_those_of_scikit_learn(case: Predictions) -> None:
    labels, probabilities = case
    classes = list(range(probabilities.shape[1]))

    made = found(case)

    log_loss = sklearn.metrics.log_loss(labels, probabilities, labels=classes)
    brier = sklearn.metrics.brier_score_loss(
        *_of_many_classes(labels, probabilities),
        labels=[*classes, len(classes)],
        scale_by_half=False,
    )
    assert made["log_loss"].value == pytest.approx(log_loss, abs=1e-9)
    assert made["brier_score"].value == pytest.approx(brier, abs=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_top_k_accuracy_is_that_of_scikit_learn(case: Predictions) -> None:
    """Among equals scikit-learn takes the last class, Inklab always the first."""
    labels, probabilities = case
    num_classes = probabilities.shape[1]

    made = found(case)

    wanted = {k: f"top_{k}" for k in (2, 3, 5) if k < num_classes}
    assert {key for key in made if key.startswith("top")} == {*wanted.values()}
    for k, key in ({1: "accuracy"} | wanted).items():
        # For two classes scikit-learn takes the scores of the second one only.
        mirrored = probabilities[:, ::-1] if num_classes > 2 else probabilities[:, 1]
        expected = sklearn.metrics.top_k_accuracy_score(
            num_classes - 1 - labels if num_classes > 2 else labels,
            mirrored,
            k=k,
            labels=range(num_classes),
            normalize=False,
        )
        assert made[key].value * len(labels) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize("case", CASES)
def test_each_score_has_its_n_and_lies_within_its_interval(case: Predictions) -> None:
    for score in found(case).values():
        assert score.n == len(case[0])
        assert score.interval.low <= score.value + 1e-12
        assert score.value <= score.interval.high + 1e-12


def test_the_scores_of_one_confusion_matrix_are_those_of_it_among_many() -> None:
    """The bootstrap scores hundreds at once."""
    matrices = np.random.default_rng(0).integers(0, 3, (5, 4, 4))

    together = macro.macro_scores(matrices)

    each = [float(macro.macro_scores(matrix).f1) for matrix in matrices]
    np.testing.assert_allclose(together.f1, each)


@pytest.mark.parametrize("num", [150, 900, 1_200], ids=["listed", "groups", "Poisson"])
def test_the_interval_of_a_mean_is_the_percentile_bootstrap_of_scipy(num: int) -> None:
    """Of a skewed number, as log losses are, to a tenth of its width."""
    values = np.random.default_rng(1).exponential(size=num) ** 2

    interval = bootstrap.of_mean(values)

    expected = scipy_bootstrap(
        (values,), np.mean, method="percentile", n_resamples=2_000, rng=0
    ).confidence_interval
    width = expected.high - expected.low
    assert interval.low == pytest.approx(expected.low, abs=width / 10)
    assert interval.high == pytest.approx(expected.high, abs=width / 10)


@pytest.mark.parametrize("size", [40, 400], ids=["multinomial", "Poisson"])
def test_the_interval_of_macro_f1_is_that_of_images_drawn_one_by_one(
    size: int,
) -> None:
    """A plain bootstrap, which lists the images."""
    matrix = np.array([[8, 1, 1], [2, 7, 0], [0, 3, 3]]) * size // 10
    cells = np.repeat(np.arange(9), matrix.ravel())
    generator = np.random.default_rng(2)

    interval = macro.macro_intervals(matrix).f1

    again = (generator.choice(cells, len(cells)) for _ in range(2_000))
    drawn = [np.bincount(each, minlength=9).reshape(3, 3) for each in again]
    f1 = macro.macro_scores(np.array(drawn)).f1
    low, high = np.percentile(f1, [2.5, 97.5])
    assert interval.low == pytest.approx(low, abs=(high - low) / 6)
    assert interval.high == pytest.approx(high, abs=(high - low) / 6)


def test_intervals_are_the_same_every_time() -> None:
    """A number that changes when a page is opened again is not believed."""
    values = np.random.default_rng(3).exponential(size=2_000)

    assert bootstrap.of_mean(values) == bootstrap.of_mean(values)


def test_accuracy_without_some_images_counts_the_others() -> None:
    """Six images of which four are right; one right and one wrong are set aside."""
    labels = np.array([0, 1, 2, 0, 0, 1], np.uint8)
    predicted = np.array([0, 1, 2, 2, 0, 2], np.uint8)

    assert scores.accuracy_without(labels, predicted, [0, 3]) == Proportion(3, 4)
    assert scores.accuracy_without(labels, predicted, [99]) is None
    assert scores.accuracy_without(labels, predicted, range(7)) is None


def _of_many_classes(
    labels: NDArray[np.uint8], probabilities: NDArray[np.float64]
) -> tuple[NDArray[np.uint8], NDArray[np.float64]]:
    """Add a class that never occurs: scikit-learn takes two classes otherwise."""
    return labels, np.hstack([probabilities, np.zeros((len(labels), 1))])
