"""Small changes of one image."""

import numpy as np
import pytest

from core.evaluation.variants import variants_of


def by_name(image: np.ndarray) -> dict[str, np.ndarray]:
    return {each.name: each.image for each in variants_of(image)}


def test_all_variants_are_images_like_the_one_they_are_made_of() -> None:
    image = np.random.default_rng(0).random((28, 20)).astype(np.float32)

    found = by_name(image)

    assert len(found) == 18
    for variant in found.values():
        assert (variant.shape, variant.dtype) == (image.shape, image.dtype)
        assert 0 <= variant.min() <= variant.max() <= 1


@pytest.mark.parametrize(
    ("name", "row", "column"),
    [("1 px up", 9, 10), ("2 px down", 12, 10), ("2 px left", 10, 8)],
)
def test_a_shift_moves_ink_and_drops_none(name: str, row: int, column: int) -> None:
    image = np.zeros((28, 28), np.float32)
    image[10, 10] = 0.7

    shifted = by_name(image)[name]

    assert np.argwhere(shifted).tolist() == [[row, column]]
    assert shifted[row, column] == image[10, 10]


def test_what_leaves_the_image_does_not_come_in_on_the_other_side() -> None:
    image = np.zeros((28, 28), np.float32)
    image[0, 5] = 1

    assert not by_name(image)["1 px up"].any()


def test_a_rotation_to_the_left_tips_the_upper_end_to_the_left() -> None:
    image = np.zeros((28, 28), np.float32)
    image[4:24, 13:15] = 1

    found = by_name(image)

    left = found["15\u00b0 left"][5]
    right = found["15\u00b0 right"][5]
    assert left.argmax() < 13
    assert right.argmax() > 14


def test_strokes_grow_and_shrink_by_one_pixel_and_by_half_of_that() -> None:
    image = np.zeros((28, 28), np.float32)
    image[4:24, 12:16] = 1

    found = by_name(image)

    assert found["Thicker"][14].tolist() == [0.0] * 11 + [1.0] * 6 + [0.0] * 11
    assert found["Thinner"][14].tolist() == [0.0] * 13 + [1.0] * 2 + [0.0] * 13
    assert found["A bit thicker"][14, 11] == found["A bit thinner"][14, 12] == 0.5


def test_steps_are_larger_in_a_larger_image() -> None:
    image = np.zeros((56, 56), np.float32)
    image[20, 20] = 1

    assert np.argwhere(by_name(image)["2 px up"]).tolist() == [[18, 20]]
