"""What a trial of a study costs beside its training, and what it costs to ask for one.

    python benchmarks/trial_overhead.py [--trials 20] [--many 500] [--json]

A study of one-epoch trials of one network is done by the processes that do all tasks.
Of each trial but the first, which compile, the time from the end of the one before to
its own end is compared with the time of its training loop. Then trials are asked for
in a study that has many, in a store that has as many other runs. Homes are new ones.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import optuna

from core.config import presets
from core.jobs import executor, studies
from core.records import Job
from core.runs import open_store
from core.runs.store import RunStore
from core.tuning import samplers, storage
from core.tuning.space import Range, SearchSpace
from core.tuning.spec import StudySpec

NUM_FIRST = 3
NUM_TIMES = 9
POLL_SECONDS = 0.5
SPACE = SearchSpace(varied={"learning_rate": Range(low=0.0003, high=0.01)})


def main() -> None:
    """Measure, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--many", type=int, default=500)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    described = machine.describe()
    figures: dict[str, float] = {}
    for measure, number in ((_trials, options.trials), (_asking, options.many)):
        with tempfile.TemporaryDirectory() as home:
            os.environ["INKLAB_HOME"] = home
            os.environ.pop("MLFLOW_TRACKING_URI", None)
            os.environ.pop("INKLAB_STUDIES", None)
            figures |= measure(number)
    machine.print_figures(described, figures, as_json=options.json)


def _spec(num_trials: int) -> StudySpec:
    base = replace(presets.preset("fast-mlp").config, epochs=1)
    return StudySpec(base=base, space=SPACE, num_trials=num_trials)


def _trials(num_trials: int) -> dict[str, float]:
    """Do a study, and see what its trials took."""
    store = open_store()
    studies.start(store, "measured", _spec(num_trials))
    study = storage.load("measured")
    while studies.is_running(study, study.trials()):
        time.sleep(POLL_SECONDS)
    runs = {run.trial: run.scores for run in store.runs()}
    beside, own, training = [], [], []
    for before, trial in list(pairwise(study.trials()))[NUM_FIRST:]:
        scores = runs[trial.number]
        if not (before.ended and trial.ended and scores.train_seconds):
            message = f"Expected a finished trial, got {trial}. See its log."
            raise RuntimeError(message)
        took = (trial.ended - before.ended).total_seconds()
        beside.append(took - scores.train_seconds)
        own.append((scores.total_seconds or 0.0) - scores.train_seconds)
        training.append(scores.train_seconds)
    return {
        "trials": num_trials,
        "training loop of a trial of one epoch, median, s": statistics.median(training),
        "a trial beside its training loop, median, s": statistics.median(beside),
        "of this within its task, median, s": statistics.median(own),
    }


class _Never(Executor):
    """Takes tasks, and does none."""

    def submit(self, *_: object) -> Future[None]:  # type: ignore[override]
        """Take a task."""
        return Future()


def _asking(number: int) -> dict[str, float]:
    """Ask for trials of a study that has many."""
    never = _Never()
    executor.executor_of = lambda _: never
    store = open_store()
    name = _filled(store, number)
    took: list[float] = []
    reading: list[float] = []
    read = store.jobs

    def timed() -> tuple[Job, ...]:
        begin = time.perf_counter()
        jobs = read()
        reading.append(time.perf_counter() - begin)
        return jobs

    studies.resume(store, name)
    store.jobs = timed  # type: ignore[method-assign]
    for _ in range(NUM_TIMES):
        trial = next(
            each
            for each in storage.load(name).trials()
            if each.run_id and not each.ended
        )
        store.start(trial.run_id)
        store.fail(trial.run_id, "It was not done.")
        reading.clear()
        seconds = _seconds(lambda: studies.refill(store, name))
        took.append(seconds - sum(reading))
    return {
        "trials and runs before": number,
        "refilling a study, without reading the runs, median, s": statistics.median(
            took
        ),
        "reading the runs for it, s": sum(reading),
    }


def _filled(store: RunStore, number: int) -> str:
    """Make a study of many trials, and as many runs."""
    from many_runs import fill  # noqa: PLC0415 - it imports Streamlit

    fill(store, number)
    study = storage.create("many", _spec(5 * number))
    found = study._optuna  # noqa: SLF001 - to add trials that were never asked for
    distribution = samplers.distribution_of(
        "learning_rate", SPACE.varied["learning_rate"]
    )
    found.add_trials(
        optuna.create_trial(
            params={"learning_rate": 0.0003 + 0.009 * each / number},
            distributions={"learning_rate": distribution},
            values=[0.9],
        )
        for each in range(number)
    )
    return study.name


def _seconds(function: Callable[[], object]) -> float:
    begin = time.perf_counter()
    function()
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
