r"""Log loss and calibration error of each preset before and after temperature scaling.

Each preset is trained on MNIST, with its own epochs or fewer. The temperature is
fitted on the run's validation images, and both numbers are those of the test images,
which take no part in it. Exits with 1 if the log loss of a preset is higher with the
temperature. All runs stay in the store; --runs measures those that are there.

    python benchmarks/calibration.py [--presets NAME ...] [--epochs N] [--seed N] \
        [--runs ID ...] [--json]
"""

import argparse
import dataclasses
import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine

from core.config import presets
from core.evaluation import calibration
from core.jobs import worker
from core.records import RunStatus
from core.runs import open_store, temperatures


def train(name: str, *, epochs: int | None, seed: int) -> str:
    """Train a preset and return the id of its run."""
    config = dataclasses.replace(presets.preset(name).config, seed=seed)
    if epochs is not None:
        config = dataclasses.replace(config, epochs=epochs)
    store = open_store()
    run_id = store.create(config, name=f"{name} calibration")
    worker.perform(run_id)
    run = store.get(run_id)
    if run.status is not RunStatus.FINISHED:
        sys.exit(f"Expected run {run_id} to finish, but it {run.status}. {run.reason}")
    return run_id


def measure(run_id: str) -> dict[str, object]:
    """Return the numbers of a run before and after temperature scaling."""
    store = open_store()
    run = store.with_model(run_id)
    fitted = temperatures.of_run(store, run)
    said = store.predictions(run_id)
    before, after = (
        calibration.summary(
            calibration.confidences(said.labels, said.probabilities, temperature=each)
        )
        for each in (1.0, fitted.value)
    )
    return {
        "run": run_id,
        "preset": run.training.preset,
        "epochs": run.training.epochs,
        "temperature": fitted.value,
        "reason": fitted.reason,
        "validation_images": fitted.n,
        "n": before.reliability.n,
        "log_loss": before.log_loss,
        "log_loss_after": after.log_loss,
        "error": before.reliability.error,
        "error_after": after.reliability.error,
        "is_raised": after.log_loss > before.log_loss,
    }


def main() -> None:
    """Train, measure and print the table."""
    options = _arguments()
    run_ids = options.runs or [
        train(name, epochs=options.epochs, seed=options.seed)
        for name in options.presets
    ]
    rows = [measure(run_id) for run_id in run_ids]
    report = {"machine": machine.describe(), "rows": rows}
    if options.json:
        print(json.dumps(report))
    else:
        _print_table(report)
    if any(row["is_raised"] for row in rows):
        sys.exit(1)


def _arguments() -> argparse.Namespace:
    names = [preset.name for preset in presets.PRESETS]
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--presets", nargs="+", default=names, choices=names)
    parser.add_argument("--epochs", type=int, help="instead of the preset's own")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--runs", nargs="+", metavar="ID", help="train nothing")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    return parser.parse_args()


def _print_table(report: dict) -> None:
    print(machine.line(report["machine"]))
    print(
        f"{'preset':14}{'epochs':>7}{'temperature':>13}{'validation':>12}"
        f"{'log loss':>10}{'after':>9}{'ECE':>9}{'after':>9}"
    )
    for row in report["rows"]:
        print(
            f"{row['preset']:14}{row['epochs']:7}{row['temperature']:13.3f}"
            f"{row['validation_images']:12,}{row['log_loss']:10.4f}"
            f"{row['log_loss_after']:9.4f}{row['error']:9.2%}{row['error_after']:9.2%}"
            f"{'  RAISED' if row['is_raised'] else ''}  {row['reason']}"
        )


if __name__ == "__main__":
    main()
