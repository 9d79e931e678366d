"""What ink is worth, for models whose answers can be worked out by hand."""

import numpy as np
from numpy.typing import NDArray

from core.evaluation.occlusion import log_ratio, occlude


def glyph(*, shift: int = 0) -> NDArray[np.float32]:
    """Make two strokes, left and right, and shift both."""
    image = np.zeros((28, 28), np.float32)
    image[6 + shift : 20 + shift, 8 + shift : 10 + shift] = 1
    image[6 + shift : 20 + shift, 17 + shift : 19 + shift] = 0.8
    return image


def sides(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Answer with class 0 for ink on the left, 1 for ink on the right, never 2."""
    left, right = images[:, :, :14].sum((1, 2)), images[:, :, 14:].sum((1, 2))
    odds = np.exp(np.stack([left, right, left * 0 - 100], axis=1) / 10)
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def shapes(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """Answer by the amount of ink and of edges, wherever they are."""
    ink = images.sum((1, 2))
    edges = np.abs(np.diff(images, axis=1)).sum((1, 2))
    odds = np.exp(np.stack([ink, edges * 1.5], axis=1) / 20)
    return (odds / odds.sum(axis=1, keepdims=True)).astype(np.float32)


def test_ink_speaks_for_the_class_that_it_makes_probable() -> None:
    """Left ink for class 0, right ink against it, paper far from ink for none."""
    found = occlude(sides, glyph(), chosen=0, rival=1)
    other = occlude(sides, glyph(), chosen=1, rival=0)

    assert (found.worth[8:18, 8:10] > 0).all()
    assert (found.worth[8:18, 17:19] < 0).all()
    assert not found.worth[26:].any()
    np.testing.assert_allclose(found.score, (28 - 22.4) / 10, atol=1e-4)
    np.testing.assert_allclose(other.worth, -found.worth, atol=1e-5)


def test_a_dot_is_worth_what_the_answer_loses_without_it() -> None:
    """One pixel is one patch; without it the ratio is that of a blank image."""
    image = np.zeros((9, 28), np.float32)
    image[4, 5] = 1

    found = occlude(sides, image, chosen=0, rival=1)

    assert found.num_patches == 1
    np.testing.assert_allclose(found.worth[4, 5], 0.1, atol=1e-5)


def test_the_map_moves_with_the_image() -> None:
    """By one pixel too: patches begin at the ink, not at the edge of the image."""
    found = occlude(shapes, glyph(), chosen=0, rival=1).worth
    moved = occlude(shapes, glyph(shift=1), chosen=0, rival=1).worth

    np.testing.assert_allclose(moved[1:, 1:], found[:-1, :-1], atol=1e-5)
    assert np.ptp(found) > 0.05


def test_a_blank_image_has_no_ink_to_take_away() -> None:
    found = occlude(sides, np.zeros((28, 28), np.float32), chosen=0, rival=1)

    assert (found.num_patches, found.score) == (0, 0.0)
    assert not found.worth.any()


def test_a_class_that_is_impossible_has_a_finite_ratio() -> None:
    """Of 0 there is no logarithm, and float32 knows many zeros."""
    ratios = log_ratio(np.array([[1, 0], [0.5, 0.5]], np.float32), chosen=0, rival=1)

    np.testing.assert_allclose(ratios, [np.log(1e7), 0], rtol=1e-5)
