"""Letters and scribbles before networks of digits: how many are not answered.

    python benchmarks/rejection.py RUN_ID ... --letters bymerge [--json]

The runs learned from MNIST, with novelty thresholds (a training leaves them). The
letters are test images of a data set with the classes of EMNIST ByMerge, 100 of each
class at most, made MNIST images by Inklab's exact preprocessing. Letters that look like
a digit are counted apart: B, D, G, I, J, L, O, Q, S, Y and Z (also lower case where it
is merged), b, g and q. The digits among those images are counted too: what rejected
them would have found the other source, not the letters. 300 shapes are drawn with a
seed: polylines, crossed circles, spirals, triangles, arrows, dots and hatching.

Thresholds come from validation images, as on Draw. The curve moves them so that a share
of MNIST's test images is answered. Other published measures are printed for 97 %: the
distances of Mahalanobis (Lee and others 2018) and the relative one (Ren and others
2021), the largest logit (Hendrycks and others 2022) and the energy (Liu and others
2020).
"""

import argparse
import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import keras
import machine
import numpy as np
from numpy.typing import NDArray

from core.datasets import store as datasets
from core.datasets.splits import balanced_sample
from core.datasets.store import Split
from core.evaluation import novelty, temperature
from core.evaluation.novelty import Reference
from core.imaging import strokes, styles
from core.imaging.strokes import Strokes
from core.jobs.kinds import novelty as thresholds
from core.predictions import Predictions
from core.records import Run
from core.runs import open_store, run_dataset, temperatures
from core.runs.store import RunStore
from core.training import trained_model
from core.training.train import predict
from core.types import ByteImages, GrayImage, Labels

LIKE_DIGITS: Final = frozenset("BDGIJLOQSYZbgq")
PER_CLASS: Final = 100
NUM_SHAPES: Final = 300
SIDE: Final = 280
SHARES: Final = (0.9, 0.95, 0.97, 0.98, 0.99, 0.995)
WAYS: Final = ("confidence", "distance", "both")

Points = NDArray[np.float64]
Measure = Callable[[NDArray[Any]], Points]
Draw = Callable[[np.random.Generator], list[Points]]


@dataclass(frozen=True, eq=False)
class Measured:
    """Doubt and novelty of images, each float of shape (n,)."""

    doubt: NDArray[np.float32]
    novelty: NDArray[np.float32]


def main() -> None:
    """Measure each run, and print the curve."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("runs", nargs="+", help="runs of MNIST, or latest")
    parser.add_argument("--letters", default="emnist-bymerge", help="data set")
    parser.add_argument("--seed", type=int, default=0, help="of letters and shapes")
    parser.add_argument("--split", choices=("test", "train"), default="test")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    described = machine.describe()
    kinds = _material(options.letters, options.split, options.seed)
    store = open_store()
    found = {
        run.id: {"name": run.name, **_measure(store, run, kinds)}
        for run in map(store.with_model, options.runs)
    }
    if options.json:
        print(json.dumps({"machine": described, "runs": found}))
        return
    print(machine.line(described))
    for each in found.values():
        _print(each)


def _material(name: str, split: str, seed: int) -> Mapping[str, ByteImages]:
    """Return what is no digit, and digits of the same scanner, as MNIST images."""
    dataset = datasets.load(name)
    part = dataset.test if split == "test" else dataset.train
    classes = dataset.spec.classes
    generator = np.random.default_rng(seed)

    def of(wanted: Sequence[int]) -> ByteImages:
        chosen = [
            at
            for label in wanted
            for at in _some(np.flatnonzero(part.labels == label), generator)
        ]
        ink = part.images[np.array(chosen)] / np.float32(255)
        return _glyphs([each.astype(np.float32) for each in ink])

    numbered = [(at, set(each.split("/"))) for at, each in enumerate(classes)]
    letters = [(at, each) for at, each in numbered if not "".join(each).isdigit()]
    digits = [at for at, each in numbered if "".join(each).isdigit()]
    return {
        "letters": of([at for at, each in letters if not each & LIKE_DIGITS]),
        "letters like digits": of([at for at, each in letters if each & LIKE_DIGITS]),
        "digits of EMNIST": of(digits),
        "shapes": _glyphs([strokes.ink(each) for each in shapes(NUM_SHAPES, seed)]),
    }


def _some(
    found: NDArray[np.int64], generator: np.random.Generator
) -> NDArray[np.int64]:
    return generator.permutation(found)[:PER_CLASS]


def _glyphs(inks: Sequence[GrayImage]) -> ByteImages:
    made = [styles.glyph_steps(ink, "mnist", (28, 28)).glyph for ink in inks]
    return np.rint(np.stack(made) * 255).astype(np.uint8)


def _measure(
    store: RunStore, run: Run, kinds: Mapping[str, ByteImages]
) -> dict[str, Any]:
    reference = thresholds.of_run(store, run)
    if reference is None:
        message = f"Expected a run with novelty thresholds, got {run.name}: train anew."
        raise SystemExit(message)
    scale = temperatures.of_run(store, run).value
    dataset = run_dataset.dataset_of(run)
    model = trained_model.load(
        store.artifact(run.id, "model.keras"), run.config, dataset.spec.dimensions
    )

    def measured(said: Predictions) -> Measured:
        calibrated = temperature.scaled(said.probabilities, scale)
        return Measured(-calibrated.max(axis=1), reference.novelty_of(said.features))

    def ask(images: ByteImages) -> Measured:
        labels: Labels = np.zeros(len(images), np.uint8)
        return measured(predict(model, Split(images, labels)))

    tested = predict(model, dataset.test)
    is_right = tested.probabilities.argmax(axis=1) == tested.labels
    digits = measured(tested)
    others = {name: ask(images) for name, images in kinds.items()}
    strange = np.concatenate([kinds["letters"], kinds["shapes"]])
    nobody = np.zeros(len(strange), np.uint8)
    learned = balanced_sample(dataset.train.labels, size=novelty.MAX_IMAGES)
    train = Split(dataset.train.images[learned], dataset.train.labels[learned])
    measures = _measures(model, predict(model, train))
    asked = predict(model, Split(strange, nobody)).features
    return {
        "other measures": {
            name: float((of(asked) > np.quantile(of(tested.features), 0.97)).mean())
            for name, of in measures.items()
        },
        "accuracy": float(is_right.mean()),
        "n": {name: len(images) for name, images in kinds.items()},
        "by validation": _by_validation(reference, digits, others, is_right),
        "curve": _curve(reference, digits, others),
    }


def _by_validation(
    reference: Reference,
    digits: Measured,
    others: Mapping[str, Measured],
    is_right: NDArray[np.bool_],
) -> dict[str, Any]:
    """Return what happens on Draw, where the thresholds answer 97 % of validation."""
    limits = reference.thresholds()

    def verdicts(found: Measured) -> NDArray[np.str_]:
        return np.array(
            [
                novelty.verdict(float(far), -float(doubt), limits).value
                for far, doubt in zip(found.novelty, found.doubt, strict=True)
            ]
        )

    def shares(found: NDArray[np.str_]) -> dict[str, float]:
        return {each.value: float((found == each).mean()) for each in novelty.Verdict}

    said = verdicts(digits)
    return {
        "MNIST test": shares(said),
        "MNIST test, misclassified": shares(said[~is_right]),
        **{name: shares(verdicts(found)) for name, found in others.items()},
    }


def _curve(
    reference: Reference, digits: Measured, others: Mapping[str, Measured]
) -> list[dict[str, Any]]:
    """Return shares rejected where a share of the test digits is answered."""
    aside = Measured(-reference.confidence, reference.novelty)
    rows = []
    for way in WAYS:
        known = _strangeness(aside, digits, way)
        for share in SHARES:
            limit = np.quantile(known, share)
            rejected = {
                name: _strangeness(aside, found, way) > limit
                for name, found in others.items()
            }
            both = np.concatenate([rejected["letters"], rejected["shapes"]])
            rows.append(
                {
                    "by": way,
                    "answered": float((known <= limit).mean()),
                    "letters and shapes": float(both.mean()),
                    **{name: float(each.mean()) for name, each in rejected.items()},
                }
            )
    return rows


def _measures(model: keras.Model, learned: Predictions) -> Mapping[str, Measure]:
    """Return other measures of how strange features are."""
    weights, bias = (each.astype(float) for each in model.layers[-1].get_weights())
    known = learned.features.astype(float)
    labels = learned.labels
    means = np.stack([known[labels == each].mean(0) for each in np.unique(labels)])
    tied = _precision(known - means[labels])
    whole, middle = _precision(known - known.mean(0)), known.mean(0, keepdims=True)

    def distance(given: NDArray[Any], centres: Points, precision: Points) -> Points:
        steps = given[:, np.newaxis] - centres
        squared = np.einsum("nci,ij,ncj->nc", steps, precision, steps, optimize=True)
        return np.asarray(squared.min(axis=1))

    def logits(given: NDArray[Any]) -> Points:
        return np.asarray(given @ weights + bias)

    return {
        "Mahalanobis": lambda given: distance(given, means, tied),
        "relative Mahalanobis": lambda given: (
            distance(given, means, tied) - distance(given, middle, whole)
        ),
        "largest logit": lambda given: -logits(given).max(axis=1),
        "energy": lambda given: -np.log(np.exp(logits(given)).sum(axis=1)),
    }


def _precision(steps: Points) -> Points:
    """Invert a covariance that is drawn a hundredth towards its mean variance."""
    covariance, units = steps.T @ steps / len(steps), steps.shape[1]
    drawn = 0.99 * covariance + 0.01 * np.trace(covariance) / units * np.eye(units)
    return np.linalg.inv(drawn)


def _strangeness(
    aside: Measured, found: Measured, way: str
) -> NDArray[np.floating[Any]]:
    """Return what an image is rejected by; both are compared as quantiles."""
    if way == "confidence":
        return found.doubt
    if way == "distance":
        return found.novelty
    return np.maximum(
        _quantile(aside.doubt, found.doubt), _quantile(aside.novelty, found.novelty)
    )


def _quantile(
    known: NDArray[np.float32], found: NDArray[np.float32]
) -> NDArray[np.float64]:
    """Return the share of known values below each; beyond all, how far beyond."""
    ordered = np.sort(known).astype(np.float64)
    places = np.interp(found, ordered, np.linspace(0, 1, len(ordered)))
    return places + np.maximum(found - ordered[-1], 0)


def shapes(count: int, seed: int) -> list[Strokes]:
    """Draw shapes that are no digits, each kind as often as the others."""
    generator = np.random.default_rng(seed)
    drawn = []
    for number in range(count):
        paths = [
            np.clip(each, 5, SIDE - 5).astype(np.float32)
            for each in _KINDS[number % len(_KINDS)](generator)
        ]
        pen = float(generator.uniform(14, 26))
        drawn.append(Strokes(tuple(paths), (pen,) * len(paths), (SIDE, SIDE)))
    return drawn


def _direction(angle: float | Points) -> Points:
    return np.array([np.cos(angle), np.sin(angle)])


def _polyline(generator: np.random.Generator) -> list[Points]:
    return [generator.uniform(30, 250, (generator.integers(4, 11), 2))]


def _crossed_circle(generator: np.random.Generator) -> list[Points]:
    middle, radius = generator.uniform(120, 160, 2), generator.uniform(60, 110)
    around = np.linspace(0, 2 * np.pi, 60)
    ring = np.stack([np.cos(around), np.sin(around)], 1) * generator.uniform(
        0.8, 1.2, 2
    )
    first = generator.uniform(0, np.pi)
    steps = [radius * _direction(angle) for angle in (first, first + np.pi / 2)]
    return [
        middle + radius * ring,
        *(np.stack([middle - step, middle + step]) for step in steps),
    ]


def _spiral(generator: np.random.Generator) -> list[Points]:
    along = np.linspace(0, 1, 120)[:, np.newaxis]
    turns = generator.uniform(2.2, 4.5) * generator.choice([-1, 1])
    angle = generator.uniform(0, 2 * np.pi) + 2 * np.pi * turns * along
    return [140 + (8 + 100 * along) * np.hstack([np.cos(angle), np.sin(angle)])]


def _triangle(generator: np.random.Generator) -> list[Points]:
    angles = generator.uniform(0, 2 * np.pi) + np.array([0, 2.1, 4.2])
    angles += generator.uniform(-0.4, 0.4, 3)
    corners = 140 + generator.uniform(70, 110) * _direction(angles).T
    return [np.concatenate([corners, corners[:1]])]


def _arrow(generator: np.random.Generator) -> list[Points]:
    angle = generator.uniform(0, 2 * np.pi)
    start, tip = 140 - 100 * _direction(angle), 140 + 100 * _direction(angle)
    barbs = [
        tip + generator.uniform(40, 70) * _direction(angle + side)
        for side in (2.5, -2.5)
    ]
    return [np.stack([start, tip]), *(np.stack([tip, barb]) for barb in barbs)]


def _dots(generator: np.random.Generator) -> list[Points]:
    count = generator.integers(4, 13)
    return list(generator.uniform(40, 240, (count, 1, 2)))


def _hatching(generator: np.random.Generator) -> list[Points]:
    angle = generator.uniform(0, np.pi)
    along, across = 90 * _direction(angle), _direction(angle + np.pi / 2)
    return [
        np.stack([140 + step * across - along, 140 + step * across + along])
        + generator.normal(0, 5, (2, 2))
        for step in np.linspace(-90, 90, generator.integers(4, 8))
    ]


_KINDS: Final[tuple[Draw, ...]] = (
    _polyline,
    _crossed_circle,
    _spiral,
    _triangle,
    _arrow,
    _dots,
    _hatching,
)


def _print(found: Mapping[str, Any]) -> None:
    print(f"\n{found['name']}, test accuracy {found['accuracy']:.2%}; {found['n']}")
    for name, shares in found["by validation"].items():
        told = ", ".join(f"{verdict} {share:.1%}" for verdict, share in shares.items())
        print(f"  {name:28}{told}")
    for name, share in found["other measures"].items():
        print(f"  {name:28}answers 97.0%, rejects {share:.1%} of letters and shapes")
    for row in found["curve"]:
        told = ", ".join(
            f"{name} {share:.1%}"
            for name, share in row.items()
            if name not in ("by", "answered")
        )
        print(f"  {row['by']:12} answers {row['answered']:.1%} and rejects: {told}")


if __name__ == "__main__":
    main()
