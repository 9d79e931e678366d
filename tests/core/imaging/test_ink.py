"""Ink is found on any paper, in any light, and nothing else is taken for it."""

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw

from core.errors import BlankDrawingError, PictureError
from core.imaging.glyphs import steps_of_picture
from core.imaging.ink import ink_of_picture
from core.imaging.normalise import to_mnist_format
from core.imaging.pictures import RgbaImage
from core.types import GrayImage

SIDE = 240
CLOSE = 0.06
"""Mean difference of two images of one character; of two characters it is over 0.1."""

MNIST = ("mnist", (28, 28))


def strokes(side: int = SIDE) -> GrayImage:
    """A 4: an angle, a bar and a long stroke, drawn large and made smooth."""
    big = Image.new("L", (side * 4, side * 4))
    pen = ImageDraw.Draw(big)
    unit = side * 4 / 100
    for line in ([50, 22, 28, 55, 68, 55], [58, 35, 52, 80]):
        pen.line([value * unit for value in line], fill=255, width=int(6 * unit))
    return np.asarray(big.reduce(4), dtype=np.float32) / 255


def picture(
    ink: GrayImage,
    paper: tuple[float, ...] = (1.0, 1.0, 1.0),
    pen: tuple[float, ...] = (0.0, 0.0, 0.0),
) -> NDArray[np.float32]:
    """Lay ink of a colour on paper of a colour; float32 (height, width, 3)."""
    shares = ink[..., None]
    return (1 - shares) * np.float32(paper) + shares * np.float32(pen)


def rgba(colours: NDArray[np.float32], alpha: GrayImage | float = 1.0) -> RgbaImage:
    image = np.empty((*colours.shape[:2], 4), dtype=np.float32)
    image[..., :3] = colours
    image[..., 3] = alpha
    return np.rint(np.clip(image, 0, 1) * 255).astype(np.uint8)


def difference(image: RgbaImage) -> float:
    """How far the glyph of a picture is from that of the clean strokes."""
    expected = to_mnist_format(strokes())
    return float(np.abs(steps_of_picture(image, *MNIST).glyph - expected).mean())


def light() -> NDArray[np.float32]:
    """A lamp at the top left: the far corner gets under half of the light."""
    slope = np.linspace(1.0, 0.65, SIDE, dtype=np.float32)
    return (slope[:, None] * slope)[..., None]


def test_clean_ink_is_found_exactly() -> None:
    """A drawing program's picture must not be blurred or cut by the cleaning."""
    np.testing.assert_allclose(
        ink_of_picture(rgba(picture(strokes()))), strokes(), atol=0.01
    )


def test_dark_on_light_equals_light_on_dark() -> None:
    """Nobody should have to say which of the two a picture is."""
    dark = ink_of_picture(rgba(picture(strokes())))
    bright = ink_of_picture(rgba(picture(1 - strokes())))

    np.testing.assert_allclose(dark, bright, atol=0.01)


@pytest.mark.parametrize(
    ("paper", "pen"),
    [
        ((0.95, 0.75, 0.35), (0.1, 0.2, 0.6)),
        ((0.9, 0.9, 0.9), (0.7, 0.7, 0.7)),
        ((0.15, 0.25, 0.2), (0.9, 0.9, 0.85)),
    ],
    ids=["blue on an envelope", "pale pencil", "chalk on a board"],
)
def test_colour_and_contrast_do_not_matter(
    paper: tuple[float, ...], pen: tuple[float, ...]
) -> None:
    """The ink is what differs from its paper, however little."""
    assert difference(rgba(picture(strokes(), paper, pen))) < 0.01


@pytest.mark.parametrize("tone", [0.0, 1.0], ids=["black", "white"])
def test_strokes_on_nothing_are_found_in_the_opacity(tone: float) -> None:
    """Black ink on a transparent background has RGB all zero: only alpha tells."""
    colours = np.full((SIDE, SIDE, 3), tone, dtype=np.float32)

    np.testing.assert_allclose(
        ink_of_picture(rgba(colours, strokes())), strokes(), atol=0.01
    )


def test_what_lies_hidden_under_full_transparency_is_not_ink() -> None:
    """Programs leave any colour in pixels that nobody can see."""
    colours = picture(1 - strokes())
    colours[:100] = 0.5
    alpha = strokes()

    assert difference(rgba(np.where(alpha[..., None] > 0, 0, colours), alpha)) < 0.01


def test_a_cut_out_photo_is_laid_on_its_own_paper() -> None:
    """Round transparent corners must not become four black marks."""
    y, x = np.mgrid[-1 : 1 : SIDE * 1j, -1 : 1 : SIDE * 1j]
    disc = (x * x + y * y < 1).astype(np.float32)
    image = rgba(picture(strokes(), (0.8, 0.8, 0.7), (0.2, 0.2, 0.2)), disc)

    assert difference(image) < 0.02


def test_uneven_light_and_noise_do_not_matter() -> None:
    """One threshold for the whole photo would take the dark corner for ink."""
    noise = np.random.default_rng(0).normal(0, 0.02, (SIDE, SIDE, 3))
    photo = picture(strokes(), (0.9, 0.9, 0.85), (0.45, 0.45, 0.5)) * light()

    assert difference(rgba((photo + noise).astype(np.float32))) < CLOSE


def test_large_pale_strokes_in_uneven_light_are_not_taken_for_paper() -> None:
    """A paper estimate that follows thick strokes would eat them where they meet."""
    tall = np.zeros((SIDE, SIDE), dtype=np.float32)
    tall[20:220, 100:130] = 1.0
    tall[20:50, 60:170] = 1.0
    tall[105:135, 60:170] = 1.0
    photo = picture(tall, (0.9, 0.9, 0.9), (0.45, 0.45, 0.45)) * light()

    found = ink_of_picture(rgba(photo))

    assert found[tall > 0].min() > 0.7
    assert found[tall == 0].max() < 0.05


def test_the_shadow_of_a_hand_is_not_ink() -> None:
    """The commonest flaw of photos taken from above."""
    photo = picture(strokes(), (0.9, 0.9, 0.85), (0.15, 0.15, 0.2)) * light()
    photo[:, 190:] *= 0.7

    assert difference(rgba(photo)) < CLOSE


def test_dust_does_not_move_the_box() -> None:
    """One speck in a corner would shrink the character to a half."""
    ink = strokes()
    ink[8:11, 225:228] = 1.0
    ink[230:232, 20:23] = 0.8

    assert difference(rgba(picture(ink))) < 0.01


def test_the_edge_of_the_table_is_not_the_character() -> None:
    """It is far larger than the character, but it comes in from outside."""
    photo = picture(strokes(), (0.9, 0.9, 0.9), (0.2, 0.2, 0.2))
    photo[:, :18] = 0.15
    photo[:14] = 0.15

    assert difference(rgba(photo)) < 0.02


def test_a_stroke_that_does_not_touch_the_rest_belongs_to_it() -> None:
    """The bar of a 5 is often a stroke of its own."""
    ink = strokes()
    ink[40:52, 150:190] = 1.0

    found = ink_of_picture(rgba(picture(ink)))

    assert (found[40:52, 150:190] > 0.9).all()


def test_a_character_that_fills_the_picture_is_found() -> None:
    """Pictures are often cropped tightly, so the border is partly ink."""
    rows, columns = np.nonzero(strokes() > 0)
    box = np.s_[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]

    assert difference(rgba(picture(strokes()[box]))) < 0.01


@pytest.mark.parametrize(
    ("tone", "shape"),
    [(0.0, (28, 28)), (0.5, (1, 1)), (0.5, (240, 320)), (1.0, (28, 28))],
    ids=["black", "one grey pixel", "grey photo", "white"],
)
def test_one_colour_is_a_blank_picture(tone: float, shape: tuple[int, int]) -> None:
    """There is no ink to read, whatever the colour."""
    with pytest.raises(BlankDrawingError, match="got a blank one"):
        ink_of_picture(rgba(np.full((*shape, 3), tone, dtype=np.float32)))


@pytest.mark.parametrize("speck", [0, 3], ids=["noise", "noise and dust"])
def test_an_empty_sheet_in_a_photo_is_blank(speck: int) -> None:
    """Noise, light and a speck are no character."""
    noise = np.random.default_rng(1).normal(0, 0.02, (SIDE, SIDE, 3))
    photo = picture(np.zeros((SIDE, SIDE), np.float32), (0.9, 0.9, 0.9)) * light()
    photo[50 : 50 + speck, 70 : 70 + speck] = 0.1

    with pytest.raises(BlankDrawingError):
        ink_of_picture(rgba((photo + noise).astype(np.float32)))


@pytest.mark.parametrize(
    "wrong",
    [
        np.zeros((28, 28), np.uint8),
        np.zeros((28, 28, 3), np.uint8),
        np.zeros((28, 28, 4), np.float32),
        np.zeros((0, 28, 4), np.uint8),
    ],
    ids=["grey", "no alpha", "floats", "empty"],
)
def test_an_array_that_is_no_picture_is_an_error(wrong: RgbaImage) -> None:
    """The message says what was expected and what came."""
    with pytest.raises(PictureError, match=r"\(height, width, 4\) and type uint8"):
        ink_of_picture(wrong)
