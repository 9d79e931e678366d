r"""Test accuracy of each preset over several seeds: the claims of core.config.presets.

Each preset is trained as it is, or with other validation splits (`--held-out`, the
share of the training images). The test images take no part in any choice. The
ensemble of all seeds predicts with the mean of their probabilities. All runs stay in
the store, for example for benchmarks/drawings.py.

    python benchmarks/accuracy.py [--preset NAME ...] [--held-out 0.1 ...] \
        [--seeds 5] [--json]
"""

import argparse
import dataclasses
import json
import statistics
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import numpy as np

from core.config import TrainingConfig, presets
from core.evaluation import metrics
from core.jobs import worker
from core.records import RunStatus
from core.runs import open_store


def measure(config: TrainingConfig, num_seeds: int) -> dict[str, float]:
    """Train a configuration with seeds from 0 and summarise the runs.

    Returns:
        Mean and standard deviation of the test accuracy, test accuracy of the
        ensemble of all seeds, mean seconds of the training loop (the first seed
        includes the compilation), and bytes of the exported model.
    """
    store = open_store()
    accuracies, seconds, answers = [], [], []
    for seed in range(num_seeds):
        run_id = store.create(
            dataclasses.replace(config, seed=seed), name=f"{config.preset} seed {seed}"
        )
        worker.perform(run_id)
        run = store.get(run_id)
        if run.status is not RunStatus.FINISHED:
            sys.exit(f"Expected run {run_id} to finish, but it {run.status}.")
        predictions = store.predictions(run_id)
        accuracies.append(
            metrics.accuracy(predictions.labels, predictions.probabilities).value
        )
        seconds.append(run.scores.train_seconds)
        answers.append(predictions.probabilities)
        print(f"seed {seed}: {accuracies[-1]:.2%}, run {run_id}", file=sys.stderr)
    together = metrics.accuracy(predictions.labels, np.mean(answers, axis=0))
    return {
        "accuracy": statistics.mean(accuracies),
        "spread": statistics.stdev(accuracies) if num_seeds > 1 else 0.0,
        "lowest": min(accuracies),
        "highest": max(accuracies),
        "together": together.value,
        "seconds": statistics.mean(seconds),
        "bytes": store.artifact(run_id, "model.tflite").stat().st_size,
    }


def main() -> None:
    """Train all presets and print the table."""
    options = _arguments()
    rows = []
    for name in options.preset or [preset.name for preset in presets.PRESETS]:
        preset = presets.preset(name).config
        for held_out in options.held_out or [preset.validation_fraction]:
            config = dataclasses.replace(preset, validation_fraction=held_out)
            row = {"preset": name, "held_out": held_out}
            rows.append(row | measure(config, options.seeds))
    report = {"machine": machine.describe(), "seeds": options.seeds, "rows": rows}
    if options.json:
        print(json.dumps(report))
    else:
        _print_table(report)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--preset", action="append", metavar="NAME")
    parser.add_argument("--held-out", action="append", type=float, metavar="SPLIT")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    return parser.parse_args()


def _print_table(report: dict) -> None:
    print(f"{report['seeds']} seeds. {machine.line(report['machine'])}")
    print(
        f"{'preset':14}{'validation':>11}{'accuracy':>10}{'std dev':>9}"
        f"{'ensemble':>10}{'seconds':>9}{'size, kB':>10}"
    )
    for row in report["rows"]:
        print(
            f"{row['preset']:14}{row['held_out']:11.0%}{row['accuracy']:10.2%}"
            f"{row['spread']:9.2%}{row['together']:10.2%}{row['seconds']:9.1f}"
            f"{row['bytes'] / 1000:10,.0f}"
        )


if __name__ == "__main__":
    main()
