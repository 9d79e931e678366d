"""Which images a second model fixes, breaks, or gets wrong too."""

import numpy as np
import pytest

from core.evaluation import metrics
from core.evaluation.changes import find_changes, only_one_predicts
from core.evaluation.metrics import confusion_matrix
from core.types import Labels, Probabilities

LABELS = np.array([0, 0, 1, 1, 2, 2], np.uint8)


def says(*answers: tuple[int, float]) -> Probabilities:
    """Make probabilities of three classes, by answer and confidence."""
    found = np.array([[(1 - sure) / 2] * 3 for _, sure in answers], np.float32)
    for row, (answer, sure) in enumerate(answers):
        found[row, answer] = sure
    return found


FIRST = says((0, 0.9), (1, 0.6), (2, 0.8), (1, 0.9), (0, 0.5), (1, 0.9))
SECOND = says((0, 0.9), (0, 0.7), (1, 0.7), (0, 0.8), (1, 0.6), (1, 0.9))


def test_images_are_fixed_broken_or_both_wrong() -> None:
    """Fixed: 1 and 2, of which 2 was the more confident mistake."""
    found = find_changes(LABELS, FIRST, SECOND)

    assert found.fixed.tolist() == [2, 1]
    assert found.broken.tolist() == [3]
    assert found.both_wrong.tolist() == [5, 4]
    assert found.of("both wrong") is found.both_wrong


def test_other_order_fixes_what_was_broken() -> None:
    there, back = (
        find_changes(LABELS, FIRST, SECOND),
        find_changes(LABELS, SECOND, FIRST),
    )

    assert back.fixed.tolist() == there.broken.tolist()
    assert sorted(back.broken) == sorted(there.fixed)


def test_images_of_a_cell_make_up_its_difference() -> None:
    """Both predicted image 5 as 1: it is in both matrices, and in no difference."""
    first, second = map(metrics.predicted_classes, (FIRST, SECOND))
    difference = confusion_matrix(LABELS, second, 3) - confusion_matrix(
        LABELS, first, 3
    )

    lost, won = only_one_predicts(LABELS, first, second, true=2, predicted=1)

    assert (lost.tolist(), won.tolist()) == ([], [4])
    for true, predicted in np.ndindex(3, 3):
        lost, won = only_one_predicts(
            LABELS, first, second, true=true, predicted=predicted
        )
        assert len(won) - len(lost) == difference[true, predicted]


def test_predictions_of_other_images_are_refused() -> None:
    fewer: Labels = LABELS[:4]

    with pytest.raises(ValueError, match="one label for each image"):
        find_changes(fewer, FIRST, SECOND)
