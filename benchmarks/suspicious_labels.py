"""How many wrong labels of MNIST are found, by two ways to rank them.

known: a training by a preset ranks the test labels; of the 15 that people rejected,
how many are among the first 50? flipped: 1 % of the training labels are changed at
random in a copy of the data set, and k trainings, each without a part of the images,
rank them; which share of the changed ones is among the first 1.5 %? Each in a new
home, ranked by self-confidence, which Inklab uses, and by the normalised margin.

    python benchmarks/suspicious_labels.py [known] [flipped] [--preset lenet]
        [--check-preset fast-mlp] [--folds 3] [--seed 0] [--json]
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import numpy as np

from core.config import presets
from core.datasets import rejected_labels, store, versions
from core.datasets.arrays import Dataset
from core.datasets.versions import Change
from core.errors import TrainingError
from core.evaluation.suspicious_labels import rank_labels
from core.jobs import worker
from core.jobs.kinds import label_check
from core.jobs.kinds.label_check import CheckLabels
from core.runs import open_store
from core.types import Indices, Labels, Probabilities

NUM_FIRST = 50
FLIPPED_SHARE = 0.01
FIRST_SHARE = 0.015


def by_margin(labels: Labels, probabilities: Probabilities) -> Indices:
    """Rank images by the normalised margin of their label, the lowest first."""
    rows = np.arange(len(labels))
    own, others = probabilities[rows, labels], np.array(probabilities)
    others[rows, labels] = -np.inf
    return np.argsort(own - others.max(axis=1), kind="stable")


def ranked(labels: Labels, probabilities: Probabilities) -> dict[str, Indices]:
    """Return the images in both orders, by the name of the order."""
    return {
        "self-confidence": rank_labels(labels, probabilities).indices,
        "normalised margin": by_margin(labels, probabilities),
    }


def known(preset: str, seed: int) -> Mapping[str, float]:
    """Count the rejected test labels among the first 50 of a run."""
    runs = open_store()
    config = replace(presets.preset(preset).config, seed=seed)
    run_id = runs.create(config, name=preset)
    worker.perform(run_id)
    said, dataset = runs.predictions(run_id), store.load("mnist")
    rejected = sorted(rejected_labels.of_test_images(dataset.fingerprint))
    figures = {"test accuracy": runs.get(run_id).scores.test_accuracy or 0.0}
    for name, order in ranked(said.labels, said.probabilities).items():
        found = np.isin(order[:NUM_FIRST], rejected).sum()
        figures[f"known in first {NUM_FIRST}, {name}"] = int(found)
    return figures


def flipped(preset: str, seed: int, folds: int) -> Mapping[str, float]:
    """Return the share of changed labels among the first 1.5 %."""
    dataset, changed = flip(store.load("mnist"), seed)
    runs = open_store()
    config = replace(
        presets.preset(preset).config, dataset=dataset.spec.name, seed=seed
    )
    run_id = runs.create(config, name=preset)
    task = CheckLabels(subject=run_id, folds=folds)
    job_id = task.create(runs, name="check")
    worker.perform(job_id)
    found = label_check.find(runs, run_id)
    if found is None:
        raise TrainingError(runs.job(job_id).reason)
    labels = dataset.train.labels
    said = label_check.read(runs, run_id, found[1], split=dataset.train)
    first = round(FIRST_SHARE * len(labels))
    return {
        "changed labels": len(changed),
        "confidently wrong": rank_labels(labels, said).num_confident,
    } | {
        f"share in first {first}, {name}": float(np.isin(changed, order[:first]).mean())
        for name, order in ranked(labels, said).items()
    }


def flip(parent: Dataset, seed: int) -> tuple[Dataset, Indices]:
    """Make a version with 1 % of the training labels changed to any other class."""
    generator = np.random.default_rng(seed)
    labels, num_classes = parent.train.labels, len(parent.spec.classes)
    num = round(FLIPPED_SHARE * len(labels))
    changed = generator.choice(len(labels), num, replace=False)
    new = (labels[changed] + generator.integers(1, num_classes, num)) % num_classes
    relabel = dict(zip(changed.tolist(), new.tolist(), strict=True))
    spec = versions.create(parent, {"train": Change(relabel=relabel)}, reason="flips")
    return store.load(spec.name), changed


def main() -> None:
    """Measure in a new home and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("what", nargs="*", default=["known", "flipped"])
    parser.add_argument("--preset", default="lenet")
    parser.add_argument("--check-preset", default="fast-mlp")
    parser.add_argument("--folds", type=int, default=label_check.DEFAULT_FOLDS)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as home:
        os.environ["INKLAB_HOME"] = home
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        if "known" in options.what:
            figures |= known(options.preset, options.seed)
        if "flipped" in options.what:
            figures |= flipped(options.check_preset, options.seed, options.folds)
    machine.print_figures(machine.describe(), figures, as_json=options.json)


if __name__ == "__main__":
    main()
