r"""Whether speed and memory stay the same when there are many more images.

MNIST's images, changed at random and repeated, stand in for a larger set with
as many classes as EMNIST has: 12 times MNIST, 840,000 images, is a little more
than all of it. Each size is trained in a process of its own for some epochs of
`fast-mlp`, and tested; nothing is exported or stored. The memory is the most that
this process had of its own from the first step to the last answer; pages of
mapped files, which the system takes back when it needs them, do not count.

    python benchmarks/scale.py [--times 1 4 12] [--epochs 2] [--json]
"""

import argparse
import dataclasses
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine  # noqa: E402
import numpy as np  # noqa: E402

from core.config import Augmentation, presets  # noqa: E402
from core.datasets import store as datasets  # noqa: E402
from core.datasets.store import Dataset, Split  # noqa: E402
from core.records import Progress  # noqa: E402
from core.types import ByteImages  # noqa: E402

CHANGES = Augmentation(rotation=10.0, shift=1.0, zoom=0.1)
NUM_CLASSES = 62
LOOK_SECONDS = 0.02
KIBIBYTE = 1024


def main() -> None:
    """Train each size and print the table."""
    options = _arguments()
    if options.write:
        _write(options.write, options.times[0])
        return
    if options.one:
        print(json.dumps(_measure(options.one, options.times[0], options.epochs)))
        return
    rows = [_in_own_process(times, options.epochs) for times in options.times]
    report = {"machine": machine.describe(), "rows": rows}
    if options.json:
        print(json.dumps(report))
        return
    print(machine.line(report["machine"]))
    print(f"{'to learn':>10}{'to test':>10}{'images/s':>12}{'peak memory, MB':>18}")
    for row in rows:
        print(
            f"{row['learned']:10,}{row['tested']:10,}{row['images_per_second']:12,.0f}"
            f"{row['peak_megabytes']:18,.0f}"
        )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--times", type=int, nargs="+", default=[1, 4, 12])
    parser.add_argument("--epochs", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _in_own_process(times: int, epochs: int) -> dict[str, float]:
    options = ("--times", str(times), "--epochs", str(epochs))
    with tempfile.TemporaryDirectory() as folder:
        _run("--write", folder, *options)
        row: dict[str, float] = json.loads(_run("--one", folder, *options))
    return row


def _run(*arguments: str) -> str:
    command = [sys.executable, __file__, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    return (done.stdout.splitlines() or [""])[-1]


def _measure(folder: Path, times: int, epochs: int) -> dict[str, float]:
    from core.training.train import train  # noqa: PLC0415

    dataset = _larger(folder, times)
    config = dataclasses.replace(presets.preset("fast-mlp").config, epochs=epochs)
    speeds = []

    def look(progress: Progress) -> None:
        speeds.append(progress.images_per_second)

    peak = _peak_megabytes(lambda: train(dataset, config, look))
    return {
        "learned": len(dataset.train.labels),
        "tested": len(dataset.test.labels),
        "images_per_second": speeds[-1],
        "peak_megabytes": peak,
    }


def _larger(folder: Path, times: int) -> Dataset:
    """Open what `_write` wrote; the copies take turns with the classes."""
    mnist = datasets.load("mnist")
    classes = tuple(str(number) for number in range(NUM_CLASSES))
    splits = {}
    for name in ("train", "test"):
        labels = getattr(mnist, name).labels.astype(int)
        copies = [(labels + 10 * copy) % NUM_CLASSES for copy in range(times)]
        splits[name] = Split(
            np.load(folder / f"{name}.npy", mmap_mode="r"),
            np.concatenate(copies).astype(np.uint8),
        )
    spec = dataclasses.replace(mnist.spec, classes=classes)
    return dataclasses.replace(mnist, spec=spec, **splits)


def _peak_megabytes(work: Callable[[], object]) -> float:
    """Return the most memory that this process had of its own during the work."""
    sizes = [_own_megabytes()]
    is_done = threading.Event()

    def look() -> None:
        while not is_done.wait(LOOK_SECONDS):
            sizes.append(_own_megabytes())

    looking = threading.Thread(target=look)
    looking.start()
    try:
        work()
    finally:
        is_done.set()
        looking.join()
    return max(sizes)


def _own_megabytes() -> float:
    """Return the anonymous memory of this process; Linux tells it."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("RssAnon:"))
    return int(line.split()[1]) * KIBIBYTE / 1e6


def _write(folder: Path, times: int) -> None:
    """Write all images many times, each time changed."""
    mnist = datasets.load("mnist")
    for name in ("train", "test"):
        _write_changed(getattr(mnist, name).images, folder / f"{name}.npy", times)


def _write_changed(images: ByteImages, path: Path, times: int) -> None:
    from core.training.augment import Augmenter  # noqa: PLC0415

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
