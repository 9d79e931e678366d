"""Many models against each other: by hand, and against scikit-learn and SciPy."""

import numpy as np
import pytest
from scipy.stats import binomtest
from sklearn.metrics import cohen_kappa_score

from core.evaluation.comparison import compare
from core.evaluation.pairs import Pairs, compare_all, holm, mean_probabilities
from core.types import Labels

NUM_MODELS = 20
NUM_CLASSES = 10


@pytest.fixture(scope="module")
def answers() -> tuple[Labels, Labels]:
    """Let models that are 80 to 99 % right answer to 2,000 images."""
    generator = np.random.default_rng(1)
    labels = generator.integers(0, NUM_CLASSES, 2_000).astype(np.uint8)
    shares = np.linspace(0.80, 0.99, NUM_MODELS)[:, np.newaxis]
    is_wrong = generator.random((NUM_MODELS, len(labels))) > shares
    shifts = generator.integers(1, NUM_CLASSES, is_wrong.shape)
    predicted = (labels + np.where(is_wrong, shifts, 0)) % NUM_CLASSES
    return labels, predicted.astype(np.uint8)


@pytest.fixture(scope="module")
def pairs(answers: tuple[Labels, Labels]) -> Pairs:
    """Compare them all."""
    return compare_all(*answers, num_classes=NUM_CLASSES)


def test_each_pair_is_compared_as_if_alone(
    answers: tuple[Labels, Labels], pairs: Pairs
) -> None:
    labels, predicted = answers
    for first, second in [(0, 19), (19, 0), (3, 4)]:
        alone = compare(labels, predicted[first], predicted[second])

        assert pairs.pair(first, second) == alone
        assert pairs.difference[first, second] == pytest.approx(alone.difference.value)
        assert pairs.p_value[first, second] == pytest.approx(
            binomtest(alone.only_first, alone.only_first + alone.only_second).pvalue
        )


def test_agreement_is_about_answers_and_not_about_being_right() -> None:
    """Two models that are wrong in different ways disagree."""
    labels = np.array([0, 1, 2, 3], np.uint8)
    predicted = np.array([[0, 1, 9, 9], [0, 1, 8, 9], [0, 2, 2, 3]], np.uint8)

    found = compare_all(labels, predicted, num_classes=10)

    assert found.agreement.tolist() == [
        [1.0, 0.75, 0.25],
        [0.75, 1.0, 0.25],
        [0.25, 0.25, 1.0],
    ]
    assert found.both_wrong[0].tolist() == [2, 2, 0]


def test_kappa_is_that_of_scikit_learn(
    answers: tuple[Labels, Labels], pairs: Pairs
) -> None:
    _, predicted = answers
    for first, second in [(0, 1), (7, 19)]:
        expected = cohen_kappa_score(predicted[first], predicted[second])

        assert pairs.kappa[first, second] == pytest.approx(expected)


def test_holm_multiplies_the_smallest_by_all_and_never_falls() -> None:
    """Three tests: 0.01 x 3, 0.02 x 2, and 0.03 x 1 may not fall below 0.04."""
    found = holm(np.array([0.03, 0.01, 0.02]))

    assert found.tolist() == pytest.approx([0.04, 0.03, 0.04])


def test_holm_rejects_step_by_step() -> None:
    """Go through them from the smallest, until one is not below 0.05 / (left)."""
    generator = np.random.default_rng(2)
    p_values = generator.random(190) ** 6
    num_rejected = 0
    for left, each in zip(range(190, 0, -1), np.sort(p_values), strict=True):
        if each >= 0.05 / left:
            break
        num_rejected += 1

    assert 0 < num_rejected < np.count_nonzero(p_values < 0.05)
    assert np.count_nonzero(holm(p_values) < 0.05) == num_rejected


def test_many_equal_models_are_rarely_told_apart_after_the_correction() -> None:
    generator = np.random.default_rng(3)
    labels = np.zeros(3_000, np.uint8)
    predicted = (generator.random((NUM_MODELS, len(labels))) < 0.05).astype(np.uint8)

    found = compare_all(labels, predicted, num_classes=2)

    assert found.num_pairs == 190
    assert found.num_significant > 0
    assert found.num_remaining == 0


def test_p_values_are_corrected_for_each_pair_once(pairs: Pairs) -> None:
    """The matrix has each pair twice; with 380 tests it would be too strict."""
    upper = np.triu_indices(NUM_MODELS, k=1)
    smallest = pairs.p_value[upper].min()

    np.testing.assert_array_equal(pairs.adjusted, pairs.adjusted.T)
    assert pairs.adjusted[upper].min() == pytest.approx(190 * smallest)


def test_ensemble_has_the_mean_of_what_its_members_say() -> None:
    sure, unsure = (
        np.array([[0.9, 0.1]], np.float32),
        np.array([[0.4, 0.6]], np.float32),
    )

    found = mean_probabilities([sure, unsure])

    assert found.tolist() == [pytest.approx([0.65, 0.35])]
    assert sure.tolist() == [pytest.approx([0.9, 0.1])]


def test_models_of_other_classes_have_no_mean() -> None:
    two, three = np.ones((4, 2), np.float32), np.ones((4, 3), np.float32)

    with pytest.raises(ValueError, match=r"got \[\(4, 2\), \(4, 3\)\]"):
        mean_probabilities([two, three])
