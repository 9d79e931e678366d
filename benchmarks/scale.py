r"""Whether speed and memory stay the same with many more images.

MNIST's images, repeated and augmented, stand in for a larger set with as many classes
as EMNIST: 12 times MNIST, 840,000 images, is a little more than all of EMNIST. Each
size is trained with `fast-mlp` for a few epochs and tested, in its own process; nothing
is exported or stored. Peak memory is the largest anonymous memory of this process from
the first step to the last prediction. Pages of mapped files do not count, because the
system reclaims them when it needs them.

    python benchmarks/scale.py [--times 1 4 12] [--epochs 2] [--json]

With `--emnist`, a folder with EMNIST's files in the official form goes all the way in a
new home: import, summary, and each view of Explore in a headless Chromium. ByClass is
repeated, each copy shifted differently, until it has its 814,255 images. ByMerge is
taken as it is; `lenet` learns it too, and Evaluate is measured as well.

    python benchmarks/scale.py --emnist FOLDER [--split byclass] [--repeats 3] [--json]
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

import emnist_scale  # noqa: E402
import machine  # noqa: E402
import numpy as np  # noqa: E402
from emnist_scale import Row  # noqa: E402
from private_memory import peak_of  # noqa: E402

from core.config import Augmentation, presets  # noqa: E402
from core.datasets import store as datasets  # noqa: E402
from core.datasets.store import Dataset, Split  # noqa: E402
from core.records import Progress  # noqa: E402
from core.types import ByteImages  # noqa: E402

AUGMENTATION = Augmentation(rotation=10.0, shift=1.0, zoom=0.1)
NUM_CLASSES = 62
FINE_UNITS = ("s", "times")


def main() -> None:
    """Train each size and print the table."""
    options = _arguments()
    if options.write:
        _write(options.write, options.times[0])
        return
    if options.one:
        print(json.dumps(_measure(options.one, options.times[0], options.epochs)))
        return
    if options.emnist:
        _measure_emnist(options)
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
    parser.add_argument("--emnist", type=Path, help="folder with EMNIST's files")
    parser.add_argument("--split", choices=("byclass", "bymerge"), default="byclass")
    parser.add_argument("--repeats", type=int, default=3, help="of each view")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument("--write", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--one", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure_emnist(options: argparse.Namespace) -> None:
    described = machine.describe()
    rows = emnist_scale.measure(
        options.emnist,
        options.split,
        copies=options.split == "byclass",
        trains=options.split == "bymerge",
        repeats=options.repeats,
    )
    if options.json:
        found = [dataclasses.asdict(row) | {"holds": row.holds} for row in rows]
        print(json.dumps({"machine": described, "rows": found}))
        return
    print(machine.line(described))
    head = f"{'':40}{'measured':>14}{'':10}{'limit':>8}{'fastest':>10}"
    print(f"{head}{'server':>10}{'load':>7}")
    for row in rows:
        print(_line(row), flush=True)


def _line(row: Row) -> str:
    limit = "" if row.limit is None else f"{row.limit:,.5g}"
    value = f"{row.value:,.{2 if row.unit in FINE_UNITS else 0}f}"
    missed = "" if row.holds else "  missed"
    fastest, server = map(_seconds, (row.fastest, row.server_seconds))
    return (
        f"{row.name:40}{value:>14} {row.unit:9}{limit:>8}{fastest:>10}{server:>10}"
        f"{row.load:7.1f}{missed}"
    )


def _seconds(value: float | None) -> str:
    return "" if value is None else f"{value:.2f} s"


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

    peak = peak_of(lambda: train(dataset, config, report))
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
