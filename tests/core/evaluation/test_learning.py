"""What was learned when."""

import numpy as np
import pytest

from core.evaluation import learning

LABELS = np.array([0, 0, 1, 1, 1], np.uint8)
BY_EPOCH = np.array(
    [
        # always, late, forgotten twice, never, forgotten and learned again
        [0, 1, 1, 0, 1],
        [0, 1, 0, 0, 0],
        [0, 0, 1, 0, 1],
        [0, 0, 0, 0, 1],
    ],
    np.uint8,
)


def test_each_image_is_followed_over_the_epochs() -> None:
    """Worked out by hand."""
    found = learning.follow(LABELS, BY_EPOCH)

    assert found.learned_at.tolist() == [0, 2, 4, 4, 2]
    assert found.num_forgotten.tolist() == [0, 0, 2, 0, 1]
    assert found.num_correct.tolist() == [4, 2, 2, 0, 3]


@pytest.mark.parametrize(
    ("kind", "expected"),
    [("learned late", [1, 4]), ("forgotten", [2]), ("never learned", [3])],
)
def test_images_of_each_kind_are_found(
    kind: learning.Kind, expected: list[int]
) -> None:
    """Each image that is wrong in the end is of one kind, and one alone."""
    assert learning.follow(LABELS, BY_EPOCH).of(kind).tolist() == expected


def test_latest_and_most_forgotten_images_come_first() -> None:
    by_epoch = np.array([[0, 0, 1, 0], [1, 0, 1, 1], [0, 1, 0, 0], [1, 1, 0, 1]])

    found = learning.follow(np.zeros(4, np.uint8), by_epoch.astype(np.uint8))

    assert found.of("forgotten").tolist() == [0, 3, 1]
    assert found.of("learned late").tolist() == [2]


def test_accuracy_of_a_class_is_its_share_of_hits() -> None:
    found = learning.class_accuracy(LABELS, BY_EPOCH, num_classes=3)

    expected = [
        [0.5, 2 / 3, np.nan],
        [0.5, 0.0, np.nan],
        [1.0, 2 / 3, np.nan],
        [1.0, 1 / 3, np.nan],
    ]
    np.testing.assert_allclose(found, expected)


@pytest.mark.parametrize("shape", [(0, 5), (5,), (2, 4)])
def test_predictions_of_other_images_are_refused(shape: tuple[int, ...]) -> None:
    """Runs of the first versions kept none."""
    with pytest.raises(ValueError, match="Expected"):
        learning.follow(LABELS, np.zeros(shape, np.uint8))
