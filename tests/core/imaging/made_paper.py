"""Pictures of characters on paper, for tests of what is told from ink."""

from collections.abc import Callable

import numpy as np
from PIL import Image, ImageDraw

from core.imaging.pictures import RgbaImage

SIDE = 300
WHITE, GREY, BLUE, INK = (250,) * 3, (190,) * 3, (140, 170, 215), (20, 20, 60)

STROKES: dict[str, list[list[float]]] = {
    "1": [[50, 10, 50, 90]],
    "7": [[20, 12, 80, 12, 42, 90]],
    "4": [[55, 10, 20, 62, 80, 62], [66, 40, 66, 90]],
    "5": [[75, 12, 30, 12, 28, 46, 60, 44, 76, 62, 62, 86, 26, 84]],
    "-": [[15, 50, 85, 50]],
    "=": [[15, 38, 85, 38], [15, 62, 85, 62]],
    "+": [[15, 50, 85, 50], [50, 15, 50, 85]],
    "E": [[80, 12, 24, 12, 24, 88, 80, 88], [24, 50, 70, 50]],
    "T": [[12, 14, 88, 14], [50, 14, 50, 90]],
    "H": [[24, 10, 24, 90], [76, 10, 76, 90], [24, 50, 76, 50]],
    "#": [
        [10, 36, 90, 36],
        [10, 64, 90, 64],
        [36, 10, 36, 90],
        [64, 10, 64, 90],
    ],
    "I": [[26, 12, 74, 12], [50, 12, 50, 88], [26, 88, 74, 88]],
    "box": [[20, 12, 80, 12, 80, 88, 20, 88, 20, 12]],
    "8": [[20, 12, 80, 12, 80, 88, 20, 88, 20, 12], [20, 50, 80, 50]],
}
"""Characters whose own strokes are straight, in hundredths of their square."""


def page(*, side: int = SIDE, tone: tuple[int, ...] = WHITE) -> Image.Image:
    return Image.new("RGB", (side, side), tone)


def write(
    image: Image.Image,
    name: str,
    *,
    box: tuple[int, int, int] = (100, 90, 120),
    pen: int = 12,
) -> Image.Image:
    """Write a character into the square at left, top, of a side."""
    left, top, side = box
    draw = ImageDraw.Draw(image)
    for line in STROKES[name]:
        places = np.array(line).reshape(-1, 2) * side / 100 + [left, top]
        draw.line(list(map(tuple, places)), INK, pen, joint="curve")
        for x, y in places:
            half = pen / 2 - 0.5
            draw.ellipse([x - half, y - half, x + half, y + half], INK)
    if name == "O":
        draw.ellipse([left, top, left + side, top + side], outline=INK, width=pen)
    return image


def rule(
    image: Image.Image,
    *,
    gap: int = 33,
    is_squared: bool = False,
    slope: float = 0.0,
    pen: int = 2,
) -> Image.Image:
    """Draw the lines of ruled or squared paper."""
    draw = ImageDraw.Draw(image)
    width, height = image.size
    for place in range(-height, 2 * height, gap):
        draw.line([0, place, width, place + slope * width], BLUE, pen)
        if is_squared:
            draw.line([place, 0, place - slope * height, height], BLUE, pen)
    return image


def rgba(
    image: Image.Image, change: Callable[[np.ndarray], np.ndarray] | None = None
) -> RgbaImage:
    picture = np.asarray(image.convert("RGBA")).copy()
    if change is not None:
        tones = change(picture[..., :3].astype(np.float32))
        picture[..., :3] = np.clip(tones, 0, 255).astype(np.uint8)
    return picture


def photographed(tones: np.ndarray) -> np.ndarray:
    """Uneven light and noise."""
    height, width, _ = tones.shape
    light = np.linspace(1, 0.7, width) * np.linspace(1, 0.85, height)[:, None]
    noise = np.random.default_rng(0).normal(0, 3, tones.shape)
    return np.asarray(tones * light[..., None] + noise)
