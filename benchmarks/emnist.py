r"""Real EMNIST, end to end: import, training, accuracy, and whether it lies upright.

The folder has EMNIST's files in the official form and under the official names, such as
`emnist-bymerge-train-images-idx3-ubyte.gz`; they may hold fewer images. Each split is
imported into the Inklab home under its own name unless it is there, in a process of its
own, with the time and the peak memory of that. Then each preset learns it over its
seeds, as the command line would train it. The test images take no part in any choice.

With `--orientation`, `lenet` learns MNIST and reads the digits among the test images of
ByMerge: as they lie in the files, upright, and upright in MNIST's ink style.

    python benchmarks/emnist.py FOLDER [--split bymerge ...] [--preset lenet ...] \
        [--seeds 3] [--orientation] [--json]
"""

import argparse
import dataclasses
import json
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import numpy as np

from core.config import presets
from core.datasets import catalog
from core.datasets import store as datasets
from core.datasets.emnist import SPLITS
from core.evaluation import metrics
from core.imaging import styles
from core.inference import Predictor
from core.jobs import worker
from core.records import RunStatus
from core.runs import open_store
from core.types import ByteImages

NUM_DIGITS = 10
KIBIBYTE = 1024

IMPORT = """
import resource, sys, time
from core.cli import main
started = time.perf_counter()
code = main(sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(f"{time.perf_counter() - started} {peak}", file=sys.stderr)
sys.exit(code)
"""


def main() -> None:
    """Import, train, and print the tables."""
    options = _arguments()
    report: dict[str, object] = {"machine": machine.describe()}
    report["imports"] = [_import(options.folder, split) for split in options.split]
    report["rows"] = [
        {"split": split, "preset": preset} | _measure(split, preset, options.seeds)
        for split in options.split
        for preset in options.preset
    ]
    if options.orientation:
        report["orientation"] = _orientation()
    print(json.dumps(report) if options.json else _table(report))


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument(
        "--split",
        nargs="+",
        choices=tuple(SPLITS),
        default=["bymerge", "byclass", "letters", "balanced"],
    )
    parser.add_argument("--preset", nargs="*", default=["lenet", "resnet-small"])
    parser.add_argument("--seeds", type=int, default=1)
    parser.add_argument("--orientation", action="store_true")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    return parser.parse_args()


def _import(folder: Path, split: str) -> dict[str, object]:
    """Import a split as somebody would who has its files, and measure that."""
    name = SPLITS[split].dataset_name
    measured: dict[str, object] = {"split": split}
    if name not in {spec.name for spec in catalog.specs()}:
        options = ("--name", name, "--split", split)
        command = [sys.executable, "-c", IMPORT, "datasets", "import", str(folder)]
        done = subprocess.run(
            [*command, *options],
            cwd=Path(__file__).resolve().parents[1],
            stderr=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            text=True,
            check=True,
        )
        seconds, peak = done.stderr.split()[-2:]
        measured |= {
            "seconds": float(seconds),
            "peak_megabytes": int(peak) * KIBIBYTE / 1e6,
        }
    spec = catalog.spec(name)
    return measured | {"train": spec.num_train, "test": spec.num_test}


def _measure(split: str, preset: str, num_seeds: int) -> dict[str, float]:
    """Train a preset with seeds from 0, and summarise the runs."""
    store, spec = open_store(), catalog.spec(SPLITS[split].dataset_name)
    recipe = presets.preset(preset).config_for(spec.name, spec.ink_style)
    accuracies, seconds, speeds = [], [], []
    for seed in range(num_seeds):
        run_id = store.create(
            dataclasses.replace(recipe, seed=seed), name=f"{split} {preset} {seed}"
        )
        worker.perform(run_id)
        run = store.get(run_id)
        if run.status is not RunStatus.FINISHED:
            sys.exit(f"Expected run {run_id} to finish, but it {run.status}.")
        accuracies.append(run.scores.test_accuracy or 0.0)
        seconds.append(run.scores.train_seconds or 0.0)
        speeds.append(run.scores.images_per_second or 0.0)
        print(f"{run.name}: {accuracies[-1]:.2%}, run {run_id}", file=sys.stderr)
    return {
        "seeds": num_seeds,
        "accuracy": statistics.mean(accuracies),
        "spread": statistics.stdev(accuracies) if num_seeds > 1 else 0.0,
        "seconds": statistics.mean(seconds),
        "images_per_second": statistics.mean(speeds),
        "test": spec.num_test,
    }


def _orientation() -> dict[str, float]:
    """Let a network that learned MNIST read EMNIST's digits, turned either way."""
    store = open_store()
    run_id = store.create(presets.preset("lenet").config, name="lenet on MNIST")
    worker.perform(run_id)
    predictor = Predictor(store.artifact(run_id, "model.tflite"))
    test = datasets.load(SPLITS["bymerge"].dataset_name).test
    is_digit = test.labels < NUM_DIGITS
    images, labels = test.images[is_digit], test.labels[is_digit]
    shape = (images.shape[1], images.shape[2])

    def share(shown: ByteImages) -> float:
        probabilities = predictor.predict(shown.astype(np.float32) / 255)
        return metrics.accuracy(labels, probabilities).value

    started = time.perf_counter()
    restyled = styles.restyle(images, "mnist", shape)
    seconds = time.perf_counter() - started
    return {
        "digits": len(labels),
        "as_in_the_files": share(images.transpose(0, 2, 1)),
        "upright": share(images),
        "upright_in_mnist_style": share(restyled),
        "restyled_per_second": len(images) / seconds,
    }


def _table(report: dict[str, object]) -> str:
    lines = [machine.line(report["machine"])]
    for row in report["imports"]:
        cost = "was there"
        if "seconds" in row:
            cost = f"{row['seconds']:.1f} s, {row['peak_megabytes']:,.0f} MB"
        counts = f"{row['train']:,} + {row['test']:,} images"
        lines.append(f"import of {row['split']}: {counts}, {cost}")
    lines += [
        f"{row['split']:>10}{row['preset']:>14}  {row['accuracy']:.2%} "
        f"(spread {row['spread']:.2%}, {row['seeds']} seeds) of {row['test']:,}, "
        f"{row['seconds']:.0f} s, {row['images_per_second']:,.0f} images/s"
        for row in report["rows"]
    ]
    lines += [f"{key}: {value}" for key, value in report.get("orientation", {}).items()]
    return "\n".join(lines)


if __name__ == "__main__":
    main()
