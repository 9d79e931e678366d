r"""Memory of the training process over many runs of different networks.

python benchmarks/memory.py [--runs 30] [--json]
"""

import argparse
import dataclasses
import json
import os
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import psutil

from core.config import CnnConfig, ConvBlock, MlpConfig, TrainingConfig, presets
from core.jobs import executor, worker
from core.records import Lane
from core.runs import open_store


def configs() -> Iterator[TrainingConfig]:
    """Yield short trainings; every second one has a new network."""
    base = dataclasses.replace(
        presets.preset(presets.FASTEST).config, epochs=1, batch_size=512
    )
    for number in range(1, 10_000):
        units = MlpConfig(hidden=(64 + number, 32))
        filters = CnnConfig(blocks=(ConvBlock(filters=4 + number % 28),), dense=())
        yield base
        network = filters if number % 2 else units
        yield dataclasses.replace(base, network=network, seed=number)


def measure(num_runs: int) -> list[dict[str, float]]:
    """Train runs one after the other in the worker process.

    Returns:
        For each run the id of the process and its memory in MB afterwards.
    """
    store, pool = open_store(), executor.executor_of(Lane.COMPUTE)
    rows = []
    for number, config in zip(range(num_runs), configs(), strict=False):
        run_id = store.create(config, name=f"run {number}")
        pool.submit(worker.train_run, run_id).result()
        process = psutil.Process(pool.submit(os.getpid).result())
        rows.append({"process": process.pid, "mb": process.memory_info().rss / 1e6})
        print(f"run {number}: {rows[-1]}", file=sys.stderr)
    return rows


def main() -> None:
    """Measure in a new home and print the result."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=30)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["INKLAB_HOME"] = home
        rows = measure(options.runs)
        executor.executor_of(Lane.COMPUTE).shutdown(cancel_futures=True)
    report = {"machine": machine.describe(), "runs": rows}
    if options.json:
        print(json.dumps(report))
        return
    print(machine.line(report["machine"]))
    num_processes = len({row["process"] for row in rows})
    megabytes = [row["mb"] for row in rows]
    print(
        f"{len(rows)} runs in {num_processes} processes: {megabytes[0]:.0f} MB after "
        f"the first, {max(megabytes):.0f} MB at most, {megabytes[-1]:.0f} MB last"
    )


if __name__ == "__main__":
    main()
