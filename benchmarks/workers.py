r"""Trainings per minute with one, two or more processes that compute.

    python benchmarks/workers.py [--workers 1 2] [--trainings 12] [--json]

Short trainings of the preset fast-mlp are queued as a page queues them, in a new home
and after all processes have compiled it. The time is that from the first being queued
to the last being over.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine

from core.config import presets
from core.jobs import executor, lanes, worker
from core.records import Lane, RunStatus
from core.runs import open_store

PRESET = "fast-mlp"


def measure(num_trainings: int) -> dict[str, float]:
    """Queue the trainings in this process, and wait for the last one."""
    computing = executor.executor_of(Lane.COMPUTE)
    warm = [
        computing.submit(worker.warm_up) for _ in range(lanes.num_slots(Lane.COMPUTE))
    ]
    for each in warm:
        each.result()
    store, config = open_store(), presets.preset(PRESET).config
    started = time.perf_counter()
    ids = [
        executor.train(store, config, name=f"training {number}")
        for number in range(num_trainings)
    ]
    while any(not store.job(each).status.is_over for each in ids):
        time.sleep(0.1)
    seconds = time.perf_counter() - started
    ended = [store.get(each) for each in ids]
    if any(run.status is not RunStatus.FINISHED for run in ended):
        message = f"Expected all to finish, got {[run.reason for run in ended]}."
        raise RuntimeError(message)
    computing.shutdown(cancel_futures=True)
    return {
        "seconds": seconds,
        "per_minute": 60 * num_trainings / seconds,
        "train_seconds": sum(run.scores.train_seconds or 0 for run in ended)
        / num_trainings,
        "accuracy": sum(run.scores.test_accuracy or 0 for run in ended) / num_trainings,
    }


def main() -> None:
    """Measure each number of processes in a program of its own, and print a table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2])
    parser.add_argument("--trainings", type=int, default=12)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument("--measure", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.measure:
        print(json.dumps(measure(options.trainings)))
        return
    described = machine.describe()
    rows = {num: _in_new_home(num, options.trainings) for num in options.workers}
    if options.json:
        print(json.dumps({"machine": described, "workers": rows}))
        return
    print(machine.line(described))
    first = rows[options.workers[0]]["per_minute"]
    for num, row in rows.items():
        print(
            f"{num} workers: {row['per_minute']:.1f} trainings per minute "
            f"({row['per_minute'] / first:.2f} x), {row['train_seconds']:.1f} s of "
            f"training each, accuracy {row['accuracy']:.4f}"
        )


def _in_new_home(num_workers: int, num_trainings: int) -> dict[str, float]:
    with tempfile.TemporaryDirectory() as home:
        variables = {"INKLAB_HOME": home, "INKLAB_WORKERS": str(num_workers)}
        done = subprocess.run(
            [sys.executable, __file__, "--measure", "--trainings", str(num_trainings)],
            env=os.environ | variables,
            check=True,
            stdout=subprocess.PIPE,
        )
    row: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return row


if __name__ == "__main__":
    main()
