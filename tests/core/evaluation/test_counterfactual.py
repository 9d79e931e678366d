"""Pixels that decide an answer, where it can be worked out which they are."""

import numpy as np
import pytest
from numpy.typing import NDArray

from core.evaluation.counterfactual import MAX_TAKEN, find
from core.evaluation.occlusion import Predict


def by_weights(weights: NDArray[np.float32], *, threshold: float) -> Predict:
    """Make a model that answers 1 if the weighted ink is above a threshold, else 0."""

    def predict(images: NDArray[np.float32]) -> NDArray[np.float32]:
        logits = np.einsum("nij,ij->n", images, weights) - threshold
        one = 1 / (1 + np.exp(-logits))
        return np.stack([1 - one, one], axis=1).astype(np.float32)

    return predict


def stroke() -> NDArray[np.float32]:
    image = np.zeros((28, 28), np.float32)
    image[5:15, 10] = 1
    return image


def test_the_pixels_that_matter_most_are_taken_and_no_others() -> None:
    """Weights 5, 3 and 8 x 1 make 16: without 5 and 3 less than 9 are left."""
    weights = np.zeros((28, 28), np.float32)
    weights[5:15, 10] = 1
    weights[7, 10], weights[12, 10] = 5, 3
    predict = by_weights(weights, threshold=8.5)

    found = find(predict, stroke())

    assert found is not None
    assert (found.way, found.num_taken, found.side, found.answer) == (
        "without",
        2,
        1,
        0,
    )
    assert np.argwhere(found.changed).tolist() == [[7, 10], [12, 10]]
    assert not found.image[found.changed].any()
    assert found.confidence == predict(found.image[np.newaxis])[0, 0]


def test_a_pixel_that_turned_out_needless_is_given_back() -> None:
    """The strongest is taken first; the two next ones together do without it."""
    weights = np.zeros((28, 28), np.float32)
    weights[5, 10] = 0.1

    def predict(images: NDArray[np.float32]) -> NDArray[np.float32]:
        pair = np.maximum(images[:, 8, 10], images[:, 9, 10])
        one = 0.2 + 0.4 * pair + 0.1 * images[:, 5, 10]
        return np.stack([1 - one, one], axis=1).astype(np.float32)

    found = find(predict, stroke())

    assert found is not None
    assert np.argwhere(found.changed).tolist() == [[8, 10], [9, 10]]


def test_where_taking_ink_away_does_not_help_ink_is_added_beside_the_stroke() -> None:
    weights = np.zeros((28, 28), np.float32)
    weights[9, 12] = 2

    found = find(by_weights(weights, threshold=1), stroke())

    assert found is not None
    assert (found.way, found.num_taken, found.answer) == ("with", 1, 1)
    assert np.argwhere(found.changed).tolist() == [[9, 12]]
    assert found.image[9, 12] == 1


@pytest.mark.parametrize("image", [stroke(), np.zeros((28, 28), np.float32)])
def test_an_answer_that_never_changes_has_no_counterfactual(
    image: NDArray[np.float32],
) -> None:
    """Then the page says so; a blank image has nothing to take, nor to add to."""
    assert find(by_weights(np.zeros((28, 28), np.float32), threshold=1), image) is None


def test_more_pixels_than_allowed_are_not_taken() -> None:
    image = np.ones((10, 10), np.float32)
    weights = np.ones((10, 10), np.float32)

    assert find(by_weights(weights, threshold=99.5 - MAX_TAKEN), image) is None
    assert find(by_weights(weights, threshold=100.5 - MAX_TAKEN), image) is not None


def test_in_a_large_image_pixels_are_taken_by_blocks() -> None:
    """Of 64 x 64 pixels one hardly counts, and there would be too many to try."""
    image = np.zeros((64, 64), np.float32)
    image[8:48, 16:32] = 1
    weights = np.zeros((64, 64), np.float32)
    weights[12:16, 20:24] = 1

    found = find(by_weights(weights, threshold=8), image)

    assert found is not None
    assert found.side == 2
    assert found.changed.sum() == 4 * found.num_taken
