"""How long the classic recipe takes here, and in Keras' fit as usually written.

784-128-64-10, ReLU, softmax, Adam 0.001, batches of 32, 10 epochs, all 60,000
training images, none held out. Each training is a process of its own; the two
take turns, and the median counts. The time is that of the training loop with
compilation, without imports and loading.

    python benchmarks/training_speed.py [--repeats 3] [--epochs 10] [--json]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine  # noqa: E402

from core.config import TrainingConfig  # noqa: E402
from core.datasets import store as datasets  # noqa: E402
from core.evaluation import metrics  # noqa: E402


def inklab(epochs: int) -> tuple[float, float]:
    """Train with the compiled epoch; return seconds and test accuracy."""
    from core.training.train import train  # noqa: PLC0415

    config = TrainingConfig(epochs=epochs, validation_fraction=0.0)
    trained = train(datasets.load("mnist"), config)
    predictions = trained.predictions
    accuracy = metrics.accuracy(predictions.labels, predictions.probabilities)
    return trained.seconds, accuracy.value


def keras_fit(epochs: int) -> tuple[float, float]:
    """Train as the exercise is usually written; return seconds and test accuracy."""
    import keras  # noqa: PLC0415

    dataset = datasets.load("mnist")
    keras.utils.set_random_seed(0)
    model = keras.Sequential(
        [
            keras.Input((28, 28)),
            keras.layers.Flatten(),
            keras.layers.Dense(128, activation="relu"),
            keras.layers.Dense(64, activation="relu"),
            keras.layers.Dense(10, activation="softmax"),
        ]
    )
    model.compile("adam", "categorical_crossentropy", metrics=["accuracy"])
    images = dataset.train.images.astype("float32") / 255
    labels = keras.utils.to_categorical(dataset.train.labels)
    started = time.perf_counter()
    model.fit(images, labels, batch_size=32, epochs=epochs, verbose=0)
    seconds = time.perf_counter() - started
    test = dataset.test
    _, accuracy = model.evaluate(
        test.images.astype("float32") / 255,
        keras.utils.to_categorical(test.labels),
        verbose=0,
    )
    return seconds, float(accuracy)


CONTESTANTS = {"inklab": inklab, "keras fit": keras_fit}


def main() -> None:
    """Run all contestants in turn and print the table."""
    options = _arguments()
    if options.one:
        seconds, accuracy = CONTESTANTS[options.one](options.epochs)
        print(json.dumps({"seconds": seconds, "accuracy": accuracy}))
        return
    results: dict[str, list[dict[str, float]]] = {name: [] for name in CONTESTANTS}
    for _ in range(options.repeats):
        for name, rows in results.items():
            rows.append(_in_own_process(name, options.epochs))
    table = {
        name: {
            "seconds": statistics.median(row["seconds"] for row in rows),
            "accuracy": statistics.median(row["accuracy"] for row in rows),
        }
        for name, rows in results.items()
    }
    report = {"machine": machine.describe(), "epochs": options.epochs, "median": table}
    if options.json:
        print(json.dumps(report))
    else:
        _print_table(report)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--epochs", type=int, default=10)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_own_process(name: str, epochs: int) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", name, "--epochs", str(epochs)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


def _print_table(report: dict) -> None:
    print(f"{report['epochs']} epochs. {machine.line(report['machine'])}")
    peer = report["median"]["keras fit"]["seconds"]
    print(f"{'':12}{'seconds':>9}{'ratio':>8}{'test accuracy':>15}")
    for name, row in report["median"].items():
        ratio = peer / row["seconds"]
        print(f"{name:12}{row['seconds']:9.1f}{ratio:7.1f}x{row['accuracy']:15.2%}")


if __name__ == "__main__":
    main()
