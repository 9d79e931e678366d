r"""What each preset reaches over several seeds: the claims of core.presets.

Each is trained with a tenth of the training images held out, as it is, and
once more with none held out. The test images choose nothing.

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

from core import presets
from core.config import TrainingConfig
from core.datasets import store as datasets
from core.evaluation import metrics

HELD_OUT = (0.1, 0.0)


def measure(config: TrainingConfig, num_seeds: int) -> dict[str, float]:
    """Train a configuration with seeds from 0 and sum up.

    Returns:
        Mean and standard deviation of the test accuracy, and mean seconds of
        the training loop; the first seed includes the compilation.
    """
    from core.training.train import train  # noqa: PLC0415

    dataset = datasets.load(config.dataset)
    accuracies, seconds = [], []
    for seed in range(num_seeds):
        trained = train(dataset, dataclasses.replace(config, seed=seed))
        predictions = trained.predictions
        accuracies.append(
            metrics.accuracy(predictions.labels, predictions.probabilities).value
        )
        seconds.append(trained.seconds)
    return {
        "accuracy": statistics.mean(accuracies),
        "spread": statistics.stdev(accuracies) if num_seeds > 1 else 0.0,
        "lowest": min(accuracies),
        "highest": max(accuracies),
        "seconds": statistics.mean(seconds),
    }


def main() -> None:
    """Train all presets and print the table."""
    options = _arguments()
    rows = []
    for name in options.preset or [preset.name for preset in presets.PRESETS]:
        for held_out in options.held_out or HELD_OUT:
            config = dataclasses.replace(
                presets.preset(name).config, validation_fraction=held_out
            )
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
    parser.add_argument("--held-out", action="append", type=float, metavar="SHARE")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    return parser.parse_args()


def _print_table(report: dict) -> None:
    print(f"{report['seeds']} seeds. {machine.line(report['machine'])}")
    print(f"{'preset':14}{'held out':>9}{'mean':>9}{'spread':>9}{'seconds':>9}")
    for row in report["rows"]:
        print(
            f"{row['preset']:14}{row['held_out']:9.0%}{row['accuracy']:9.2%}"
            f"{row['spread']:9.2%}{row['seconds']:9.1f}"
        )


if __name__ == "__main__":
    main()
