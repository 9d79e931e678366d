"""How well numbers and words are read that are written in one go.

Each is composed of test images of the data set that the run learned from (or of others,
with `--train`, to develop on): drawn at four times their size on white paper, beside
each other with random gaps, at random heights and sizes. With `--touching 0.3`, three
of ten neighbours are pushed together until their ink touches. Each is read as a
picture is, from its pixels.

Characters right: 1 - (edit distance of what was read to what was written, summed over
all) / (characters written). So a character that is misread, missed or added costs one.

    python benchmarks/many_characters.py --run ID [--run ID ...] [--count 300] [--json]
"""

import argparse
import json
import statistics
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core import reading
from core.datasets import store as datasets
from core.imaging import ink
from core.imaging.pictures import RgbaImage
from core.inference import Predictor
from core.runs import open_store, run_dataset, temperatures
from core.types import ByteImages, Labels

ENLARGED = 4
MARGIN = 40
LENGTHS = (2, 3, 4, 5, 6)
SMALLEST, LARGEST = 0.85, 1.15
MOST_GAP = 0.5
FAINTEST = 64
"""Of a character's height; and of 255, where ink is taken to be when it is pushed."""


@dataclass(frozen=True)
class Written:
    """A number or word that was composed.

    Attributes:
        picture: uint8 of shape (height, width, 4).
        labels: Class of each character.
        num_touching: Neighbours that touch.
    """

    picture: RgbaImage
    labels: tuple[int, ...]
    num_touching: int


def main() -> None:
    """Print a table, or JSON."""
    options = _arguments()
    rows = [_measure(run_id, options) for run_id in options.run]
    if options.json:
        print(json.dumps({"rows": rows}))
        return
    for row in rows:
        print(json.dumps(row, indent=2))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", action="append", required=True, metavar="ID")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--touching", type=float, default=0.3)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--train", action="store_true", help="of training images")
    parser.add_argument("--verbose", action="store_true", help="print each misread one")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    return parser.parse_args()


def compose(
    images: ByteImages, labels: Labels, rng: np.random.Generator, touching: float
) -> Written:
    """Write a number of random characters."""
    chosen = rng.integers(len(images), size=rng.choice(LENGTHS))
    tiles = [_tile(images[at], rng) for at in chosen]
    is_touching = rng.random(len(tiles) - 1) < touching
    height = max(len(tile) for tile in tiles) + MARGIN
    paper = np.zeros((height, sum(tile.shape[1] for tile in tiles) * 2), np.uint8)
    end = 0
    for number, tile in enumerate(tiles):
        top = (height - len(tile)) // 2 + int(rng.integers(-MARGIN // 4, MARGIN // 4))
        strip = paper[top : top + len(tile)]
        left = end + 3 + round(rng.random() * MOST_GAP * len(tile)) if number else 0
        if number and is_touching[number - 1]:
            left = _pushed(strip, tile, end)
        part = strip[:, left : left + tile.shape[1]]
        np.maximum(part, tile, out=part)
        end = max(end, left + tile.shape[1])
    grey = 255 - np.pad(paper[:, :end], MARGIN)
    picture = np.dstack([grey, grey, grey, np.full_like(grey, 255)])
    written = tuple(int(labels[at]) for at in chosen)
    return Written(picture, written, int(is_touching.sum()))


def _tile(image: ByteImages, rng: np.random.Generator) -> ByteImages:
    """Crop a character to its ink and enlarge it."""
    rows, columns = np.nonzero(image > FAINTEST)
    box = image[rows.min() : rows.max() + 1, columns.min() : columns.max() + 1]
    scale = ENLARGED * rng.uniform(SMALLEST, LARGEST)
    height, width = (max(1, round(side * scale)) for side in box.shape)
    size = (width, height)
    return np.asarray(Image.fromarray(box).resize(size, Image.Resampling.BICUBIC))


def _pushed(strip: ByteImages, tile: ByteImages, end: int) -> int:
    """Return where a tile is when it is moved left until its ink meets other ink."""
    left = end
    width = tile.shape[1]
    while left > 0:
        part = strip[:, left : left + width]
        if ((part > FAINTEST) & (tile > FAINTEST)).any():
            return left
        left -= 1
    return end


def edit_distance(one: tuple[int, ...], other: tuple[int, ...]) -> int:
    """Count the characters to change, leave out or add (Levenshtein)."""
    row = list(range(len(other) + 1))
    for at, mine in enumerate(one, start=1):
        before, row[0] = row[0], at
        for place, theirs in enumerate(other, start=1):
            cost = before + (mine != theirs)
            before = row[place]
            row[place] = min(cost, row[place] + 1, row[place - 1] + 1)
    return row[-1]


def _measure(run_id: str, options: argparse.Namespace) -> dict[str, object]:
    store = open_store()
    run = store.with_model(run_id)
    spec = run_dataset.spec_of(store, run)
    dataset = datasets.load(run.config.dataset)
    split = dataset.train if options.train else dataset.test
    predictor = Predictor(store.artifact(run.id, "model.tflite"))
    temperature = temperatures.of_run(store, run).value
    rng = np.random.default_rng(options.seed)
    wrong = {"touching": 0, "apart": 0}
    total = {"touching": 0, "apart": 0}
    whole = {"touching": 0, "apart": 0}
    num = {"touching": 0, "apart": 0}
    seconds = []
    for _ in range(options.count):
        written = compose(split.images, split.labels, rng, options.touching)
        started = time.perf_counter()
        found = reading.read(
            ink.read_picture_ink(written.picture).ink,
            predict=predictor.predict,
            style=spec.ink_style,
            shape=spec.image_shape,
            temperature=temperature,
        )
        seconds.append(time.perf_counter() - started)
        read = tuple(each.answer.best for each in found.characters)
        kind = "touching" if written.num_touching else "apart"
        distance = edit_distance(written.labels, read)
        wrong[kind] += distance
        total[kind] += len(written.labels)
        num[kind] += 1
        whole[kind] += distance == 0
        if distance and options.verbose:
            print(written.labels, read, kind, file=sys.stderr)
    return {
        "run": run.id,
        "preset": run.name,
        "dataset": spec.name,
        "characters": total,
        "numbers": num,
        "right": {kind: 1 - wrong[kind] / max(1, total[kind]) for kind in total},
        "right_all": 1 - sum(wrong.values()) / sum(total.values()),
        "whole": {kind: whole[kind] / max(1, num[kind]) for kind in num},
        "median_ms": 1000 * statistics.median(seconds),
    }


if __name__ == "__main__":
    main()
