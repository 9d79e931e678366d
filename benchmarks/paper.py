"""Accuracy of runs on pictures of digits on real paper, by kind of paper.

Digits of MNIST are written on ruled and squared paper, into a printed box, into a
screenshot with bars, and onto a card on a table: with ink and paper of several colours,
a little rotation and perspective, uneven light, blur, noise and JPEG compression. Each
digit is also written on clean paper, and given to the run as MNIST has it. "Plain"
takes all ink for the character, without looking for lines, boxes, bars or tables.

    python benchmarks/paper.py --run ID [--run ID ...] [--json] [--sheet PNG]
"""

import argparse
import io
import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFilter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.datasets import store as datasets
from core.errors import BlankDrawingError
from core.imaging import glyphs, ink, marks, pictures, styles
from core.imaging.pictures import RgbaImage
from core.inference import Predictor
from core.runs import open_store
from core.types import ByteImages, GrayImage

Colour = tuple[int, int, int]

PAPERS: tuple[Colour, ...] = (
    (255, 255, 255),
    (250, 248, 240),
    (238, 236, 230),
    (246, 240, 214),
)
INKS: tuple[Colour, ...] = (
    (25, 25, 30),
    (30, 50, 140),
    (20, 30, 90),
    (85, 85, 90),
)
LINES: tuple[Colour, ...] = (
    (150, 180, 220),
    (120, 150, 200),
    (185, 185, 190),
    (160, 200, 190),
)
TABLES: tuple[Colour, ...] = ((110, 78, 50), (60, 60, 64), (140, 110, 80), (40, 55, 80))


class Page(NamedTuple):
    """A picture that is being made.

    Attributes:
        image: What has been drawn so far, RGB.
        digit: Where the digit goes: left, top and side, in pixels.
        random: Where chance comes from.
    """

    image: Image.Image
    digit: tuple[int, int, int]
    random: np.random.Generator


def blank_page(random: np.random.Generator) -> Page:
    """Begin with paper of random size and colour, and a place for the digit."""
    width, height = (int(side) for side in random.integers(320, 1000, 2))
    side = int(min(width, height) * random.uniform(0.3, 0.6))
    left = int((width - side) * random.uniform(0.2, 0.8))
    top = int((height - side) * random.uniform(0.2, 0.8))
    image = Image.new("RGB", (width, height), PAPERS[random.integers(len(PAPERS))])
    return Page(image, (left, top, side), random)


def write(page: Page, digit: NDArray[np.uint8]) -> None:
    """Write a digit of MNIST in ink onto the page."""
    left, top, side = page.digit
    shape = Image.fromarray(digit).crop((4, 4, 24, 24))
    large = np.asarray(shape.resize((side, side), Image.Resampling.BICUBIC), np.float32)
    strength = np.clip((large / 255 - 0.5) * side / 40 + 0.5, 0, 1)
    colour = INKS[page.random.integers(len(INKS))]
    if colour == INKS[-1]:  # a pencil leaves grains of the paper white
        strength *= page.random.uniform(0.6, 1.0, strength.shape)
    mask = Image.fromarray(np.rint(strength * 255).astype(np.uint8))
    page.image.paste(colour, (left, top), mask)


def ruled(page: Page) -> None:
    """Draw horizontal lines, and sometimes a red margin line."""
    gap = int(page.digit[2] / page.random.uniform(1.0, 3.5))
    pen = int(page.random.integers(1, 4))
    colour = LINES[page.random.integers(len(LINES))]
    draw = ImageDraw.Draw(page.image)
    for y in range(int(page.random.integers(gap)), page.image.height, gap):
        draw.line([0, y, page.image.width, y], colour, pen)
    if page.random.random() < 0.3:  # noqa: PLR2004 - of the sheets
        x = max(4, page.digit[0] - gap // 2)
        draw.line([x, 0, x, page.image.height], (225, 120, 120), pen)


def squared(page: Page) -> None:
    """Draw a grid."""
    gap = max(12, int(page.digit[2] / page.random.uniform(1.5, 6.0)))
    pen = int(page.random.integers(1, 3))
    colour = LINES[page.random.integers(len(LINES))]
    draw = ImageDraw.Draw(page.image)
    for y in range(int(page.random.integers(gap)), page.image.height, gap):
        draw.line([0, y, page.image.width, y], colour, pen)
    for x in range(int(page.random.integers(gap)), page.image.width, gap):
        draw.line([x, 0, x, page.image.height], colour, pen)


def boxed(page: Page) -> None:
    """Draw a box around the digit."""
    left, top, side = page.digit
    gap = int(side * page.random.uniform(0.12, 0.4))
    colour = INKS[page.random.integers(len(INKS))]
    corners = (left - gap, top - gap, left + side + gap, top + side + gap)
    pen = int(page.random.integers(1, 6))
    ImageDraw.Draw(page.image).rectangle(corners, outline=colour, width=pen)


def nothing(_page: Page) -> None:
    """Leave the paper as it is."""


def tilted(page: Page, around: Image.Image | None = None) -> Image.Image:
    """See the page at an angle: slightly, or as a card on something else."""
    image, random = page.image, page.random
    width, height = image.size
    most = 0.05 if around is None else 0.12
    angle = np.deg2rad(random.uniform(-3, 3) if around is None else random.normal(0, 8))
    corners = np.array([[0, 0], [width, 0], [width, height], [0, height]], float)
    seen = corners * (1 - random.uniform(0, most, (4, 2))) - corners.mean(axis=0)
    turn = [[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]]
    seen = seen @ np.array(turn)
    size, scale = image.size, 1.12
    if around is not None:
        size, scale = around.size, 1.0
    seen = seen * scale + np.array(size) / 2
    factors = perspective(seen, corners)
    args = (size, Image.Transform.PERSPECTIVE, factors, Image.Resampling.BICUBIC)
    if around is None:
        return image.transform(*args, fillcolor=image.getpixel((1, 1)))
    mask = Image.new("L", image.size, 255).transform(*args)
    shadow = mask.filter(ImageFilter.GaussianBlur(6)).point(lambda tone: tone * 0.5)
    around.paste((20, 18, 16), (4, 5), shadow)
    around.paste(image.transform(*args), (0, 0), mask)
    return around


def perspective(
    seen: NDArray[np.float64], there: NDArray[np.float64]
) -> tuple[float, ...]:
    """Return the eight factors that Pillow needs to fetch `there` for `seen`."""
    rows, values = [], []
    for (x, y), (u, v) in zip(seen, there, strict=True):
        rows += [
            [x, y, 1, 0, 0, 0, -u * x, -u * y],
            [0, 0, 0, x, y, 1, -v * x, -v * y],
        ]
        values += [u, v]
    return tuple(np.linalg.solve(np.array(rows), np.array(values)))


def table(page: Page) -> Image.Image:
    """Make a table with some grain that is larger than the page."""
    share = page.random.uniform(1.25, 1.8)
    width, height = (int(side * share) for side in page.image.size)
    colour = TABLES[page.random.integers(len(TABLES))]
    grain = np.cumsum(page.random.normal(0, 1.5, height))
    grain = (grain - grain.mean())[:, None] + page.random.normal(0, 4, (height, width))
    tones = np.array(colour)[None, None] + np.clip(grain, -18, 18)[..., None]
    return Image.fromarray(np.clip(tones, 0, 255).astype(np.uint8))


def with_bars(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """Put bars above and below, or at both sides, as a screenshot has them."""
    tone = int(random.choice([0, 0, 20, 60, 128, 255]))
    share = random.uniform(1.2, 2.0)
    width, height = image.size
    size = (width, int(height * share))
    if random.random() < 0.5:  # noqa: PLR2004 - of the screens
        size = (int(width * share), height)
    screen = Image.new("RGB", size, (tone, tone, tone))
    screen.paste(image, ((size[0] - width) // 2, (size[1] - height) // 2))
    return screen


def photographed(image: Image.Image, random: np.random.Generator) -> Image.Image:
    """Add uneven light, a blur and noise."""
    width, height = image.size
    y = np.linspace(-1, 1, height)[:, None]
    x = np.linspace(-1, 1, width)
    slopes = random.uniform(-0.25, 0.25, 2)
    light = (
        0.8 + slopes[0] * x + slopes[1] * y - random.uniform(0, 0.1) * (x * x + y * y)
    )
    blurred = image.filter(ImageFilter.GaussianBlur(random.uniform(0, 1.2)))
    noise = random.normal(0, random.uniform(0, 5), (height, width, 3))
    tones = np.asarray(blurred, np.float32) * light[..., None] + noise
    return Image.fromarray(np.clip(tones, 0, 255).astype(np.uint8))


def compressed(image: Image.Image, random: np.random.Generator) -> RgbaImage:
    """Save as JPEG and read as Inklab does."""
    file = io.BytesIO()
    image.save(file, "JPEG", quality=int(random.integers(60, 96)))
    file.seek(0)
    return pictures.read_picture(file)


def make(kind: str, digit: NDArray[np.uint8], seed: int) -> RgbaImage:
    """Make a picture of a digit on paper of a kind."""
    random = np.random.default_rng(seed)
    page = blank_page(random)
    papers: dict[str, Callable[[Page], None]]
    papers = {"ruled": ruled, "squared": squared, "boxed": boxed}
    papers.get(kind, nothing)(page)
    write(page, digit)
    if kind == "clean":
        return compressed(page.image, random)
    if kind == "card":
        return compressed(photographed(tilted(page, table(page)), random), random)
    seen = photographed(tilted(page), random)
    if kind == "letterboxed":
        seen = with_bars(seen, random)
    return compressed(seen, random)


KINDS = ("ruled", "squared", "boxed", "letterboxed", "card")


def plain(rgba: RgbaImage) -> GrayImage:
    """Take all ink for the character, as if there were only plain paper."""
    character = marks.character_only(ink.plain_ink(rgba))
    return styles.glyph_steps(character, "mnist", (28, 28)).glyph


def full(rgba: RgbaImage) -> GrayImage:
    """Tell lines, boxes, bars and tables from ink first."""
    return glyphs.steps_of_picture(rgba, "mnist", (28, 28)).glyph


def or_blank(
    preprocess: Callable[[RgbaImage], GrayImage], rgba: RgbaImage
) -> GrayImage:
    """Count a picture without ink as wrong: a black image has no correct class."""
    try:
        return preprocess(rgba)
    except BlankDrawingError:
        return np.zeros((28, 28), dtype=np.float32)


def main() -> None:
    """Print a table, or JSON, of the accuracy of each run by kind of paper."""
    arguments = _arguments()
    digits, labels = _digits(arguments)
    groups = [KINDS[index % len(KINDS)] for index in range(len(digits))]
    made: dict[str, list[RgbaImage]] = {"paper": [], "clean": []}
    for index, (kind, digit) in enumerate(zip(groups, digits, strict=True)):
        made["paper"].append(make(kind, digit, arguments.seed + index))
        made["clean"].append(make("clean", digit, arguments.seed + index))
    images = {
        f"{paper} {way.__name__}": np.stack([or_blank(way, each) for each in pictures])
        for paper, pictures in made.items()
        for way in (plain, full)
    }
    images["direct"] = digits.astype(np.float32) / 255
    if arguments.sheet:
        _save_sheet(arguments.sheet, made["paper"], images["paper full"])
    rows = {run: _accuracies(run, images, labels, groups) for run in arguments.run}
    if arguments.json:
        print(json.dumps({"pictures": len(digits), "accuracy": rows}, indent=2))
    else:
        _print_table(rows, len(digits))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", action="append", required=True, metavar="ID")
    parser.add_argument("--pictures", type=int, default=200, help="on paper (200)")
    parser.add_argument("--seed", type=int, default=2020)
    parser.add_argument("--training-images", action="store_true", help="to try things")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument("--sheet", type=Path, help="save what was made, as a PNG")
    return parser.parse_args()


def _digits(arguments: argparse.Namespace) -> tuple[ByteImages, NDArray[np.integer]]:
    data = datasets.load("mnist")
    split = data.train if arguments.training_images else data.test
    random = np.random.default_rng(arguments.seed)
    chosen = np.sort(
        random.choice(len(split.labels), arguments.pictures, replace=False)
    )
    return np.asarray(split.images[chosen]), np.asarray(split.labels[chosen])


def _accuracies(
    run: str,
    images: dict[str, NDArray[np.float32]],
    labels: NDArray[np.integer],
    groups: list[str],
) -> dict[str, dict[str, float]]:
    predictor = Predictor(open_store().artifact(run, "model.tflite"))
    table = {}
    for name, batch in images.items():
        right = predictor.predict(batch).argmax(axis=1) == labels
        row = {"all": float(right.mean())}
        for kind in KINDS if name.startswith("paper") else ():
            row[kind] = float(right[np.array(groups) == kind].mean())
        table[name] = row
    return table


def _save_sheet(path: Path, made: list[RgbaImage], found: NDArray[np.float32]) -> None:
    side, columns = 150, 10
    rows = -(-len(made) // columns)
    sheet = Image.new("RGB", (columns * side * 3 // 2, rows * side), "grey")
    for index, (rgba, glyph) in enumerate(zip(made, found, strict=True)):
        row, column = divmod(index, columns)
        image = Image.fromarray(rgba).convert("RGB")
        image.thumbnail((side - 4, side - 4))
        place = (column * side * 3 // 2, row * side)
        sheet.paste(image, place)
        small = Image.fromarray(np.rint(glyph * 255).astype(np.uint8)).resize((70, 70))
        sheet.paste(small, (place[0] + side, place[1]))
    sheet.save(path)


def _print_table(
    rows: dict[str, dict[str, dict[str, float]]], num_pictures: int
) -> None:
    print(f"Accuracy on {num_pictures} pictures")
    for run, table in rows.items():
        print(run)
        for name, row in table.items():
            values = "".join(f"{kind:>13} {value:6.1%}" for kind, value in row.items())
            print(f"  {name:12}{values}")


if __name__ == "__main__":
    main()
