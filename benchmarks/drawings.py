"""Accuracy of runs on a folder of real drawings, by preprocessing and by preset.

The label of a picture is the beginning of its name ("7__anything.png") or its folder
("a/anything.png"). Beside pictures, strokes are read ("7__anything.json", as Inklab
writes them). Each is preprocessed in several ways:

    naive        resized to the model input
    box          cropped to the ink, and resized until it fills the model input
    exact        put into the ink style of the run's data set, with plain brightness
    contrast     the same, after background and contrast were normalised
    full         the same, after ruling, frames, bars and tables were taken out
    strokes      drawn anew with the pen of the data set, then as exact

Runs are grouped by preset, and the mean of each group is shown.

    python benchmarks/drawings.py FOLDER --run ID [--run ID ...] [--style emnist]
"""

import argparse
import contextlib
import json
import statistics
import sys
import tempfile
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.datasets import catalog
from core.imaging import glyphs, ink, marks, pictures, strokes, styles
from core.imaging import preprocessings as ways
from core.imaging.pictures import RgbaImage
from core.imaging.strokes import Strokes
from core.inference import Predictor
from core.records import Run
from core.runs import open_store
from core.types import GrayImage, InkStyle

Shape = tuple[int, int]

ALL: Final = ("naive", "box", "exact", "contrast", "full", "strokes")
"""The preprocessings, in the order of the table."""


@dataclass(frozen=True, eq=False)
class Drawing:
    """One labelled drawing.

    Attributes:
        name: Of its file.
        label: Name of its class.
        content: The picture, uint8 of shape (height, width, 4), or the strokes.
    """

    name: str
    label: str
    content: RgbaImage | Strokes


def main() -> None:
    """Print a table, or JSON, of the accuracy of each preset."""
    arguments = _arguments()
    with _unpacked(arguments.folder) as folder:
        drawings = list(_drawings(folder))
    if not drawings:
        sys.exit(
            "Expected pictures named LABEL__NAME.png or LABEL/NAME.png, got none in "
            f"{arguments.folder}."
        )
    found: dict[str, list[dict[str, float]]] = {}
    for run_id in arguments.run:
        run = open_store().with_model(run_id)
        row = measure(run, drawings, arguments.style, list_wrong=arguments.wrong)
        found.setdefault(f"{run.name} ({run.config.dataset})", []).append(row)
    if arguments.json:
        print(json.dumps({"drawings": len(drawings), "accuracy": found}, indent=2))
    else:
        _print_table(found, len(drawings))


def measure(
    run: Run,
    drawings: Sequence[Drawing],
    style: InkStyle | None = None,
    *,
    list_wrong: bool = False,
) -> dict[str, float]:
    """Return the accuracy of a run by preprocessing, as shares of 1.

    Args:
        run: A run with a model.
        drawings: What to classify.
        style: The ink style; None for that of the run's data set.
        list_wrong: Whether to print what is misread after the last step.
    """
    spec = catalog.spec(run.config.dataset)
    style = style or spec.ink_style
    truth = np.array([_class_of(each.label, spec.classes) for each in drawings])
    predictor = Predictor(open_store().artifact(run.id, "model.tflite"))
    row = {}
    for name, images in preprocessed(drawings, style, spec.image_shape).items():
        predicted = predictor.predict(images).argmax(axis=1)
        row[name] = float((predicted == truth).mean())
        if list_wrong and name in ("full", "strokes"):
            for index in np.flatnonzero(predicted != truth):
                told = spec.classes[predicted[index]]
                print(f"{name}: {drawings[index].name} predicted as {told}")
    return row


def preprocessed(
    drawings: Sequence[Drawing], style: InkStyle, shape: Shape
) -> Mapping[str, NDArray[np.float32]]:
    """Return the model inputs by preprocessing, float32 of shape (n, *shape) each."""
    made = [_ways(each.content, style, shape) for each in drawings]
    return {
        name: np.stack([each[name] for each in made])
        for name in ALL
        if all(name in each for each in made)
    }


def _ways(
    content: RgbaImage | Strokes, style: InkStyle, shape: Shape
) -> Mapping[str, GrayImage]:
    # A picture without ink counts as wrong: a black image has no correct class.
    def finished(find: Callable[[], GrayImage]) -> GrayImage:
        return ways.or_blank(
            lambda: styles.glyph_steps(find(), style, shape, is_framed=True).glyph,
            shape,
        )

    if isinstance(content, Strokes):
        return dict(ways.of_strokes(content, style, shape))
    bright = ways.bright_ink(content)
    strong = ways.strong(bright)
    return {
        "naive": ways.naive(bright, shape),
        "box": ways.or_blank(lambda: ways.box_only(strong, shape), shape),
        "exact": finished(lambda: strong),
        "contrast": finished(lambda: marks.character_only(ink.plain_ink(content))),
        "full": ways.or_blank(
            lambda: glyphs.steps_of_picture(content, style, shape).glyph, shape
        ),
    }


def _drawings(folder: Path) -> Iterator[Drawing]:
    for path in sorted(folder.rglob("*")):
        parts = path.name.split("__")
        label = parts[0] if len(parts) > 1 else path.parent.name
        if pictures.is_picture_name(path):
            yield Drawing(path.name, label, pictures.read_picture(path))
        elif path.suffix == ".json":
            drawn = Strokes.from_document(path.read_text("utf-8"))
            if strokes.ink(drawn).any():
                yield Drawing(path.name, label, drawn)


def _class_of(label: str, classes: Sequence[str]) -> int:
    """Return the number of a class; "C/c" is the class of both cases, -1 is none."""
    for number, name in enumerate(classes):
        if label == name or label in name.split("/"):
            return number
    return -1


@contextlib.contextmanager
def _unpacked(source: Path) -> Iterator[Path]:
    """Lend a folder, or what a zip has in it."""
    if source.is_dir():
        yield source
        return
    with tempfile.TemporaryDirectory() as folder:
        zipfile.ZipFile(source).extractall(folder)
        yield Path(folder)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, help="labelled drawings; also a zip")
    parser.add_argument("--run", action="append", required=True, metavar="ID")
    parser.add_argument("--style", help="ink style, if not that of the data set")
    parser.add_argument("--wrong", action="store_true", help="print what is misread")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    return parser.parse_args()


def _print_table(found: Mapping[str, list[dict[str, float]]], count: int) -> None:
    names = [
        name
        for name in ALL
        if all(name in row for rows in found.values() for row in rows)
    ]
    print(f"Accuracy on {count} drawings, mean of the runs of a preset")
    print(f"{'preset':28}{'runs':>5}" + "".join(f"{name:>10}" for name in names))
    for preset, rows in found.items():
        means = [statistics.mean(row[name] for row in rows) for name in names]
        cells = "".join(f"{mean * 100:>8.2f} %" for mean in means)
        print(f"{preset:28}{len(rows):>5}{cells}")


if __name__ == "__main__":
    main()
