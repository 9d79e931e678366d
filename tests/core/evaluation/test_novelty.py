"""Novelty and the thresholds, on made-up features."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from core.evaluation import novelty
from core.evaluation.novelty import Reference, Verdict


def cone(count: int, *, seed: int, units: int = 8) -> np.ndarray:
    """Make features around two directions, of any length."""
    generator = np.random.default_rng(seed)
    middles = np.eye(units)[np.arange(count) % 2]
    near = middles + generator.normal(0, 0.05, (count, units))
    return (near * generator.uniform(0.5, 20, (count, 1))).astype(np.float32)


def confidences(count: int, *, seed: int = 5) -> np.ndarray:
    return np.random.default_rng(seed).uniform(0.5, 1, count).astype(np.float32)


@pytest.fixture(scope="module")
def reference() -> Reference:
    return novelty.fit(cone(300, seed=1), cone(200, seed=2), confidences(200))


def test_distance_is_that_to_the_fifth_neighbour(reference: Reference) -> None:
    """As SciPy finds it between features of length 1."""
    known, given = cone(300, seed=1), cone(7, seed=3)
    unit = [
        each / np.linalg.norm(each, axis=1, keepdims=True) for each in (given, known)
    ]
    expected = np.sort(cdist(*unit), axis=1)[:, 4]

    np.testing.assert_allclose(reference.novelty_of(given), expected, atol=2e-4)


def test_what_is_far_is_none_of_the_classes_however_confident(
    reference: Reference,
) -> None:
    far = np.eye(8)[5]

    found = reference.judge(far, 1.0)

    assert found.verdict is Verdict.NONE_OF_THE_CLASSES
    assert found.novelty == pytest.approx(np.sqrt(2), abs=0.15)
    assert found.thresholds.novelty < 0.5


def test_what_is_near_is_answered_if_the_confidence_is_enough(
    reference: Reference,
) -> None:
    near = 3 * np.eye(8)[0]

    assert reference.judge(near, 0.99).verdict is Verdict.ANSWERED
    assert reference.judge(near, 0.3).verdict is Verdict.NOT_SURE


@pytest.mark.parametrize("share", [0.5, 0.9, 0.97, 0.99, 1.0])
def test_thresholds_answer_the_share_of_the_images_set_aside(
    reference: Reference, share: float
) -> None:
    """And one step stricter they would not."""
    limits = reference.thresholds(share)

    said = [
        novelty.verdict(float(far), float(sure), limits)
        for far, sure in zip(reference.novelty, reference.confidence, strict=True)
    ]
    answered = said.count(Verdict.ANSWERED)
    assert share * 200 <= answered <= share * 200 + 1
    as_novel = np.count_nonzero(reference.novelty > limits.novelty)
    as_doubtful = np.count_nonzero(reference.confidence < limits.confidence)
    assert as_novel == as_doubtful


def test_equal_numbers_are_answered_together() -> None:
    """Half of all confidences are the same: no threshold parts them."""
    sure = np.where(np.arange(200) < 100, 0.6, 1.0)
    found = novelty.fit(cone(300, seed=1), cone(200, seed=2), sure)

    limits = found.thresholds(0.7)

    assert limits.confidence == pytest.approx(0.6)


def test_constant_features_tell_nothing_and_reject_nothing() -> None:
    """A dead layer gives the same for all; then only the confidence decides."""
    same = np.full((150, 4), 0.3, np.float32)
    found = novelty.fit(same, same, confidences(150))

    assert found.thresholds().novelty == 0
    assert found.judge(5 * same[0], 0.99).verdict is Verdict.ANSWERED
    assert found.judge(same[0], 0.1).verdict is Verdict.NOT_SURE


def test_a_dead_layer_is_like_a_dead_layer() -> None:
    """Features of no length are near each other and far from all others."""
    dead = np.zeros((120, 4), np.float32)
    found = novelty.fit(dead, dead, confidences(120))

    assert found.novelty.max() == 0
    assert found.judge(np.ones(4), 1.0).novelty == pytest.approx(1)


def test_fewer_images_than_neighbours_or_units() -> None:
    """One image of each of two classes, of more units than there are images."""
    known = np.eye(300)[:2]
    aside = np.tile(known, (60, 1))
    found = novelty.fit(known, aside, confidences(120))

    assert found.novelty == pytest.approx(np.full(120, np.sqrt(2)), abs=1e-5)


@pytest.mark.parametrize(
    ("known", "aside", "sure"),
    [
        (cone(9, seed=1), cone(99, seed=2), confidences(99)),
        (cone(0, seed=1), cone(150, seed=2), confidences(150)),
        (cone(9, seed=1), cone(150, seed=2), confidences(149)),
        (cone(9, seed=1), cone(150, seed=2), np.full(150, np.nan)),
        (np.full((9, 8), np.inf), cone(150, seed=2), confidences(150)),
    ],
    ids=["few set aside", "none known", "not a pair", "no numbers", "infinite"],
)
def test_what_gives_no_thresholds_is_refused(
    known: np.ndarray, aside: np.ndarray, sure: np.ndarray
) -> None:
    with pytest.raises(ValueError, match="Expected"):
        novelty.fit(known, aside, sure)


def test_numbers_that_are_none_are_not_answered(reference: Reference) -> None:
    limits = reference.thresholds()

    assert novelty.verdict(np.nan, 1.0, limits) is Verdict.NONE_OF_THE_CLASSES
    assert novelty.verdict(0.0, np.nan, limits) is Verdict.NOT_SURE


def test_wide_layers_are_compared_with_fewer_images() -> None:
    """The file of a run has at most four million numbers."""
    assert novelty.num_known(128) == 10_000
    assert novelty.num_known(2048) == 1953
