"""Images made harder to read."""

import numpy as np
import pytest
from numpy.random import default_rng
from scipy import ndimage

from core.evaluation.corrupting import edges, overlays, sweeps, warps
from core.evaluation.corrupting.mnist_c import CORRUPTIONS, Corruption
from core.evaluation.corrupting.sweeps import SWEEPS, Sweep
from core.evaluation.corrupting.warps import Images

SHAPES = [(3, 28, 28), (2, 40, 17), (2, 3, 3)]


def glyphs(shape: tuple[int, ...] = (3, 28, 28)) -> Images:
    """Make smooth blots."""
    noise = default_rng(0).random(shape, dtype=np.float32)
    return np.clip(4 * ndimage.gaussian_filter(noise - 0.5, (0, 1, 1)), 0, 1)


def by_key(key: str) -> Sweep:
    """Find a sweep."""
    return next(each for each in SWEEPS if each.key == key)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("corruption", CORRUPTIONS, ids=lambda each: each.key)
def test_a_corruption_gives_ink_of_the_same_shape(
    corruption: Corruption, shape: tuple[int, ...]
) -> None:
    """Seeded, for any size, and what it was given stays."""
    images = glyphs(shape)
    before = images.copy()

    made = corruption.apply(images, default_rng(1))

    np.testing.assert_array_equal(images, before)
    np.testing.assert_array_equal(made, corruption.apply(images, default_rng(1)))
    assert (made.dtype, made.shape) == (np.float32, images.shape)
    assert made.min() >= 0
    assert made.max() <= 1
    assert shape == (2, 3, 3) or not np.array_equal(made, images)


@pytest.mark.parametrize("shape", SHAPES, ids=str)
@pytest.mark.parametrize("sweep", SWEEPS, ids=lambda each: each.key)
def test_a_sweep_begins_with_the_images_as_they_are(
    sweep: Sweep, shape: tuple[int, ...]
) -> None:
    """And moves further away from them with its strength."""
    images = glyphs(shape)
    changes = [
        sweeps.changed(sweep, images, strength, default_rng(1))
        for strength in sweep.strengths
    ]

    away = [float(np.abs(each - images).mean()) for each in changes]
    nought = sweep.strengths.index(0)
    assert away[nought] == 0
    assert 5 <= len(sweep.strengths) <= 7
    assert {(each.dtype.name, each.shape) for each in changes} == {("float32", shape)}
    if shape == (3, 28, 28):
        assert min(away[:nought] + away[nought + 1 :]) > 0
        assert away[-1] > away[nought + 1]


def test_an_affine_change_is_that_of_scipy() -> None:
    """Linear interpolation about the middle, paper beyond the edges."""
    images = glyphs((4, 12, 9))
    matrix, shift = np.array([[0.8, 0.3], [-0.2, 1.1]]), (1.5, -0.25)
    # SciPy's coordinates are (row, column), and ours (x, y).
    swapped, middle = matrix[::-1, ::-1], np.array([5.5, 4.0])
    offset = middle - swapped @ middle + shift[::-1]

    made = warps.affine(images, [matrix], np.zeros(4, np.int64), shifts=[shift])

    for image, found in zip(images, made, strict=True):
        expected = ndimage.affine_transform(image, swapped, offset, order=1)
        inside = ndimage.affine_transform(np.ones_like(image), swapped, offset, order=1)
        np.testing.assert_allclose(found[inside == 1], expected[inside == 1], atol=1e-6)


def test_a_shift_moves_ink_by_whole_pixels() -> None:
    """To one of four sides, by as many pixels as the image has times 28."""
    image = np.zeros((200, 56, 56), np.float32)
    image[:, 30, 20] = 1

    made = sweeps.changed(by_key("shift"), image, 3, default_rng(0))

    places = set(zip(*np.nonzero(made)[1:], strict=True))
    assert places == {(30, 26), (30, 14), (36, 20), (24, 20)}


@pytest.mark.parametrize(("pixels", "width"), [(2, 8), (4, 10), (-2, 4)])
def test_strokes_get_thicker_by_pixels(pixels: float, width: int) -> None:
    """As much on both sides."""
    bar = np.zeros((1, 28, 28), np.float32)
    bar[:, :, 10:16] = 1

    made = sweeps.changed(by_key("thickness"), bar, pixels, default_rng(0))

    assert made[0, 14].sum() == width


def test_half_a_step_is_half_of_the_ink() -> None:
    bar = np.zeros((1, 28, 28), np.float32)
    bar[:, :, 10:16] = 1

    made = sweeps.changed(by_key("thickness"), bar, 1, default_rng(0))

    assert made[0, 14].sum() == 7


def test_motion_blur_smears_what_is_at_rest_in_one_direction_only() -> None:
    """A level smear of a level line changes nothing but its ends."""
    line = np.zeros((1, 28, 28), np.float32)
    line[0, 14, :] = 1

    made = warps.motion_blur(line, np.array([0]), radius=10, sigma=3)

    np.testing.assert_allclose(made, line, atol=1e-6)


def test_edges_of_a_square_are_a_closed_line_around_it() -> None:
    """One pixel wide, as sides of a square are known."""
    square = np.zeros((2, 28, 28), np.float32)
    square[0, 8:20, 8:20] = 1

    found = edges.canny(square)

    assert not found[1].any()
    assert set(np.unique(found)) == {0, 1}
    inside, count = ndimage.label(found[0] == 0)
    assert count == 2
    assert inside[14, 14] != inside[0, 0]
    assert found[0, 14].sum() in (2, 4)
    np.testing.assert_array_equal(found[0], found[0].T)


def test_weak_edges_count_only_beside_strong_ones() -> None:
    """Alone, faint ink is nothing."""
    faint = np.zeros((1, 28, 28), np.float32)
    faint[0, :, 14:] = 0.04

    assert not edges.canny(faint).any()
    assert edges.canny(10 * faint).any()


def test_a_line_fades_to_both_sides() -> None:
    """By the logarithm of the distance, as MNIST-C has it."""
    starts, ends = np.array([[0.0], [10.0]]), np.array([[27.0], [10.0]])

    ink = overlays.line_ink(np.zeros((1, 28, 28), np.float32), starts, ends)

    expected = [0, np.log(1 - 1 / 2.3) + 1, 1, np.log(1 - 1 / 2.3) + 1, 0]
    np.testing.assert_allclose(ink[0, 8:13, 5], expected, atol=1e-6)
    assert not ink[0, :, 27].any()


def test_no_pixel_is_lost_when_they_are_swapped() -> None:
    images = glyphs()

    made = overlays.shuffled(images, default_rng(0), num_rounds=2)

    assert not np.array_equal(made, images)
    np.testing.assert_array_equal(
        np.sort(made.reshape(3, -1)), np.sort(images.reshape(3, -1))
    )
