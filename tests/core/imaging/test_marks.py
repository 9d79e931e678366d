"""Dots, accents and second bars belong to a character; specks and lines do not."""

from collections.abc import Sequence

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.errors import BlankDrawingError
from core.imaging.glyphs import steps_of_picture
from core.imaging.ink import ink_of_picture
from core.imaging.marks import character_only
from core.imaging.pictures import RgbaImage
from core.imaging.strokes import Strokes
from core.imaging.strokes import ink as draw
from core.imaging.styles import glyph_steps
from core.types import GrayImage

SIDE = 300
STEM = 120, 140, 80
"""First row, first column and height of the stem of an i in these pictures."""

Box = tuple[int, int, int, int]
"""First row, first column, height and width."""


def boxes(*marks: Box, side: int = SIDE) -> GrayImage:
    ink = np.zeros((side, side), dtype=np.float32)
    for top, left, height, width in marks:
        ink[top : top + height, left : left + width] = 1.0
    return ink


def stem(pen: int) -> Box:
    return *STEM, pen


def lines(pen: int, *drawn: Sequence[float]) -> GrayImage:
    """Draw lines through points given as x, y, x, y and so on."""
    picture = Image.new("L", (SIDE, SIDE))
    for points in drawn:
        ImageDraw.Draw(picture).line(list(points), fill=255, width=pen)
    return np.asarray(picture, dtype=np.float32) / 255


def ring(top: int, left: int, side: int, pen: int) -> GrayImage:
    picture = Image.new("L", (SIDE, SIDE))
    box = [left, top, left + side - 1, top + side - 1]
    ImageDraw.Draw(picture).ellipse(box, outline=255, width=pen)
    return np.asarray(picture, dtype=np.float32) / 255


def black_on_white(ink: GrayImage) -> RgbaImage:
    tones = np.rint(255 * (1 - ink)).astype(np.uint8)
    return np.dstack([tones, tones, tones, np.full_like(tones, 255)])


@pytest.mark.parametrize("pen", [4, 8, 14], ids=lambda pen: f"pen {pen}")
@pytest.mark.parametrize("gap", [3, 30, 45, 60, 78], ids=lambda gap: f"gap {gap}")
@pytest.mark.parametrize("dot", [0.7, 1.0, 1.8], ids=lambda dot: f"dot {dot}")
def test_an_i_keeps_its_dot(pen: int, gap: int, dot: float) -> None:
    """Without it, it is an l or a 1."""
    size = round(dot * pen)
    ink = boxes(stem(pen), (STEM[0] - gap - size, STEM[1], size, size))

    np.testing.assert_array_equal(character_only(ink), ink)


@pytest.mark.parametrize(
    "marks",
    [
        [stem(8), (70, 172, 8, 8)],
        [stem(8), (70, 124, 8, 8), (70, 156, 8, 8)],
        [stem(8), (235, 140, 8, 8)],
        [(100, 100, 8, 80), (134, 104, 8, 78)],
        [(100, 100, 8, 60), (158, 96, 8, 75)],
        [(100, 140, 8, 8), (160, 141, 8, 8)],
        [(140, 140, 8, 8), (180, 136, 26, 8)],
        [(140, 100, 8, 80), (100, 136, 9, 9), (180, 136, 9, 9)],
        [stem(8), (64, 128, 9, 36)],
        [stem(8), (130, 160, 60, 8)],
    ],
    ids=[
        "slanted i",
        "i with diaeresis",
        "exclamation mark",
        "equals sign",
        "equals sign, its bars far apart",
        "colon",
        "semicolon",
        "division sign",
        "i with macron",
        "a stroke beside another",
    ],
)
def test_a_character_of_several_marks_is_kept_whole(marks: list[Box]) -> None:
    """Letters and signs of many scripts are written in several strokes."""
    ink = boxes(*marks)

    np.testing.assert_array_equal(character_only(ink), ink)


def test_the_dots_of_a_thin_pen_are_not_dust() -> None:
    """Each dot of this u is less than 2 % of the ink, which is dust elsewhere."""
    bowl = lines(3, [80, 120, 80, 220, 180, 220, 180, 120], [180, 120, 180, 230])
    ink = np.maximum(bowl, boxes((90, 100, 3, 3), (90, 150, 3, 3)))
    assert 0.02 * bowl.sum() > 3 * 3

    np.testing.assert_array_equal(character_only(ink), ink)


def test_a_circle_for_a_dot_does_not_lose_its_i() -> None:
    """It has more ink than the stem, so the stem is the smaller mark of the two."""
    circle = ring(40, 128, 32, 8)
    ink = np.maximum(circle, boxes((92, 140, 60, 8)))
    assert circle.sum() > 60 * 8

    np.testing.assert_array_equal(character_only(ink), ink)


def test_the_dot_stays_in_a_picture_cropped_to_its_letter() -> None:
    """There, both the dot and the stem are cut off by the edge, but not strangers."""
    ink = boxes(stem(8), (60, 140, 8, 8))[60:200, 140:148]

    np.testing.assert_array_equal(character_only(ink), ink)


@pytest.mark.parametrize(
    "speck",
    [
        (70, 142, 4, 4),
        (20, 140, 8, 8),
        (70, 90, 8, 8),
        (70, 245, 8, 8),
        (250, 140, 8, 8),
        (15, 140, 62, 8),
        (0, 140, 50, 8),
        (50, 20, 3, 250),
        (250, 20, 3, 250),
        (260, 0, 2, SIDE),
    ],
    ids=[
        "thinner than the pen",
        "far above",
        "left of above",
        "right of above",
        "far below",
        "as tall as the character",
        "cut off by the edge",
        "ruled line above",
        "ruled line below",
        "ruled line across the paper",
    ],
)
def test_what_does_not_look_like_a_dot_is_wiped_off(speck: Box) -> None:
    """Dust, lines and a second character shift and shrink what is read."""
    character = np.maximum(
        boxes(stem(8)), lines(8, [143, 130, 200, 130, 200, 190, 143, 190])
    )
    ink = np.maximum(character, boxes(speck))

    np.testing.assert_array_equal(character_only(ink), character)


def test_a_ruled_line_is_not_the_second_bar_of_a_minus() -> None:
    """The bars of an equals sign are of much the same length."""
    minus = boxes((100, 120, 14, 70))
    ink = np.maximum(minus, boxes((160, 20, 3, 250)))

    np.testing.assert_array_equal(character_only(ink), minus)


def test_a_speck_inside_a_thin_loop_is_dust() -> None:
    """Dots stand above and below; beside thin strokes, weight decides as elsewhere."""
    loop = ring(60, 60, 160, 4)
    ink = np.maximum(loop, boxes((120, 180, 4, 4)))

    np.testing.assert_array_equal(character_only(ink), loop)


def test_a_speck_far_away_goes_while_the_dot_stays() -> None:
    """Dust on the sheet must not cost the letter its dot."""
    letter = boxes(stem(8), (60, 141, 8, 8))
    ink = np.maximum(letter, boxes((250, 20, 8, 8), (20, 270, 8, 8)))

    np.testing.assert_array_equal(character_only(ink), letter)


def test_dotted_paper_is_not_full_of_dots_of_an_i() -> None:
    """Where specks of the pen's size are everywhere, those above mean nothing."""
    letter = lines(4, [140, 100, 140, 200, 200, 200, 200, 100, 140, 100])
    grid = [
        (top, left, 4, 4)
        for top in range(15, SIDE, 42)
        for left in (20, 60, 168, 230, 270)
        if not 90 < top < 210
    ]

    found = character_only(np.maximum(letter, boxes(*grid)))

    np.testing.assert_array_equal(found, letter)


def test_two_specks_on_an_empty_sheet_are_no_colon() -> None:
    """A sheet is blank, whatever dust lies on it."""
    ink = boxes((100, 140, 4, 4), (120, 140, 4, 4))

    with pytest.raises(BlankDrawingError):
        ink_of_picture(black_on_white(ink))


def test_an_i_is_the_same_from_the_canvas_and_from_its_picture() -> None:
    """A drawing is read as it is, dot and all; a saved picture must give the same."""
    paths = (np.array([(148, 100), (148, 240)]), np.array([(148, 64)]))
    drawn = Strokes(
        tuple(path.astype(np.float32) for path in paths), (8, 8), (280, 280)
    )
    ink = draw(drawn)

    np.testing.assert_allclose(
        steps_of_picture(black_on_white(ink), "emnist", (28, 28)).glyph,
        glyph_steps(ink, "emnist", (28, 28)).glyph,
        atol=0.02,
    )
