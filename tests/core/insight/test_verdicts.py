"""Which run is better, in a sentence, and what many tests are worth."""

import numpy as np
import pytest

from core.evaluation.comparison import Comparison
from core.evaluation.paired import Difference
from core.evaluation.pairs import compare_all
from core.insight.verdicts import difference_text, many_tests, p_text, verdict


def said(
    fixed: int, broken: int, *, adjusted: float | None = None, num_pairs: int = 1
) -> str:
    found = Comparison(only_first=broken, only_second=fixed, both_wrong=9, total=10_000)
    return verdict(
        found,
        "A",
        "B",
        adjusted=found.p_value if adjusted is None else adjusted,
        num_pairs=num_pairs,
    )


def test_better_run_is_named_with_what_it_fixes() -> None:
    assert said(23, 9) == "B is better than A: 23 images fixed, 9 broken, p = 0.02."


def test_worse_run_is_named_with_what_it_breaks() -> None:
    assert said(9, 23) == "B is worse than A: 9 images fixed, 23 broken, p = 0.02."


def test_no_evidence_names_no_winner() -> None:
    assert said(12, 10) == (
        "No evidence of a difference between A and B: 12 images fixed, 10 broken, p = "
        "0.83."
    )


def test_same_images_right_is_no_difference() -> None:
    assert said(0, 0).startswith("No difference: of 10,000 test images, A and B")


def test_of_many_pairs_the_correction_decides() -> None:
    assert said(23, 9, adjusted=0.4, num_pairs=20) == (
        "No evidence of a difference between A and B: 23 images fixed, 9 broken, p = "
        "0.02 (p = 0.4 after Holm's correction)."
    )


def test_one_image_is_no_plural() -> None:
    assert "1 image fixed, 0 broken, p = 1." in said(1, 0)


@pytest.mark.parametrize(
    ("p_value", "expected"),
    [
        (1.0, "p = 1"),
        (0.9996, "p = 1"),
        (0.04996, "p = 0.04996"),
        (0.05, "p = 0.05"),
        (1e-9, "p < 0.001"),
    ],
)
def test_p_value_has_two_digits(p_value: float, expected: str) -> None:
    """More where two would put it on the other side of 0.05."""
    assert p_text(p_value) == expected


def test_difference_has_its_sign_and_interval() -> None:
    assert difference_text(Difference(-0.0014, -0.003, 0.0002), 10_000) == (
        "\u22120.14 percentage points on 10,000 test images (\u22120.30 to +0.02)"
    )


def test_twenty_equal_runs_are_told_to_differ_by_chance() -> None:
    generator = np.random.default_rng(3)
    labels = np.zeros(3_000, np.uint8)
    predicted = (generator.random((20, 3_000)) < 0.05).astype(np.uint8)
    pairs = compare_all(labels, predicted, num_classes=2)

    told = many_tests(pairs)

    assert told.startswith(
        "With 190 pairs tested, about 9 would look significant by chance even if"
    )
    assert told.endswith("after Holm's correction 0 remain.")


def test_one_pair_needs_no_remark() -> None:
    pairs = compare_all(
        np.zeros(9, np.uint8), np.zeros((2, 9), np.uint8), num_classes=2
    )

    assert many_tests(pairs) == ""
