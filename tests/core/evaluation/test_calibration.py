"""Calibration, temperature and rejection, against numbers worked out by hand."""

import math

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import softmax

from core.evaluation import bootstrap, calibration, metrics, rejection, temperature
from core.evaluation.calibration import Confidences
from core.proportion import Proportion


def said(*answers: tuple[float, bool]) -> Confidences:
    """Make two-class answers of their confidence and whether they are right."""
    confidence = np.array([each for each, _ in answers])
    is_right = np.array([right for _, right in answers])
    return Confidences(
        confidence, is_right, np.where(is_right, confidence, 1 - confidence)
    )


FOUR = said((0.95, True), (0.95, False), (0.65, True), (0.55, False))


def predictions(
    seed: int, *, sharpness: float = 1.0, num: int = 4_000
) -> tuple[NDArray[np.uint8], NDArray[np.float32]]:
    """Draw labels as often as is said, then say it more or less sharply."""
    generator = np.random.default_rng(seed)
    logits = generator.normal(scale=1.5, size=(num, 5))
    chances = softmax(logits, axis=1).cumsum(axis=1)
    labels = (generator.random((num, 1)) > chances).sum(axis=1).clip(0, 4)
    sharp = softmax(logits * sharpness, axis=1).astype(np.float32)
    return labels.astype(np.uint8), sharp


def test_the_calibration_error_is_as_worked_out_by_hand() -> None:
    """Gaps of -0.45 (2 images), 0.35 and -0.55 (1 each): (0.9 + 0.35 + 0.55) / 4."""
    found = calibration.reliability(FOUR, num_bins=10)

    assert [each.gap for each in found.bins] == pytest.approx([-0.55, 0.35, -0.45])
    assert [each.right for each in found.bins] == [
        Proportion(0, 1),
        Proportion(1, 1),
        Proportion(1, 2),
    ]
    assert found.error == pytest.approx(0.45)
    assert found.largest == pytest.approx(0.55)
    assert found.n == 4


def test_bins_of_equal_mass_are_as_worked_out_by_hand() -> None:
    """Two bins of two images: gaps of 0.5 - 0.6 and 0.5 - 0.95."""
    found = calibration.reliability(FOUR, binning="equal mass", num_bins=2)

    assert [each.right.total for each in found.bins] == [2, 2]
    assert found.error == pytest.approx((0.1 + 0.45) / 2)


def test_images_of_one_confidence_are_in_one_bin() -> None:
    """Where they stand in the file must not matter."""
    same = said(*[(0.8, True)] * 6, *[(0.6, False)] * 2)

    found = calibration.reliability(same, binning="equal mass", num_bins=4)

    assert [each.right for each in found.bins] == [Proportion(0, 2), Proportion(6, 6)]


def test_the_upper_end_of_a_bin_belongs_to_it() -> None:
    """As in the paper: (0, 0.5] and (0.5, 1]; nothing is lost at the ends."""
    found = calibration.reliability(
        said((0.5, True), (1.0, True), (0.75, True)), num_bins=2
    )

    assert [(each.high, each.right.total) for each in found.bins] == [(0.5, 1), (1, 2)]


@pytest.mark.parametrize("binning", ["equal width", "equal mass"])
def test_a_calibrated_model_is_within_what_chance_gives(
    binning: calibration.Binning,
) -> None:
    """And one that says it twice as sharply is far outside."""
    fair, sharp = (
        calibration.reliability(
            calibration.confidences(*predictions(0, sharpness=each)), binning=binning
        )
        for each in (1.0, 2.0)
    )

    assert fair.error <= fair.by_chance
    assert sharp.error > 3 * sharp.by_chance
    assert sharp.interval.low < sharp.error < sharp.interval.high


def test_the_interval_of_the_error_is_that_of_images_drawn_one_by_one() -> None:
    found = calibration.confidences(*predictions(1, sharpness=2.0, num=800))
    generator = np.random.default_rng(0)

    interval = calibration.reliability(found).interval

    errors = []
    for _ in range(400):
        drawn = generator.integers(0, 800, 800)
        position = np.ceil(found.confidence[drawn] * 15).astype(int)
        gaps = found.is_right[drawn] - found.confidence[drawn].astype(float)
        errors.append(np.abs(np.bincount(position, gaps)).sum() / 800)
    expected = bootstrap.joined([np.array(errors)])
    width = expected.high - expected.low
    assert interval.low == pytest.approx(expected.low, abs=width / 6)
    assert interval.high == pytest.approx(expected.high, abs=width / 6)


def test_the_temperature_is_as_worked_out_by_hand() -> None:
    """It says 0.9 and is right in 3 of 4 cases: ln 9 / T = ln 3, so T is 2."""
    labels = np.array([0, 0, 0, 1], np.uint8)
    probabilities = np.array([[0.9, 0.1]] * 4, np.float32)

    found = temperature.fit(labels, probabilities)

    assert found == pytest.approx(2.0, abs=1e-3)
    scaled = temperature.scaled(probabilities, found)
    assert scaled[0] == pytest.approx([0.75, 0.25], abs=1e-3)


@pytest.mark.parametrize("sharpness", [0.5, 1.0, 3.0])
def test_the_temperature_undoes_how_sharply_it_was_said(sharpness: float) -> None:
    """And calibrates images that it was not fitted on."""
    found = temperature.fit(*predictions(2, sharpness=sharpness))

    labels, probabilities = predictions(3, sharpness=sharpness)
    assert found == pytest.approx(sharpness, rel=0.1)
    after = calibration.confidences(labels, probabilities, temperature=found)
    assert calibration.reliability(after).error < 0.03
    assert after.log_losses.mean() <= metrics.log_loss(labels, probabilities) + 1e-3


@pytest.mark.parametrize("seed", range(6))
def test_the_temperature_never_raises_the_loss_it_was_fitted_on(seed: int) -> None:
    """Few images, probabilities of 0 and 1, and sure mistakes among them."""
    labels, probabilities = predictions(seed, sharpness=40.0, num=3 + 4 * seed)

    found = temperature.fit(labels, probabilities)

    scaled = temperature.scaled(probabilities, found)
    assert (probabilities == 0).any()
    assert temperature.LOWEST <= found <= temperature.HIGHEST
    assert np.isfinite(scaled).all()
    assert metrics.log_loss(labels, scaled) <= metrics.log_loss(labels, probabilities)


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [
        ([0], [[0.6, 0.4]]),
        ([0, 1], [[1.0, 0.0], [0.0, 1.0]]),
        ([0, 1], [[0.5, 0.5], [0.5, 0.5]]),
    ],
    ids=["one image", "all right and sure", "knows nothing"],
)
def test_without_a_best_temperature_nothing_changes(
    labels: list[int], probabilities: list[list[float]]
) -> None:
    """If all are right, colder is better without end."""
    found = temperature.fit(
        np.array(labels, np.uint8), np.array(probabilities, np.float32)
    )

    assert found == 1.0


@pytest.mark.parametrize("found", [0.05, 0.7, 3.0, 20.0])
def test_a_temperature_changes_no_order(found: float) -> None:
    """What Draw answers is what the model predicts; 1e-30 and 0 do not overflow."""
    raw = np.array([0.0, 0.3, 1e-30, 0.6, 0.1], np.float32)

    scaled = temperature.scaled(raw, found)

    order = np.argsort(raw, kind="stable")
    assert (np.diff(scaled[order]) >= 0).all()
    assert scaled.sum() == pytest.approx(1.0, abs=1e-5)
    assert temperature.scaled(raw, 1.0) is raw


def test_probabilities_that_are_not_numbers_are_refused() -> None:
    probabilities = np.full((2, 2), np.nan, np.float32)

    with pytest.raises(ValueError, match="the model diverged"):
        temperature.fit(np.array([0, 1], np.uint8), probabilities)
    with pytest.raises(ValueError, match="the model diverged"):
        calibration.confidences(np.array([0, 1], np.uint8), probabilities)


def test_what_is_answered_above_a_confidence_is_counted_by_hand() -> None:
    """Above 0.55 are three, one of them wrong; at the threshold is not above it."""
    found = rejection.answered_above(FOUR, 0.55)

    assert found.right == Proportion(2, 3)
    assert (found.rejected.tolist(), found.total) == ([3], 4)
    assert found.wrong.tolist() == [1]


def test_where_nothing_is_answered_there_is_no_accuracy() -> None:
    found = rejection.answered_above(FOUR, 0.99)

    assert found.right is None
    assert found.rejected.tolist() == [3, 2, 0, 1]
    assert not len(found.wrong)


def test_the_area_under_risk_and_coverage_is_as_worked_out_by_hand() -> None:
    """Right, wrong, right by falling confidence: risks of 0, 1/2 and 1/3."""
    found = rejection.coverage(said((0.7, True), (0.9, True), (0.8, False)))

    assert found.mean_risk == pytest.approx((0 + 1 / 2 + 1 / 3) / 3)
    assert [each.right for each in found.points] == [
        Proportion(1, 1),
        Proportion(1, 2),
        Proportion(2, 3),
    ]


def test_images_of_one_confidence_are_answered_together() -> None:
    """Whichever comes first in the file: a coverage of half of them is not offered."""
    answers = [(0.8, True), (0.8, False)]

    first, other = (
        rejection.coverage(said(*each)) for each in (answers, answers[::-1])
    )

    assert first == other
    assert first.mean_risk == pytest.approx(0.5)
    assert len(first.points) == 1


def test_many_images_come_to_few_points() -> None:
    """The figure is sent with each move of the slider."""
    labels, probabilities = predictions(4)

    found = rejection.coverage(calibration.confidences(labels, probabilities))

    assert len(found.points) <= rejection.MAX_POINTS
    assert found.points[-1].right == metrics.accuracy(labels, probabilities)
    assert not math.isnan(found.mean_risk)
