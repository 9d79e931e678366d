"""What drawing strokes anew is worth: accuracy by the width of the pen.

Strokes of many hands are those of MNIST's test digits, traced: each is enlarged ten
times, thinned to its centre line (Zhang and Suen, 1984), and the line is drawn on a
canvas of 280 x 280 with a pen of each width. That a digit is traced costs a little
whatever the pen, which the column "test images" shows.

    python benchmarks/pens.py --run ID [--run ID ...] [--images 1000]
"""

import argparse
import statistics
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.datasets import store
from core.imaging import strokes, styles
from core.imaging.glyphs import steps_of_strokes
from core.imaging.strokes import Strokes
from core.inference import Predictor
from core.runs import open_store
from core.types import ByteImages

PENS: Final = (4, 8, 20, 40)
ENLARGED: Final = 10
HALF: Final = 127
NEIGHBOURS: Final = (
    (1, 0),
    (1, -1),
    (0, -1),
    (-1, -1),
    (-1, 0),
    (-1, 1),
    (0, 1),
    (1, 1),
)
"""Shifts (down, right) that bring each of the eight neighbours here, north first."""


def main() -> None:
    """Print a table of the accuracy by pen and preprocessing, mean of the runs."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", action="append", required=True, metavar="ID")
    parser.add_argument("--images", type=int, default=1000)
    arguments = parser.parse_args()
    test = store.load("mnist").test
    images, labels = test.images[: arguments.images], test.labels[: arguments.images]
    predictors: dict[str, list[Predictor]] = {}
    for run_id in arguments.run:
        run = open_store().with_model(run_id)
        model = open_store().artifact(run_id, "model.tflite")
        predictors.setdefault(run.name, []).append(Predictor(model))
    inputs = dict(_inputs(images))
    print(f"Accuracy on {len(images)} traced test digits of MNIST, mean of the runs")
    print(f"{'preset':12}{'runs':>5}" + "".join(f"{name:>18}" for name in inputs))
    for preset, group in predictors.items():
        means = (
            statistics.mean(
                float((each.predict(glyphs).argmax(axis=1) == labels).mean())
                for each in group
            )
            for glyphs in inputs.values()
        )
        cells = "".join(f"{mean * 100:>16.2f} %" for mean in means)
        print(f"{preset:12}{len(group):>5}{cells}")


def trace(image: ByteImages) -> Strokes:
    """Trace a glyph: two points for each step along its centre line.

    Args:
        image: uint8 of shape (height, width), 255 for full ink.

    Returns:
        The strokes, with pens 1 wide.
    """
    size = image.shape[0] * ENLARGED, image.shape[1] * ENLARGED
    large = Image.fromarray(image).resize(size[::-1], Image.Resampling.BICUBIC)
    line = thinned(np.asarray(large) > HALF)
    points = {(int(y), int(x)) for y, x in np.argwhere(line)}
    paths = [
        np.array([(x, y), (x + right, y + down)], np.float32) + np.float32(0.5)
        for y, x in sorted(points)
        for down, right in ((0, 1), (1, 0), (1, 1), (1, -1))
        if (y + down, x + right) in points
    ] or [np.array([(x, y)], np.float32) for y, x in points]
    return Strokes(tuple(paths), (1.0,) * len(paths), size)


def thinned(ink: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Thin ink to lines one pixel wide (Zhang and Suen, 1984)."""
    left = np.pad(ink, 1)
    is_done = False
    while not is_done:
        is_done = True
        for turn in (0, 1):
            near = [np.roll(left, shift, (0, 1)) for shift in NEIGHBOURS]
            count = np.sum(near, axis=0)
            edges = np.sum(
                [~near[i] & near[(i + 1) % 8] for i in range(8)], axis=0, dtype=int
            )
            north, east, south, west = near[0], near[2], near[4], near[6]
            if turn == 0:
                is_side = ~(north & east & south) & ~(east & south & west)
            else:
                is_side = ~(north & east & west) & ~(north & south & west)
            peeled = left & (count >= 2) & (count <= 6) & (edges == 1) & is_side  # noqa: PLR2004 - as published
            if peeled.any():
                left = left & ~peeled
                is_done = False
    return left[1:-1, 1:-1]


def _inputs(images: ByteImages) -> Iterator[tuple[str, NDArray[np.float32]]]:
    shape = images.shape[1], images.shape[2]
    yield "test images", images.astype(np.float32) / np.float32(255)
    traced = [trace(image) for image in images]
    for pen in PENS:
        drawn = [each.at(pen) for each in traced]
        yield (
            f"exact, pen {pen}",
            np.stack(
                [
                    styles.glyph_steps(strokes.ink(each), "mnist", shape).glyph
                    for each in drawn
                ]
            ),
        )
    yield (
        "stroke-aware",
        np.stack([steps_of_strokes(each, "mnist", shape).glyph for each in traced]),
    )


if __name__ == "__main__":
    main()
