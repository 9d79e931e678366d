"""Lines, boxes, bars and tables are told from ink, and straight strokes from them."""

import numpy as np
import pytest
from PIL import Image, ImageDraw

from core.errors import BlankDrawingError
from core.imaging.glyphs import steps_of_ink, steps_of_picture
from core.imaging.ink import plain_ink, read_character_ink, read_picture_ink
from core.imaging.pictures import RgbaImage
from tests.core.imaging.made_paper import (
    INK,
    SIDE,
    STROKES,
    page,
    photographed,
    rgba,
    rule,
    write,
)

CLOSE = 0.03
"""Mean difference of two images of one character; of two characters it is over 0.1."""


def difference(picture: RgbaImage, name: str = "5") -> float:
    """How far the image of a character is from the one on clean paper."""
    clean = steps_of_picture(rgba(write(page(), name)), "mnist", (28, 28)).glyph
    found = steps_of_picture(picture, "mnist", (28, 28)).glyph
    return float(np.abs(found - clean).mean())


@pytest.mark.parametrize("is_squared", [False, True], ids=["ruled", "squared"])
@pytest.mark.parametrize("slope", [0.0, 0.04, -0.1])
@pytest.mark.parametrize("light", [None, photographed], ids=["scan", "photo"])
@pytest.mark.parametrize("name", ["5", "4", "7"])
def test_lines_of_paper_are_removed(
    name: str, light: object, slope: float, *, is_squared: bool
) -> None:
    """What crosses them is kept: without them, the image is that on clean paper."""
    image = write(rule(page(), is_squared=is_squared, slope=slope), name)

    assert difference(rgba(image, light), name) < CLOSE


def test_removed_lines_are_counted() -> None:
    """The reader learns what was done to the picture."""
    found = read_picture_ink(rgba(write(rule(page(), gap=49), "5")))

    assert found.remarks == ("Removed the lines of ruled paper (6 lines).",)
    assert found.doubt == ""


def test_red_margin_is_removed_with_the_lines() -> None:
    """It is one line alone, but pale and thin."""
    image = rule(page())
    ImageDraw.Draw(image).line([60, 0, 60, SIDE], (225, 140, 140), 2)

    assert difference(rgba(write(image, "5"))) < CLOSE


def test_all_characters_on_the_lines_are_left() -> None:
    """A number on squared paper is cut into its digits later."""
    image = rule(page(), is_squared=True)
    for left in (20, 115, 210):
        write(image, "5", box=(left, 110, 70), pen=8)

    found = read_picture_ink(rgba(image)).ink

    clean = page()
    for left in (20, 115, 210):
        write(clean, "5", box=(left, 110, 70), pen=8)
    assert np.abs(found - plain_ink(rgba(clean))).mean() < 0.01


def test_empty_ruled_paper_is_blank() -> None:
    """Its lines are no character."""
    with pytest.raises(BlankDrawingError, match="got a blank one"):
        read_character_ink(rgba(rule(page())))


@pytest.mark.parametrize("name", sorted(STROKES))
@pytest.mark.parametrize("pen", [5, 12, 22])
@pytest.mark.parametrize("is_tight", [False, True], ids=["with margin", "tight"])
def test_straight_strokes_are_no_lines_boxes_or_bars(
    name: str, pen: int, *, is_tight: bool
) -> None:
    """The bars of an E are parallel, and cropped tightly they cross the picture."""
    image = write(page(), name, box=(60, 60, 180), pen=pen)
    if is_tight:
        inked = np.asarray(image.convert("L")) < 200
        rows, columns = np.flatnonzero(inked.any(1)), np.flatnonzero(inked.any(0))
        image = image.crop((columns[0], rows[0], columns[-1] + 1, rows[-1] + 1))
        if inked[inked.any(1)][:, inked.any(0)].all():
            pytest.skip("Nothing is left but ink.")

    found = read_picture_ink(rgba(image))

    assert found.remarks == ()
    np.testing.assert_array_equal(found.ink, plain_ink(rgba(image)))


@pytest.mark.parametrize("gap", [12, 40])
@pytest.mark.parametrize("turn", [0, 4])
def test_printed_box_is_removed(gap: int, turn: int) -> None:
    """It is larger than the character and as dark."""
    image = write(page(), "5")
    corners = (100 - gap, 90 - gap, 220 + gap, 210 + gap)
    ImageDraw.Draw(image).rectangle(corners, outline=INK, width=3)
    turned = image.rotate(turn, Image.Resampling.BICUBIC, fillcolor=(250, 250, 250))
    clean = write(page(), "5").rotate(
        turn, Image.Resampling.BICUBIC, fillcolor=(250, 250, 250)
    )

    found = read_picture_ink(rgba(turned))

    assert found.remarks == ("Removed the box around what is written.",)
    assert np.abs(found.ink - plain_ink(rgba(clean))).mean() < 0.005


def test_boxes_of_a_form_are_removed_and_all_that_is_in_them_is_left() -> None:
    """Forms have a box for each digit, side by side."""
    image, clean = page(), page()
    for index in range(3):
        left = 20 + 85 * index
        box = (left, 100, left + 85, 200)
        ImageDraw.Draw(image).rectangle(box, outline=INK, width=2)
        for each in (image, clean):
            write(each, "5", box=(left + 18, 122, 52), pen=7)

    found = read_picture_ink(rgba(image))

    assert np.abs(found.ink - plain_ink(rgba(clean))).mean() < 0.005


def test_box_of_the_same_pen_leaves_a_doubt() -> None:
    """It may be the outer one of two, as in a Chinese character."""
    image = write(page(), "box", box=(50, 50, 200), pen=8)
    write(image, "5", box=(110, 110, 80), pen=8)

    assert "crop the picture" in read_character_ink(rgba(image)).doubt


def test_doubt_and_remarks_go_on_to_the_steps() -> None:
    """Whoever shows the model input can say them."""
    image = write(page(), "box", box=(50, 50, 200), pen=8)
    found = read_character_ink(rgba(write(image, "5", box=(110, 110, 80), pen=8)))

    steps = steps_of_ink(found, "mnist", (28, 28))

    assert (steps.remarks, steps.doubt) == (found.remarks, found.doubt)


def test_more_ink_beside_the_character_leaves_a_doubt() -> None:
    """Of three digits far apart, one is answered for: which was meant?"""
    image = page(side=600)
    for left in (20, 250, 480):
        write(image, "5", box=(left, 240, 90), pen=10)

    assert "Only 3" in read_character_ink(rgba(image)).doubt


@pytest.mark.parametrize("tone", [0, 60, 255], ids=["black", "grey", "white"])
@pytest.mark.parametrize("is_tall", [False, True], ids=["sides", "above and below"])
def test_bars_of_a_screenshot_are_cut_off(tone: int, *, is_tall: bool) -> None:
    """They are not paper, though most of the picture's border is theirs."""
    size = (SIDE, 2 * SIDE) if is_tall else (2 * SIDE, SIDE)
    screen = Image.new("RGB", size, (tone, tone, tone))
    place = (0, SIDE // 2) if is_tall else (SIDE // 2, 0)
    screen.paste(write(page(tone=(215, 215, 205)), "5"), place)

    found = read_character_ink(rgba(screen))

    assert found.remarks == ("Cut off the bars along the edge of the picture.",)
    assert difference(rgba(screen)) < CLOSE


@pytest.mark.parametrize("table", [(70, 60, 50), (110, 110, 110), (20, 40, 80)])
@pytest.mark.parametrize("turn", [0, 8, -14])
@pytest.mark.parametrize("light", [None, photographed], ids=["even", "photo"])
def test_card_is_cut_out_of_its_table_and_set_upright(
    table: tuple[int, int, int], turn: int, light: object
) -> None:
    """A card is paler than the table, as ink is on a board; it has four sides."""
    card = write(page(), "5").convert("RGBA")
    picture = Image.new("RGB", (560, 500), table)
    turned = card.rotate(turn, Image.Resampling.BICUBIC, expand=True)
    picture.paste(turned, (80, 60), turned)

    found = read_character_ink(rgba(picture, light))

    assert found.remarks == ("Cut out the sheet of paper from what it lies on.",)
    assert difference(rgba(picture, light)) < 2 * CLOSE


def test_card_seen_at_an_angle_is_rectified() -> None:
    """Its far side is shorter in the picture, and not on it."""
    card = write(page(), "5")
    corners = [(110, 80), (390, 100), (450, 400), (60, 380)]
    rows, values = [], []
    for (x, y), (u, v) in zip(
        corners, [(0, 0), (SIDE, 0), (SIDE, SIDE), (0, SIDE)], strict=True
    ):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    factors = tuple(np.linalg.solve(np.array(rows, float), np.array(values, float)))
    seen = card.transform(
        (500, 480),
        Image.Transform.PERSPECTIVE,
        factors,
        Image.Resampling.BICUBIC,
        fillcolor=(60, 50, 40),
    )

    assert difference(rgba(seen)) < 2 * CLOSE


def test_page_of_text_is_left_as_it_is() -> None:
    """Its lines are as regular as those of paper, and not lines."""
    image = page(side=600)
    draw = ImageDraw.Draw(image)
    for top in range(10, 580, 39):
        draw.text((10, top), "The EFTH quick 1234 =-+# dog" * 2, INK, font_size=24)

    found = read_picture_ink(rgba(image))

    assert found.remarks == ()
    np.testing.assert_array_equal(found.ink, plain_ink(rgba(image)))


def test_thick_letter_is_no_card() -> None:
    """A black square with nothing on it is ink."""
    image = page()
    ImageDraw.Draw(image).rectangle((80, 60, 180, 240), fill=INK)

    found = read_picture_ink(rgba(image))

    assert found.remarks == ()
    np.testing.assert_array_equal(found.ink, plain_ink(rgba(image)))
