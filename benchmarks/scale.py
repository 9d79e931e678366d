r"""Whether speed and memory stay the same when there are many more images.

MNIST's training images, changed at random and repeated, stand in for a larger
set: 12 times MNIST is a little less than all of EMNIST. Each size is trained
in a process of its own for one epoch of `fast-mlp`. The memory is the most that
this process had of its own while it trained; pages of mapped files, which the
system takes back when it needs them, do not count.

    python benchmarks/scale.py [--times 1 4 12] [--json]
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine  # noqa: E402
import numpy as np  # noqa: E402

from core import presets  # noqa: E402
from core.config import Augmentation  # noqa: E402
from core.datasets import store as datasets  # noqa: E402
from core.datasets.store import Split  # noqa: E402
from core.runs.records import Progress  # noqa: E402

CHANGES = Augmentation(rotation=10.0, shift=1.0, zoom=0.1)
KIBIBYTE = 1024


def main() -> None:
    """Train each size and print the table."""
    options = _arguments()
    if options.write:
        _write(options.write, options.times[0])
        return
    if options.one:
        print(json.dumps(_measure(options.one, options.times[0])))
        return
    rows = [_in_own_process(times) for times in options.times]
    report = {"machine": machine.describe(), "rows": rows}
    if options.json:
        print(json.dumps(report))
        return
    print(machine.line(report["machine"]))
    print(f"{'images':>10}{'images/s':>12}{'peak memory, MB':>18}")
    for row in rows:
        speed, memory = row["images_per_second"], row["peak_megabytes"]
        print(f"{row['images']:10,}{speed:12,.0f}{memory:18,.0f}")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 12])
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_own_process(times: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "images.npy")
        _run("--write", path, times)
        row: dict[str, float] = json.loads(_run("--one", path, times).splitlines()[-1])
    return row


def _run(task: str, path: Path, times: int) -> str:
    command = [sys.executable, __file__, task, str(path), "--times", str(times)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return done.stdout


def _measure(path: Path, times: int) -> dict[str, float]:
    from core.training.train import train  # noqa: PLC0415

    mnist = datasets.load("mnist")
    labels = np.tile(mnist.train.labels, times)
    split = Split(np.load(path, mmap_mode="r"), labels)
    config = dataclasses.replace(presets.preset("fast-mlp").config, epochs=1)
    speeds, sizes = [], []

    def look(progress: Progress) -> None:
        speeds.append(progress.images_per_second)
        sizes.append(_own_megabytes())

    train(dataclasses.replace(mnist, train=split), config, look)
    return {
        "images": len(labels),
        "images_per_second": speeds[-1],
        "peak_megabytes": max(sizes),
    }


def _own_megabytes() -> float:
    """Return the anonymous memory of this process; Linux tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("RssAnon:"))
    return int(line.split()[1]) * KIBIBYTE / 1e6


def _write(path: Path, times: int) -> None:
    """Write the training images many times, each time changed."""
    from core.training.augment import Augmenter  # noqa: PLC0415

    images = datasets.load("mnist").train.images
    augmenter = Augmenter(CHANGES, seed=0)
    step = 10_000
    shape = (times * len(images), *images.shape[1:])
    written = np.lib.format.open_memmap(path, "w+", np.uint8, shape)
    for start in range(0, len(written), step):
        first = start % len(images)
        part = images[first : first + step]
        written[start : start + step] = augmenter(part, position=start)
    written.flush()


if __name__ == "__main__":
    main()
