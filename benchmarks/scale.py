r"""Whether speed and memory stay the same with many more images.

MNIST's images, repeated and augmented, stand in for a larger set with as many classes
as EMNIST: 12 times MNIST, 840,000 images, is a little more than all of EMNIST. Each
size is trained with `fast-mlp` for a few epochs and tested, in its own process; nothing
is exported or stored. Peak memory is the largest anonymous memory of this process from
the first step to the last prediction. Pages of mapped files do not count, because the
system reclaims them when it needs them.

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

AUGMENTATION = Augmentation(rotation=10.0, shift=1.0, zoom=0.1)
NUM_CLASSES = 62
POLL_SECONDS = 0.02
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
    print(f"{'training':>10}{'test':>10}{'images/s':>12}{'peak memory, MB':>18}")
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

    def report(progress: Progress) -> None:
        speeds.append(progress.images_per_second)

    peak = _peak_megabytes(lambda: train(dataset, config, report))
    return {
        "learned": len(dataset.train.labels),
        "tested": len(dataset.test.labels),
        "images_per_second": speeds[-1],
        "peak_megabytes": peak,
    }


def _larger(folder: Path, times: int) -> Dataset:
    """Open what `_write` wrote; each copy shifts its labels by ten classes."""
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
    """Return the largest anonymous memory of this process during the work."""
    sizes = [_own_megabytes()]
    is_done = threading.Event()

    def poll() -> None:
        while not is_done.wait(POLL_SECONDS):
            sizes.append(_own_megabytes())

    poller = threading.Thread(target=poll)
    poller.start()
    try:
        work()
    finally:
        is_done.set()
        poller.join()
    return max(sizes)


def _own_megabytes() -> float:
    """Return the anonymous memory of this process (Linux only)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = (line for line in lines if line.startswith("RssAnon:"))
    return int(line.split()[1]) * KIBIBYTE / 1e6


def _write(folder: Path, times: int) -> None:
    """Write all images many times, augmented differently each time."""
    mnist = datasets.load("mnist")
    for name in ("train", "test"):
        _write_augmented(getattr(mnist, name).images, folder / f"{name}.npy", times)


def _write_augmented(images: ByteImages, path: Path, times: int) -> None:
    from core.training.augment import Augmenter  # noqa: PLC0415

    augmenter = Augmenter(AUGMENTATION, seed=0)
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
