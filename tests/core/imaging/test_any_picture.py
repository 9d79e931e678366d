"""However a character comes as a picture, its image is the same; odd files are told."""

import io
import tracemalloc
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, ImageOps

from core.errors import BlankDrawingError, PictureError
from core.imaging.glyphs import glyph_of_picture
from core.types import GrayImage
from tests.core.imaging.made_paper import SIDE, page, write

CLOSE = 0.03
"""Mean difference of two images of one character; of two characters it is over 0.1."""

MOST_MEMORY = 450e6
"""Bytes: a picture of 40 million pixels in four bytes, and what is made of it."""

Made = Callable[[Path], Path]


def five(
    *, side: int = SIDE, box: tuple[int, int, int] = (100, 90, 120), pen: int = 12
) -> Image.Image:
    return write(page(side=side), "5", box=box, pen=pen)


def difference(path: Path) -> float:
    """How far the image of a picture is from that of the clean one."""
    clean = io.BytesIO()
    five().save(clean, "PNG")
    clean.seek(0)
    expected = glyph_of_picture(clean, "mnist", (28, 28))
    return float(np.abs(glyph_of_picture(path, "mnist", (28, 28)) - expected).mean())


def turned(image: Image.Image, orientation: int, degrees: int, path: Path) -> None:
    exif = Image.Exif()
    exif[0x0112] = orientation
    image.rotate(degrees, expand=True).save(path, exif=exif)


WAYS: dict[str, Callable[[Path], None]] = {
    "in a corner": lambda path: five(box=(20, 15, 120)).save(path),
    "in the other corner": lambda path: five(box=(165, 160, 120)).save(path),
    "in a small picture": lambda path: five(side=150, box=(45, 40, 60), pen=6).save(
        path
    ),
    "in a large picture": lambda path: five(
        side=1500, box=(500, 450, 600), pen=60
    ).save(path),
    "small in a picture": lambda path: five(side=900).save(path),
    "light on dark": lambda path: ImageOps.invert(five()).save(path),
    "16 bits": lambda path: Image.fromarray(
        np.asarray(five().convert("L")).astype(np.uint16) * 257
    ).save(path),
    "palette": lambda path: five().quantize(16).save(path),
    "grey and alpha": lambda path: five().convert("LA").save(path),
    "on its side": lambda path: turned(five(), 6, 90, path),
    "head over": lambda path: turned(five(), 3, 180, path),
    "on its other side": lambda path: turned(five(), 8, -90, path),
    "red": lambda path: ImageOps.colorize(
        five().convert("L"), (200, 30, 40), (255, 250, 235)
    ).save(path),
}


@pytest.mark.parametrize("way", sorted(WAYS))
def test_image_of_a_character_is_the_same_in_every_picture(
    tmp_path: Path, way: str
) -> None:
    """A model must not have to learn where on the paper, how large, or in what file."""
    path = tmp_path / "a.png"
    WAYS[way](path)

    assert difference(path) < CLOSE


@pytest.mark.parametrize("pen", [7, 18])
def test_pen_changes_how_thick_the_image_is_and_no_more(
    tmp_path: Path, pen: int
) -> None:
    """A picture has no paths that could be drawn anew, so this much remains."""
    path = tmp_path / "a.png"
    five(pen=pen).save(path)

    assert difference(path) < 2.5 * CLOSE


@pytest.mark.parametrize("name", ["a.jpg", "a.tif"])
def test_print_colours_give_the_same_image(tmp_path: Path, name: str) -> None:
    """Scanners and layout programs write CMYK."""
    path = tmp_path / name
    five().convert("CMYK").save(path)

    assert difference(path) < CLOSE


def specks(side: int = 400) -> Image.Image:
    image = page(side=side)
    for place in ((40, 40), (350, 300)):
        image.paste((0, 0, 0), (*place, place[0] + 3, place[1] + 3))
    return image


def noise() -> Image.Image:
    random = np.random.default_rng(0)
    return Image.fromarray(random.integers(0, 256, (700, 900, 3), dtype=np.uint8))


ODD: dict[str, Callable[[], Image.Image]] = {
    "one pixel": lambda: Image.new("RGB", (1, 1), "white"),
    "one column": lambda: Image.new("RGB", (1, 5000), "white"),
    "one row with ink": lambda: Image.fromarray(
        (np.arange(5000)[None] % 50 < 9).astype(np.uint8) * 255
    ),
    "black": lambda: Image.new("RGB", (800, 600)),
    "white": lambda: Image.new("RGB", (800, 600), "white"),
    "two specks": specks,
    "noise": noise,
    "steps of grey": lambda: Image.fromarray(
        np.tile(np.arange(800) // 100 * 30, (600, 1)).astype(np.uint8)
    ),
    "black and white halves": lambda: Image.fromarray(
        np.tile(np.arange(800) // 400 * 255, (600, 1)).astype(np.uint8)
    ),
    "checks": lambda: Image.fromarray(
        ((np.indices((800, 800)) // 20).sum(axis=0) % 2 * 255).astype(np.uint8)
    ),
    "clear": lambda: Image.new("RGBA", (500, 400), (0, 0, 0, 0)),
    "many pixels": lambda: Image.new("L", (7000, 5000), 255),
}


@pytest.mark.parametrize("odd", sorted(ODD))
def test_odd_picture_gives_an_image_or_a_clear_error(tmp_path: Path, odd: str) -> None:
    """Whatever somebody opens, they get an answer, and memory stays bounded."""
    path = tmp_path / "odd.png"
    ODD[odd]().save(path)
    tracemalloc.start()

    answer = answer_to(path)

    assert tracemalloc.get_traced_memory()[1] < MOST_MEMORY
    tracemalloc.stop()
    assert isinstance(answer, str) or answer.shape == (28, 28)
    assert not isinstance(answer, str) or answer.startswith("Expected")


def answer_to(path: Path) -> GrayImage | str:
    """The image, or what the error says; any other error fails the test."""
    try:
        return glyph_of_picture(path, "mnist", (28, 28))
    except (BlankDrawingError, PictureError) as error:
        return str(error)
