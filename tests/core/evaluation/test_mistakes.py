"""Finding what a model gets wrong."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation import metrics, mistakes

# Right: 0 and 5. Wrong, by confidence: 4 (0.75), then 1 and 3 (0.5), then 2 (0.375).
LABELS = np.array([0, 1, 2, 0, 1, 2, 0], dtype=np.uint8)
PROBABILITIES = np.array(
    [
        [0.875, 0.125, 0.0],
        [0.25, 0.25, 0.5],
        [0.375, 0.3125, 0.3125],
        [0.25, 0.25, 0.5],
        [0.25, 0.0, 0.75],
        [0.0, 0.0, 1.0],
        [0.9375, 0.0625, 0.0],
    ],
    dtype=np.float32,
)


def test_the_surest_mistakes_come_first_and_equals_by_index() -> None:
    """The order is worked out by hand; right answers are not in it."""
    found = mistakes.find_mistakes(LABELS, PROBABILITIES)

    assert found.indices.tolist() == [4, 1, 3, 2]
    assert found.true.tolist() == [1, 1, 0, 2]
    assert found.predicted.tolist() == [2, 2, 2, 0]
    assert found.confidence.tolist() == [0.75, 0.5, 0.5, 0.375]
    assert len(found) == 4


def test_equals_stay_in_order_however_many_there_are() -> None:
    """Short arrays are sorted stably by chance; long ones only on purpose."""
    labels = np.zeros(1000, dtype=np.uint8)
    probabilities = np.tile(
        np.array([[0.25, 0.75], [0.125, 0.875], [0.0, 1.0], [0.25, 0.75]], np.float32),
        (250, 1),
    )

    found = mistakes.find_mistakes(labels, probabilities)

    by_confidence_then_index = np.lexsort((np.arange(1000), -probabilities[:, 1]))
    assert found.indices.tolist() == by_confidence_then_index.tolist()


def test_mistakes_and_right_answers_are_all_images() -> None:
    """The number of mistakes and the accuracy on screen must agree."""
    found = mistakes.find_mistakes(LABELS, PROBABILITIES)

    accuracy = metrics.accuracy(LABELS, PROBABILITIES)
    assert len(found) == accuracy.total - accuracy.successes


@pytest.mark.parametrize(
    ("true", "predicted", "expected"),
    [
        (None, None, [4, 1, 3, 2]),
        (1, None, [4, 1]),
        (None, 2, [4, 1, 3]),
        (0, 2, [3]),
        (2, 1, []),
    ],
    ids=["all", "right class", "answer", "both", "none"],
)
def test_mistakes_can_be_narrowed_to_a_class(
    true: int | None, predicted: int | None, expected: list[int]
) -> None:
    """Class 0 is a class, not "no class", and the order stays."""
    found = mistakes.find_mistakes(LABELS, PROBABILITIES)

    narrowed = found.where(true=true, predicted=predicted)

    assert narrowed.indices.tolist() == expected
    assert narrowed.true.tolist() == LABELS[expected].tolist()
    assert len(narrowed.predicted) == len(narrowed.confidence) == len(expected)


def test_the_arrays_are_read_only() -> None:
    """They are cached and shared between sessions, narrowed ones too."""
    found = mistakes.find_mistakes(LABELS, PROBABILITIES)

    arrays = [*vars(found).values(), *vars(found.where(true=1)).values()]
    assert [array.flags.writeable for array in arrays] == [False] * 8


def test_the_predictions_themselves_stay_writable() -> None:
    """Freezing what we return must not freeze what we were given."""
    labels, probabilities = LABELS.copy(), PROBABILITIES.copy()

    mistakes.find_mistakes(labels, probabilities)

    assert labels.flags.writeable
    assert probabilities.flags.writeable


def test_a_model_without_mistakes_has_none() -> None:
    """A perfect score is an empty list, not an error."""
    found = mistakes.find_mistakes(LABELS[[0, 5]], PROBABILITIES[[0, 5]])

    assert len(found) == 0
    assert found.where(true=0).indices.tolist() == []


@pytest.mark.parametrize("dtype", [np.float16, np.float64])
def test_stored_precision_makes_no_difference(dtype: type) -> None:
    """Predictions are stored in 16 bits to save space."""
    found = mistakes.find_mistakes(LABELS, PROBABILITIES.astype(dtype))

    assert found.indices.tolist() == [4, 1, 3, 2]
    assert found.confidence.dtype == np.float32


@pytest.mark.parametrize(
    ("true", "predicted", "expected"),
    [(0, 0, [6, 0]), (1, 2, [4, 1]), (2, 1, [])],
    ids=["right answers", "mistakes", "empty"],
)
def test_a_cell_of_the_confusion_matrix_has_its_images_the_surest_first(
    true: int, predicted: int, expected: list[int]
) -> None:
    """A click on a cell shows these images, on the diagonal too."""
    indices = mistakes.cell_indices(
        LABELS, PROBABILITIES, true=true, predicted=predicted
    )

    assert indices.tolist() == expected


def test_the_cells_have_as_many_images_as_the_confusion_matrix_says() -> None:
    """The number in a cell and the gallery behind it must agree."""
    matrix = metrics.confusion_matrix(
        LABELS, metrics.predicted_classes(PROBABILITIES), 3
    )

    sizes = [
        [
            len(
                mistakes.cell_indices(LABELS, PROBABILITIES, true=row, predicted=column)
            )
            for column in range(3)
        ]
        for row in range(3)
    ]

    assert sizes == matrix.tolist()


@pytest.mark.parametrize(
    ("labels", "probabilities"),
    [(LABELS[:3], PROBABILITIES), (LABELS[:0], PROBABILITIES[:0]), (LABELS, LABELS)],
    ids=["lengths", "empty", "answers"],
)
def test_what_cannot_be_predictions_is_refused(
    labels: NDArray[np.uint8], probabilities: NDArray[np.float32]
) -> None:
    """Mistakes of other images would be shown beside these."""
    with pytest.raises(ValueError, match="Expected"):
        mistakes.find_mistakes(labels, probabilities)
    with pytest.raises(ValueError, match="Expected"):
        mistakes.cell_indices(labels, probabilities, true=0, predicted=1)
