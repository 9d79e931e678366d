"""Seconds of a robustness sweep: 15 corruptions and 9 changes of 10,000 test images.

    python benchmarks/robustness.py [RUN_ID] [--json]

Without a run, a LeNet is trained on MNIST for one epoch in a home of its own, because
the sweep takes as long whatever the weights are. The sweep is what the task does: each
thread changes images and lets LiteRT read them.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

from dataclasses import replace

import machine

from core.config.presets import preset
from core.jobs import worker
from core.jobs.kinds.robustness import MeasureRobustness
from core.jobs.kinds.train import Train
from core.runs import open_store
from core.runs.store import RunStore


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("run_id", nargs="?", help="a run with a model, or latest")
    parser.add_argument("--json", action="store_true", help="print JSON")
    options = parser.parse_args()
    described = machine.describe()
    if options.run_id:
        figures = _measured(open_store(), options.run_id)
    else:
        with tempfile.TemporaryDirectory() as home:
            os.environ["INKLAB_HOME"] = home
            store = open_store()
            config = replace(preset("lenet").config, epochs=1)
            run_id = Train(config=config).create(store, name="lenet")
            worker.perform(run_id)
            figures = _measured(store, run_id)
    machine.print_figures(described, figures, as_json=options.json)


def _measured(store: RunStore, run_id: str) -> dict[str, float]:
    run = store.with_model(run_id)
    task = MeasureRobustness(subject=run.id)
    job_id = task.create(store, name="robustness")
    started, busy = time.perf_counter(), time.process_time()
    worker.perform(job_id)
    seconds, busy = time.perf_counter() - started, time.process_time() - busy
    made = store.attachment(run.id, task.result_name, key=task.key)
    if made is None:
        message = f"Expected a result, but: {store.job(job_id).reason}"
        raise SystemExit(message)
    return {
        "seconds": round(seconds, 1),
        "seconds of the processor, all threads": round(busy, 1),
        "test images": made.metrics["n"],
        "robustness score": round(made.metrics["score"], 4),
        "test accuracy": round(made.metrics["accuracy"], 4),
    }


if __name__ == "__main__":
    main()
