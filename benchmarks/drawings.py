"""Accuracy of runs on a folder of real drawings, by preprocessing.

The name of a picture is its label: "7__anything.png" shows a 7. Each picture is
preprocessed in three ways: resized to 28 x 28; cropped to the ink and centred, with
the background unchanged; and with all of core.imaging.

    python benchmarks/drawings.py FOLDER --run ID [--run ID ...] [--json]
"""

import argparse
import json
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PIL import Image

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.errors import BlankDrawingError
from core.imaging import glyphs, normalise, paper, pictures
from core.imaging.pictures import RgbaImage
from core.inference import Predictor
from core.runs import open_store
from core.types import GrayImage, Probabilities

HALF = 0.5


def predict(run_id: str, images: NDArray[np.float32]) -> Probabilities:
    """Predict images of shape (n, 28, 28); returns shape (n, classes)."""
    model = open_store().artifact(run_id, "model.tflite")
    return Predictor(model).predict(images)


def plain_resize(rgba: RgbaImage) -> GrayImage:
    """Resize to 28 x 28; invert a picture that is bright on average."""
    grey = Image.fromarray(_bright_ink(rgba)).resize((28, 28), Image.Resampling.BOX)
    return np.asarray(grey, dtype=np.float32)


def box_and_centre(rgba: RgbaImage) -> GrayImage:
    """Follow MNIST's steps, but use the plain brightness as ink."""
    ink = _bright_ink(rgba)
    return normalise.to_mnist_format(np.where(ink > HALF, ink, np.float32(0)))


def full(rgba: RgbaImage) -> GrayImage:
    """Normalise background and contrast, then follow MNIST's steps."""
    return glyphs.steps_of_picture(rgba, "mnist", (28, 28)).glyph


PREPROCESSINGS: dict[str, Callable[[RgbaImage], GrayImage]] = {
    "plain resize": plain_resize,
    "box and centre": box_and_centre,
    "full": full,
}


def main() -> None:
    """Print a table, or JSON, of the accuracy of each run."""
    arguments = _arguments()
    paths = [
        path
        for path in sorted(arguments.folder.iterdir())
        if pictures.is_picture_name(path) and "__" in path.name
    ]
    if not paths:
        sys.exit(
            f"Expected pictures named LABEL__NAME.png, got none in {arguments.folder}."
        )
    labels = np.array([int(path.name.split("__")[0]) for path in paths])
    read = [pictures.read_picture(path) for path in paths]
    accuracies: dict[str, dict[str, float]] = {run_id: {} for run_id in arguments.run}
    for name, preprocess in PREPROCESSINGS.items():
        images = np.stack([_or_blank(preprocess, rgba) for rgba in read])
        for run_id, row in accuracies.items():
            answers = predict(run_id, images).argmax(axis=1)
            row[name] = float((answers == labels).mean())
    if arguments.json:
        print(json.dumps({"pictures": len(paths), "accuracy": accuracies}, indent=2))
    else:
        _print_table(accuracies, len(paths))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="pictures named LABEL__NAME.png")
    parser.add_argument("--run", action="append", required=True, metavar="ID")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    return parser.parse_args()


def _bright_ink(rgba: RgbaImage) -> GrayImage:
    grey = paper.brightness(rgba)
    return 1 - grey if grey.mean() > HALF else grey


def _or_blank(
    preprocess: Callable[[RgbaImage], GrayImage], rgba: RgbaImage
) -> GrayImage:
    # A picture without ink counts as wrong: a black image has no correct class.
    try:
        return preprocess(rgba)
    except BlankDrawingError:
        return np.zeros((28, 28), dtype=np.float32)


def _print_table(accuracies: dict[str, dict[str, float]], num_pictures: int) -> None:
    print(f"Accuracy on {num_pictures} pictures")
    print(f"{'run':34}" + "".join(f"{name:>16}" for name in PREPROCESSINGS))
    for run_id, row in accuracies.items():
        print(f"{run_id:34}" + "".join(f"{value:>14.1%}  " for value in row.values()))


if __name__ == "__main__":
    main()
