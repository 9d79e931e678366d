"""Suspicious labels in a terminal: the most doubtful ones, as a table or as JSON."""

import argparse
from collections.abc import Mapping, Sequence
from typing import Final

from core.cli import task_results
from core.datasets import rejected_labels
from core.datasets.rejected_labels import RejectedLabel
from core.evaluation import suspicious_labels
from core.evaluation.suspicious_labels import Suspects
from core.jobs.kinds import label_check
from core.jobs.kinds.label_check import CheckLabels
from core.predictions import PREDICTIONS
from core.records import Run
from core.runs import answers, run_dataset
from core.runs.store import RunStore

NUM_SHOWN: Final = 50


def add_options(parser: argparse.ArgumentParser) -> None:
    """Add which labels to look at, and how the training labels are checked."""
    parser.add_argument(
        "--split",
        choices=("test", "train"),
        default="test",
        help="labels of the test images, from the run's own predictions, or of the "
        "training images, by trainings without a part of them (default test)",
    )
    parser.add_argument(
        "--folds",
        type=int,
        choices=range(label_check.MIN_FOLDS, label_check.MAX_FOLDS + 1),
        default=label_check.DEFAULT_FOLDS,
        metavar="K",
        help="trainings for --split train, each without another K-th of the images "
        f"(default {label_check.DEFAULT_FOLDS})",
    )
    parser.add_argument(
        "--epochs",
        type=int,
        metavar="N",
        help="epochs of each of these trainings (default: those of the run)",
    )


def analyse(
    store: RunStore, run: Run, options: argparse.Namespace
) -> Mapping[str, object]:
    """Rank the labels that are likely wrong, by confident learning."""
    spec = run_dataset.spec_of(store, run)
    if options.split == "train":
        found = _of_training_images(store, run, options)
    else:
        said = answers.predictions(store.artifact(run.id, PREDICTIONS), run)
        found = suspicious_labels.rank_labels(said.labels, said.probabilities)
    known = _rejected(run, len(found)) if options.split == "test" else {}
    shown = found.indices[:NUM_SHOWN].tolist()
    return {
        "split": options.split,
        "num_images": len(found),
        "num_confidently_wrong": found.num_confident,
        "num_known": len(known),
        "num_known_shown": sum(index in known for index in shown),
        "labels": [
            _row(found, place, spec.classes, known) for place in range(len(shown))
        ],
    }


def _of_training_images(
    store: RunStore, run: Run, options: argparse.Namespace
) -> Suspects:
    task = CheckLabels(subject=run.id, folds=options.folds, epochs=options.epochs)
    # Refused now, not by a task that fails.
    task.recipe(run)
    split = run_dataset.dataset_of(run).train
    made = task_results.result_of(store, run, task)
    said = label_check.read(store, run.id, made, split=split)
    return suspicious_labels.rank_labels(split.labels, said)


def _rejected(run: Run, num_images: int) -> Mapping[int, RejectedLabel]:
    known = rejected_labels.of_test_images(run_dataset.fingerprint_of(run))
    # A run of an early version may have been tested on fewer.
    return {index: each for index, each in known.items() if index < num_images}


def _row(
    found: Suspects,
    place: int,
    classes: Sequence[str],
    known: Mapping[int, RejectedLabel],
) -> Mapping[str, object]:
    index = int(found.indices[place])
    rejected = known.get(index)
    seen = None
    if rejected is not None:
        seen = "none" if rejected.seen is None else classes[rejected.seen]
    return {
        "rank": place + 1,
        "index": index,
        "given": classes[found.given[place]],
        "suggested": classes[found.suggested[place]],
        "score": float(found.scores[place]),
        "is_confident": bool(found.is_confident[place]),
        "people_saw": seen,
    }
