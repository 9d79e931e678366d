"""Training speed with each compiler, to decide which layers get which.

Training images per second in one compiled chunk, without the compilation, best of
several repeats, batch size 128 unless noted. XLA takes minutes for convolutions.

    python benchmarks/compilers.py [--json]
    TF_ENABLE_ONEDNN_OPTS=0 python benchmarks/compilers.py  # the graph without oneDNN
"""

import argparse
import json
import os
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import machine
import numpy as np

import core.training  # noqa: F401 - before TensorFlow, for which it switches oneDNN on
from core.config import (
    CnnConfig,
    Compiler,
    MlpConfig,
    Network,
    TrainingConfig,
)
from core.datasets import catalog, store
from core.datasets.store import Dataset
from core.models import architectures
from core.training.engine import Engine
from core.training.optimizers import optimizer_of

NUM_BATCHES = {"XLA": 24, "oneDNN": 48}
REPEATS = 3
NETWORKS: dict[str, tuple[Network, int]] = {
    "784-128-64-10, batch size 32": (MlpConfig(), 32),
    "784-128-64-10": (MlpConfig(), 128),
    "784-1024-512-10, batch norm": (
        MlpConfig(hidden=(1024, 512), batch_norm=True),
        128,
    ),
    "LeNet, valid padding": (CnnConfig(padding="valid"), 128),
    "LeNet, same padding": (CnnConfig(padding="same"), 128),
    "LeNet, valid padding, batch norm": (
        CnnConfig(padding="valid", batch_norm=True),
        128,
    ),
}


def measure(
    network: Network, batch_size: int, compiler: Compiler, dataset: Dataset
) -> dict[str, float]:
    """Return training images per second, and seconds of the first chunk."""
    config = TrainingConfig(network=network, batch_size=batch_size)
    num_batches = NUM_BATCHES[compiler]
    engine = Engine(
        architectures.build(network, catalog.spec("mnist").dimensions),
        optimizer_of(config),
        config,
        chunk_batches=num_batches,
        compiler=compiler,
    )
    engine.reset(seed=0)
    num_images = num_batches * batch_size
    images, labels = (
        dataset.train.images[:num_images],
        dataset.train.labels[:num_images],
    )
    rates = np.full(num_batches, 1e-3, np.float32)
    seconds = []
    for _ in range(REPEATS + 1):
        started = time.perf_counter()
        engine.learn(images, labels, rates)
        seconds.append(time.perf_counter() - started)
    return {"images per second": num_images / min(seconds[1:]), "first": seconds[0]}


def main() -> None:
    """Measure every network with both compilers and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    dataset = store.load("mnist")
    rows = {
        name: {
            compiler: measure(*recipe, compiler, dataset) for compiler in NUM_BATCHES
        }
        for name, recipe in NETWORKS.items()
    }
    report = {"machine": machine.describe(), "rows": rows}
    if options.json:
        print(json.dumps(report))
        return
    print(machine.line(report["machine"]))
    print(f"{'images per second':34}" + "".join(f"{name:>10}" for name in NUM_BATCHES))
    for name, row in rows.items():
        speeds = [found["images per second"] for found in row.values()]
        print(f"{name:34}" + "".join(f"{speed:>10,.0f}" for speed in speeds))


if __name__ == "__main__":
    main()
