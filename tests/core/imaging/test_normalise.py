"""The MNIST format, checked against its rules and numbers worked out by hand."""

import numpy as np
import pytest

from core.errors import BlankDrawingError, PictureError
from core.imaging.normalise import to_mnist_format, to_mnist_steps
from core.types import GrayImage
from tests.rounding import assert_same_but_rounded

CANVAS = (280, 280)


def bar(height: int, width: int, *, top: int, left: int) -> GrayImage:
    ink = np.zeros(CANVAS, dtype=np.float32)
    ink[top : top + height, left : left + width] = 1.0
    return ink


def hook(*, size: int = 1) -> GrayImage:
    """An L of strokes 3 wide: its mass is far from the middle of its box."""
    ink = np.zeros((40, 30), dtype=np.float32)
    ink[5:35, 5:8] = 1.0
    ink[32:35, 5:25] = 1.0
    return np.kron(ink, np.ones((size, size), dtype=np.float32))


def box_of(glyph: GrayImage) -> tuple[int, int]:
    rows, columns = np.nonzero(glyph > 0)
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


@pytest.mark.parametrize(("top", "left"), [(0, 0), (150, 10), (60, 230), (180, 240)])
def test_where_it_was_drawn_does_not_matter(top: int, left: int) -> None:
    """The same stroke gives the same image from any corner of the canvas."""
    expected = to_mnist_format(bar(100, 40, top=90, left=120))

    np.testing.assert_array_equal(
        to_mnist_format(bar(100, 40, top=top, left=left)), expected
    )


def test_the_image_has_the_shape_type_and_range_of_the_training_images() -> None:
    """A network given anything else answers, but wrongly."""
    glyph = to_mnist_format(hook())

    assert glyph.shape == (28, 28)
    assert glyph.dtype == np.float32
    assert glyph.min() == 0.0
    assert glyph.max() == 1.0


@pytest.mark.parametrize(
    ("height", "width", "expected"),
    [(100, 40, (20, 8)), (40, 100, (8, 20)), (10, 5, (20, 10)), (20, 20, (20, 20))],
    ids=["tall", "wide", "small", "square"],
)
def test_the_longer_side_becomes_twenty_pixels(
    height: int, width: int, expected: tuple[int, int]
) -> None:
    """MNIST kept the proportions and filled 20 of the 28 pixels."""
    assert box_of(to_mnist_format(bar(height, width, top=50, left=60))) == expected


def test_the_centre_of_mass_is_near_index_fourteen() -> None:
    """Centring the box, or the mass at 13.5, shifts the glyph from the training set."""
    glyph = to_mnist_format(hook())

    for axis in (0, 1):
        profile = glyph.sum(axis=1 - axis)
        mass_centre = float(profile @ np.arange(28) / profile.sum())
        assert 13.5 <= mass_centre < 14.5


def test_a_centred_square_lies_where_the_rule_puts_it() -> None:
    """By hand: barycentre 10 in the 20 x 20, so the box begins at int(15 - 10) = 5."""
    glyph = to_mnist_format(bar(20, 20, top=30, left=30))

    expected = np.zeros((28, 28), dtype=np.float32)
    expected[5:25, 5:25] = 1.0
    np.testing.assert_allclose(glyph, expected, atol=1e-6)


def test_ink_below_ten_pixels_is_not_blown_up_to_fill_the_box() -> None:
    """A dot stays a dot: 1 pixel in a square of 10 is 2 of the 20 pixels."""
    glyph = to_mnist_format(bar(1, 1, top=100, left=100))

    assert box_of(glyph) == (2, 2)
    assert_same_but_rounded(glyph[glyph > 0], 1, terms=1)


def test_small_ink_is_doubled_before_it_is_scaled() -> None:
    """By hand: side 15 is doubled to 30, so each pixel averages 1.5 of those."""
    ink = np.zeros((15, 15), dtype=np.float32)
    ink[:, 0] = 1.0
    ink[0, :] = 1.0
    ink[14, 14] = 1.0

    glyph = to_mnist_format(ink)

    bottom_row = glyph[np.nonzero(glyph.any(axis=1))[0][-1]]
    start = np.nonzero(bottom_row)[0][0]
    np.testing.assert_allclose(
        bottom_row[start : start + 3], [1.0, 1 / 3, 0], atol=1e-6
    )


@pytest.mark.parametrize("size", [2, 5, 12])
def test_the_size_of_the_drawing_hardly_matters(size: int) -> None:
    """A large and a small drawing of one character are the same character."""
    difference = np.abs(to_mnist_format(hook(size=size)) - to_mnist_format(hook()))

    assert difference.max() < 1e-5


def test_weak_ink_is_brought_to_full_strength() -> None:
    """The strongest ink of every MNIST image is 255."""
    np.testing.assert_allclose(
        to_mnist_format(0.3 * hook()), to_mnist_format(hook()), atol=1e-6
    )


def test_an_image_in_the_format_stays_as_it_is() -> None:
    """So MNIST's own images pass through unchanged, which the accuracy relies on."""
    glyph = to_mnist_format(hook())

    np.testing.assert_allclose(to_mnist_format(glyph), glyph, atol=0.02)


@pytest.mark.parametrize(
    "place", [(slice(0, 3), slice(None)), (slice(None), slice(297, 300))]
)
def test_lopsided_ink_still_fits_in_the_field(place: tuple[slice, slice]) -> None:
    """Mass at the rim of the box would push the box out of the 28 pixels."""
    ink = np.full((300, 300), 0.06, dtype=np.float32)
    ink[place] = 1.0

    glyph = to_mnist_format(ink)

    assert box_of(glyph) == (20, 20)


def test_a_huge_thin_line_takes_little_memory() -> None:
    """Its square would have ten thousand million pixels."""
    ink = np.ones((2, 100_000), dtype=np.float32)

    steps = to_mnist_steps(ink)

    assert max(steps.square.shape) <= 1000
    assert box_of(steps.glyph)[1] == 20


def test_the_steps_show_the_box_and_the_square_around_it() -> None:
    """The screen shows them, so they must be what the glyph was made from."""
    steps = to_mnist_steps(bar(100, 40, top=10, left=20))

    assert steps.box.shape == (100, 40)
    assert steps.square.shape == (100, 100)
    np.testing.assert_array_equal(steps.square[:, 30:70], steps.box)
    assert steps.square.sum() == steps.box.sum()


@pytest.mark.parametrize("shape", [(280, 280), (1, 1), (0, 5)])
def test_a_blank_drawing_is_an_error(shape: tuple[int, int]) -> None:
    """A blank canvas read as a digit is the first thing users complain about."""
    with pytest.raises(BlankDrawingError, match="Draw a character first"):
        to_mnist_format(np.zeros(shape, dtype=np.float32))


@pytest.mark.parametrize(
    "wrong",
    [np.ones((28, 28, 3)), np.ones(784), np.full((28, 28), np.nan)],
    ids=["colour", "flat", "not a number"],
)
def test_an_array_that_is_not_one_image_is_an_error(wrong: GrayImage) -> None:
    """A wrong shape would otherwise give a plausible nonsense image."""
    with pytest.raises(PictureError, match=r"Expected ink of shape \(height, width\)"):
        to_mnist_format(wrong)
