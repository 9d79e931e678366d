"""What a trained network gains and loses by learning somebody's hand.

With a folder of labelled pictures ("7__anything.png" shows a 7), it learns 50 of them,
the same number of each class, and is tested on the others. Without one, hands are
simulated that it misreads: digits turned, slanted or mirrored. What is learned is made
of training images that were held out for validation; what it is tested with, of test
images.

    python benchmarks/fine_tuning.py [FOLDER] --run ID [--run ID ...] [--json]
"""

import argparse
import json
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

import keras
import numpy as np
from scipy import ndimage

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from core.config import fine_tuning
from core.datasets import store as datasets
from core.datasets.store import Dataset, Split
from core.errors import BlankDrawingError
from core.imaging import glyphs, pictures
from core.predictions import Predictions
from core.records import Run
from core.runs import open_store
from core.training import trained_model
from core.training.fine_tune import Drawn, fine_tune
from core.training.train import predict, split_of
from core.types import ByteImages, Indices, Labels

NUM_LEARNED = 50
NUM_TESTED = 2000


def turned(images: ByteImages) -> ByteImages:
    """Turn images by 40 degrees."""
    return ndimage.rotate(images, 40, axes=(1, 2), reshape=False, order=1)


def slanted(images: ByteImages) -> ByteImages:
    """Slant images by 50 degrees, around the middle."""
    shear, middle = np.tan(np.radians(50)), (images.shape[1] - 1) / 2
    matrix = np.array([[1, 0], [shear, 1]])
    offset = np.array([0, -shear * middle])
    moved = [ndimage.affine_transform(each, matrix, offset, order=1) for each in images]
    return np.stack(moved)


def mirrored(images: ByteImages) -> ByteImages:
    """Mirror images."""
    return images[:, :, ::-1]


@dataclass(frozen=True, kw_only=True)
class Hand:
    """A way of writing, made of images of a data set.

    Attributes:
        write: What is done to the images.
        labels: Which classes it writes.
        num: How many drawings are learned.
        are_mistakes: Whether these are all misread, as by somebody who corrects
            mistakes only; else they are the same number of each class.
    """

    write: Callable[[ByteImages], ByteImages]
    labels: tuple[int, ...]
    num: int
    are_mistakes: bool


DIGITS = tuple(range(10))
HANDS = {
    "7 mirrored, mistakes": Hand(
        write=mirrored, labels=(7,), num=20, are_mistakes=True
    ),
    "turned by 40 degrees, mistakes": Hand(
        write=turned, labels=DIGITS, num=20, are_mistakes=True
    ),
    "turned by 40 degrees": Hand(
        write=turned, labels=DIGITS, num=50, are_mistakes=False
    ),
    "slanted by 50 degrees": Hand(
        write=slanted, labels=DIGITS, num=50, are_mistakes=False
    ),
}


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of learning a hand; accuracies from 0 to 1."""

    run: str
    hand: str
    num_learned: int
    num_tested: int
    hand_before: float
    hand_after: float
    test_before: float
    test_after: float
    way: float
    first_seconds: float
    seconds: float


def main() -> None:
    """Print a line, or JSON, for each run and hand."""
    arguments = _arguments()
    outcomes = [
        outcome
        for run_id in arguments.run
        for outcome in _outcomes(open_store().with_model(run_id), arguments)
    ]
    if arguments.json:
        print(json.dumps([asdict(each) for each in outcomes], indent=2))
        return
    for each in outcomes:
        print(
            f"{each.run:12} {each.hand:34} learned {each.num_learned:3}: "
            f"{each.hand_before:7.2%} -> {each.hand_after:7.2%} "
            f"of {each.num_tested:,}; "
            f"test {each.test_before:7.2%} -> {each.test_after:7.2%}; "
            f"way {each.way:g}; {each.first_seconds:.1f} s, again {each.seconds:.1f} s"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path, nargs="?", help="LABEL__NAME.png")
    parser.add_argument("--run", action="append", required=True, metavar="ID")
    parser.add_argument("--seed", type=int, default=0, help="which are learned")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    return parser.parse_args()


def _outcomes(run: Run, arguments: argparse.Namespace) -> list[Outcome]:
    dataset = datasets.load(run.config.dataset)
    if arguments.folder:
        images, labels = read(arguments.folder, dataset)
        learned = stratified(labels, NUM_LEARNED, seed=arguments.seed)
        rest = np.setdiff1d(np.arange(len(labels)), learned)
        drawn = Drawn(images[learned], labels[learned])
        tested = Split(images[rest], labels[rest])
        return [_outcome(run, dataset, str(arguments.folder.name), drawn, tested)]
    return [
        _outcome(run, dataset, name, *simulated(run, dataset, hand))
        for name, hand in HANDS.items()
    ]


def read(folder: Path, dataset: Dataset) -> tuple[ByteImages, Labels]:
    """Read the pictures of a folder whose labels are classes of a data set."""
    spec, images, labels = dataset.spec, [], []
    for path in sorted(folder.iterdir()):
        label = path.name.split("__")[0]
        if label not in spec.classes or not pictures.is_picture_name(path):
            continue
        try:
            glyph = glyphs.glyph_of_picture(path, spec.ink_style, spec.image_shape)
        except BlankDrawingError:
            glyph = np.zeros(spec.image_shape, np.float32)
        images.append(np.round(glyph * 255).astype(np.uint8))
        labels.append(spec.classes.index(label))
    if not images:
        sys.exit(f"Expected pictures named LABEL__NAME.png, got none in {folder}.")
    return np.stack(images), np.array(labels, np.uint8)


def stratified(labels: Labels, num: int, *, seed: int) -> Indices:
    """Choose the same number of each class, as far as there are so many."""
    random = np.random.default_rng(seed)
    classes = np.unique(labels)
    each = num // len(classes)
    chosen = [
        random.permutation(np.flatnonzero(labels == label))[:each] for label in classes
    ]
    return np.sort(np.concatenate(chosen))


def simulated(run: Run, dataset: Dataset, hand: Hand) -> tuple[Drawn, Split]:
    """Return drawings to learn, and others to test a run with."""
    _, held_out = split_of(dataset, run.training)
    source = dataset.train
    positions = held_out[np.isin(source.labels[held_out], hand.labels)]
    images, labels = hand.write(source.images[positions]), source.labels[positions]
    if hand.are_mistakes:
        said = predict(_model(run, dataset), Split(images, labels)).probabilities
        learned = np.flatnonzero(said.argmax(axis=1) != labels)[: hand.num]
    else:
        learned = stratified(labels, hand.num, seed=0)
    test = dataset.test
    others = np.flatnonzero(np.isin(test.labels, hand.labels))[:NUM_TESTED]
    tested = Split(hand.write(test.images[others]), test.labels[others])
    return Drawn(images[learned], labels[learned]), tested


def _model(run: Run, dataset: Dataset) -> keras.Model:
    path = open_store().artifact(run.id, "model.keras")
    return trained_model.load(path, run.config, dataset.spec.dimensions)


def _outcome(
    run: Run, dataset: Dataset, hand: str, drawn: Drawn, tested: Split
) -> Outcome:
    model = _model(run, dataset)
    config = fine_tuning.fine_tuning_of(run.training)
    times = []
    for _ in range(2):
        started = time.perf_counter()
        tuned = fine_tune(dataset, config, drawn, start=tuple(model.get_weights()))
        times.append(time.perf_counter() - started)
    before = open_store().predictions(run.id)
    return Outcome(
        run=run.name,
        hand=hand,
        num_learned=len(drawn.labels),
        num_tested=len(tested.labels),
        hand_before=_accuracy(predict(model, tested)),
        hand_after=_accuracy(predict(tuned.model, tested)),
        test_before=_accuracy(before),
        test_after=_accuracy(tuned.predictions),
        way=tuned.way,
        first_seconds=times[0],
        seconds=times[1],
    )


def _accuracy(said: Predictions) -> float:
    return float((said.probabilities.argmax(axis=1) == said.labels).mean())


if __name__ == "__main__":
    main()
