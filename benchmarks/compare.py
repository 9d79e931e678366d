"""How quickly Compare opens with twenty runs.

    python benchmarks/compare.py [--runs 20] [--json]

The runs are made up: each has predictions for all test images of MNIST, with the
features of a hidden layer of 128. The page is run without a browser.
"""

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import numpy as np
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import settings
from core.config import TrainingConfig
from core.datasets import store as datasets
from core.jobs import executor
from core.predictions import Predictions
from core.records import RunScores
from core.runs import open_store
from core.runs.store import RunStore
from core.types import Labels
from dashboard import services
from tests.serving import ROOT
from tests.small_data import write_predictions

NUM_TIMES = 5
NUM_FEATURES = 128


def main() -> None:
    """Fill a store, measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["INKLAB_HOME"] = home
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        described = machine.describe()
        figures = {"runs": options.runs} | _measure(options.runs)
    machine.print_figures(described, figures, as_json=options.json)


def _measure(num_runs: int) -> dict[str, float]:
    # The page would start the worker, which uses both cores for a while.
    executor.warm_up = executor.adopt_on = lambda: None
    ids = _fill(open_store(), num_runs)
    app = AppTest.from_file(ROOT / "streamlit_app.py", default_timeout=120).run()
    # What a page needs of the store and the libraries is loaded by another page.
    app.switch_page("dashboard/pages/evaluate.py").run()
    app.query_params["runs"] = ",".join(ids)
    app.switch_page("dashboard/pages/compare.py")
    first = _median(app.run, before=_forget_all)
    in_memory = _median(app.run, before=_forget)
    again = _median(app.run, before=lambda: None)
    if app.exception or "make_ensemble" not in {each.key for each in app.button}:
        message = "Expected all runs to be compared. Open the page to see why not."
        raise RuntimeError(message)
    return {
        "Compare, predictions never looked at, median, s": first,
        "Compare, first time of a server, median, s": in_memory,
        "Compare, again, median, s": again,
    }


def _fill(store: RunStore, num_runs: int) -> list[str]:
    """Make runs that are 95 to 99.5 % right, and often wrong about the same images."""
    labels = np.array(datasets.load("mnist").test.labels)
    generator = np.random.default_rng(0)
    difficulty = generator.random(len(labels))
    return [
        _run(store, _answers(labels, difficulty, share, generator), labels, name=name)
        for name, share in (
            (f"run {number}", share)
            for number, share in enumerate(np.linspace(0.95, 0.995, num_runs))
        )
    ]


def _answers(
    labels: Labels,
    difficulty: np.ndarray,
    share: float,
    generator: np.random.Generator,
) -> Labels:
    score = 0.75 * difficulty + 0.25 * generator.random(len(labels))
    is_wrong = score > np.quantile(score, share)
    shifts = generator.integers(1, 10, len(labels))
    return ((labels + np.where(is_wrong, shifts, 0)) % 10).astype(np.uint8)


def _run(store: RunStore, answers: Labels, labels: Labels, *, name: str) -> str:
    generator = np.random.default_rng(len(name))
    probabilities = generator.random((len(labels), 10), np.float32)
    probabilities[np.arange(len(labels)), answers] += 9
    probabilities /= probabilities.sum(axis=1, keepdims=True)
    features = generator.random((len(labels), NUM_FEATURES), np.float32)
    run_id = store.create(TrainingConfig(), name=name)
    store.start(run_id)
    share = float(np.mean(answers == labels))
    with tempfile.TemporaryDirectory() as folder:
        made = Predictions(
            labels=labels, probabilities=probabilities, features=features
        )
        write_predictions(Path(folder), made)
        scores = RunScores(test_accuracy=share, test_size=len(labels))
        store.save_results(run_id, scores=scores, files=Path(folder))
    store.finish(run_id)
    return run_id


def _forget() -> None:
    """Forget what is in memory, but for the open store and the data set."""
    st.cache_resource.clear()
    services.store()
    services.dataset("mnist")


def _forget_all() -> None:
    """Forget the unpacked predictions too."""
    shutil.rmtree(settings.home() / "cache" / "predictions", ignore_errors=True)
    _forget()


def _median(task: Callable[[], object], *, before: Callable[[], None]) -> float:
    return statistics.median(_seconds(task, before) for _ in range(NUM_TIMES))


def _seconds(task: Callable[[], object], before: Callable[[], None]) -> float:
    before()
    started = time.perf_counter()
    task()
    return time.perf_counter() - started


if __name__ == "__main__":
    main()
