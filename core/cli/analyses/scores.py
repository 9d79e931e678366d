"""All scores of a run in a terminal."""

import argparse
from collections.abc import Mapping
from dataclasses import asdict

from core.cli.analyses import printed
from core.datasets import rejected_labels
from core.evaluation import metrics
from core.evaluation import scores as scoring
from core.evaluation.bootstrap import Interval
from core.insight import repetitions
from core.records import Run
from core.runs import answers, run_dataset
from core.runs.store import RunStore


def analyse(
    store: RunStore, run: Run, options: argparse.Namespace
) -> Mapping[str, object]:
    """Score what it says about its test images, with n and 95 % intervals."""
    said = answers.predictions(store.artifact(run.id, "predictions.npz"), run)
    labels, probabilities = said.labels, said.probabilities
    predicted = metrics.predicted_classes(probabilities)
    matrix = metrics.confusion_matrix(labels, predicted, probabilities.shape[1])
    record: dict[str, object] = {"n": len(labels)}
    for score in scoring.all_scores(labels, probabilities, matrix):
        record[score.key] = printed.estimate(
            score.value, score.interval, as_json=options.json
        )
    rejected = rejected_labels.of_test_images(run_dataset.fingerprint_of(run))
    without = scoring.accuracy_without(labels, predicted, rejected)
    if without is not None:
        record["rejected_labels"] = len(labels) - without.total
        record["accuracy_without_rejected"] = printed.estimate(
            without.value, Interval(without.low, without.high), as_json=options.json
        )
    spread = repetitions.over_seeds(run, store.runs())
    if spread is not None:
        record["over_seeds"] = (
            asdict(spread)
            if options.json
            else f"mean {spread.mean:.4f}, standard deviation {spread.deviation:.4f}, "
            f"{spread.low:.4f} to {spread.high:.4f}, {spread.n} seeds"
        )
    return record
