r"""Training time of the same recipes in Inklab and in other libraries.

784-128-64-10 with ReLU, softmax and Adam at 0.001, with batch sizes 32 (the classic
recipe) and 128, and a LeNet with batch size 128 and augmentation, on all 60,000
training images. Each training has its own process. The libraries take turns, and the
median counts. The time includes compilation, but not imports and loading. GFLOP/s count
the multiply-adds of the layers (two operations each), without augmentation and
optimizer. `requirements-bench.txt` lists the other libraries; one that is not installed
is skipped, and its name is printed.

    python benchmarks/training_speed.py [--recipe classic-32 ...] \
        [--peer keras-fit ...] [--repeats 3] [--json]
"""

import argparse
import importlib.util
import json
import os
import statistics
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine  # noqa: E402
import peers  # noqa: E402
from peers import Recipe  # noqa: E402

RECIPES = {
    "classic-32": Recipe(batch_size=32, epochs=10),
    "classic-128": Recipe(batch_size=128, epochs=10),
    "lenet-128": Recipe(batch_size=128, epochs=2, is_lenet=True),
}
CONTESTANTS = {
    "inklab": (peers.inklab, "tensorflow"),
    "keras-fit": (peers.keras_fit, "tensorflow"),
    "keras-tuned": (peers.keras_tuned, "tensorflow"),
    "pytorch": (peers.pytorch, "torch"),
    "scikit-learn": (peers.scikit_learn, "sklearn"),
    "jax": (peers.jax_scan, "jax"),
}
NO_CONVOLUTIONS = ("scikit-learn", "jax")


def main() -> None:
    """Run all libraries in turn and print the tables."""
    options = _arguments()
    if options.one:
        train, _ = CONTESTANTS[options.one]
        seconds, accuracy = train(RECIPES[options.recipe[0]])
        print(json.dumps({"seconds": seconds, "accuracy": accuracy}))
        return
    recipes = options.recipe or list(RECIPES)
    tables = {name: _table(name, options) for name in recipes}
    report = {"machine": machine.describe(), "median": tables}
    if options.json:
        print(json.dumps(report))
    else:
        _print_tables(report)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--recipe", action="append", choices=RECIPES)
    parser.add_argument("--peer", action="append", choices=CONTESTANTS)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument("--one", choices=CONTESTANTS, help=argparse.SUPPRESS)
    return parser.parse_args()


def _table(recipe: str, options: argparse.Namespace) -> dict[str, dict[str, float]]:
    names = [name for name in CONTESTANTS if name in _wanted(options)]
    if RECIPES[recipe].is_lenet:
        names = [name for name in names if name not in NO_CONVOLUTIONS]
    results: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    for _ in range(options.repeats):
        for name, rows in results.items():
            rows.append(_in_own_process(name, recipe))
    return {
        name: {
            "seconds": statistics.median(row["seconds"] for row in rows),
            "accuracy": statistics.median(row["accuracy"] for row in rows),
            "gflops": RECIPES[recipe].operations
            / statistics.median(row["seconds"] for row in rows)
            / 1e9,
        }
        for name, rows in results.items()
    }


def _wanted(options: argparse.Namespace) -> list[str]:
    wanted = ["inklab", *(options.peer or CONTESTANTS)]
    there = []
    for name in wanted:
        _, package = CONTESTANTS[name]
        if importlib.util.find_spec(package):
            there.append(name)
        else:
            print(f"skipped, not installed: {name}", file=sys.stderr)
    return there


def _in_own_process(name: str, recipe: str) -> dict[str, float]:
    command = [sys.executable, __file__, "--one", name, "--recipe", recipe]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


def _print_tables(report: dict) -> None:
    print(machine.line(report["machine"]))
    for recipe, rows in report["median"].items():
        print(
            f"\n{recipe:14}{'seconds':>9}{'ratio':>11}{'test accuracy':>15}"
            f"{'GFLOP/s':>9}"
        )
        ours = rows["inklab"]["seconds"]
        for name, row in rows.items():
            print(
                f"{name:14}{row['seconds']:9.1f}{row['seconds'] / ours:10.1f}x"
                f"{row['accuracy']:15.2%}{row['gflops']:9.1f}"
            )


if __name__ == "__main__":
    main()
