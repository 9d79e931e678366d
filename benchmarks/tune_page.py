"""How quickly Tune opens a study of many finished trials.

    python benchmarks/tune_page.py [--trials 500] [--pairs] [--home FOLDER] [--json]

The trials are made through Optuna, with scores that depend on their settings; each has
a run in the store. The page is run without a browser: in a process that has opened no
study before, and again; then each of its tabs for the first time, and again.
"""

import argparse
import math
import os
import random
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import many_runs
from streamlit.testing.v1 import AppTest

from core import settings
from core.config import presets
from core.jobs import executor
from core.records import TRIAL
from core.runs import open_store
from core.tuning import storage
from core.tuning.space import Choices, Params, Range, SearchSpace
from core.tuning.spec import StudySpec
from core.tuning.study import Study
from dashboard import services
from tests.serving import ROOT

NUM_TIMES = 5
NAME = "many trials"
HIDDEN = ("64", "128,64", "256,128")
SPACE = SearchSpace(
    varied={
        "hidden": Choices(values=HIDDEN),
        "learning_rate": Range(low=0.0003, high=0.1),
        "dropout": Range(low=0.0, high=0.5),
        "batch_size": Range(low=32, high=512),
        "optimizer": Choices(values=("adam", "adamw", "sgd")),
    }
)
SHARE_PRUNED = 0.2


def main() -> None:
    """Make a study, measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--trials", type=int, default=500)
    parser.add_argument("--pairs", action="store_true", help="with two objectives")
    parser.add_argument("--home", type=Path, help="a new folder that stays")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = options.home or Path(folder)
        os.environ["INKLAB_HOME"] = str(home)
        for name in ("MLFLOW_TRACKING_URI", "INKLAB_STUDIES"):
            os.environ.pop(name, None)
        described = machine.describe()
        fill(options.trials, has_two=options.pairs)
        figures = {"trials": options.trials} | _measure(options.trials)
    machine.print_figures(described, figures, as_json=options.json)


def fill(num_trials: int, *, has_two: bool = False) -> None:
    """Make a study whose trials have runs, in the empty home."""
    many_runs.fill(open_store(), num_trials)
    ids = _become_trials()
    spec = StudySpec(
        base=presets.preset("fast-mlp").config,
        space=SPACE,
        objectives=("val_accuracy", "parameters") if has_two else ("val_accuracy",),
        sampler="random",
        num_trials=num_trials,
    )
    study, draw = storage.create(NAME, spec), random.Random(0)  # noqa: S311 - no secret
    for run_id in ids:
        _try(study, run_id, draw)


def _try(study: Study, run_id: str, draw: random.Random) -> None:
    asked = study.ask()
    if asked is None:
        message = "Expected a study with room for more trials. Give it a budget."
        raise RuntimeError(message)
    study.note_run(asked.number, run_id)
    score = _score(asked.params) + draw.gauss(0, 0.001)
    if len(study.spec.objectives) > 1:
        units = sum(int(each) for each in str(asked.params["hidden"]).split(","))
        study.tell(asked.number, (score, 795.0 * units))
        return
    trial = study._open(asked.number)  # noqa: SLF001 - as a trial reports in a worker
    epochs = 2 if draw.random() < SHARE_PRUNED else asked.config.epochs
    for epoch in range(1, epochs + 1):
        trial.report(score - 0.05 / epoch, step=epoch)
    if epochs == asked.config.epochs:
        study.tell(asked.number, (score,))
    else:
        study.tell_pruned(asked.number)


def _score(params: Params) -> float:
    rate = math.log10(params["learning_rate"]) + 2
    width = HIDDEN.index(params["hidden"])
    return 0.97 - 0.02 * rate**2 + 0.004 * width - 0.02 * params["dropout"]


def _become_trials() -> list[str]:
    """Have all runs of the store be trials of the study, and return their ids."""
    with closing(sqlite3.connect(settings.home() / "runs.db")) as database, database:
        ids = [row[0] for row in database.execute("SELECT run_uuid FROM runs")]
        for number, run_id in enumerate(ids):
            tags = {"study": NAME, "trial": str(number), "kind": TRIAL}
            for key, value in tags.items():
                database.execute(
                    "INSERT OR REPLACE INTO tags (key, value, run_uuid) "
                    "VALUES (?, ?, ?)",
                    (f"inklab.{key}", value, run_id),
                )
    return ids


def _measure(num_trials: int) -> dict[str, float]:
    # The page would start the worker, which uses both cores for a while.
    executor.warm_up = lambda: None
    executor.adopt_on = lambda: None
    # A server does so when it has started, and goes on with its studies.
    services._preload_studies()  # noqa: SLF001 - see above
    storage.load_all()
    app = AppTest.from_file(ROOT / "streamlit_app.py", default_timeout=120).run()
    app.switch_page("dashboard/pages/tune.py")
    started = time.process_time()
    figures = {"Tune, first time, s": machine.seconds(app.run)}
    figures["the same, processor time, s"] = time.process_time() - started
    if app.exception or len(app.dataframe[0].value) != num_trials:
        message = f"Expected a table of {num_trials} trials. Open the page to see why."
        raise RuntimeError(message)
    figures["Tune, again, median, s"] = _median(app.run)
    for tab in ("Importance", "Each setting", "All together", "Two settings"):
        app.session_state["study_tab"] = tab
        figures[f"{tab}, first time, s"] = machine.seconds(app.run)
        figures[f"{tab}, again, median, s"] = _median(app.run)
    return figures


def _median(task: Callable[[], object]) -> float:
    return statistics.median(machine.seconds(task) for _ in range(NUM_TIMES))


if __name__ == "__main__":
    main()
