"""How quickly Runs and Compare open with many runs.

    python benchmarks/many_runs.py [--runs 500] [--browser] [--json]

One finished run is made as a worker makes it; the others are copies of its rows with
recipes and scores of their own, each with as many files. The store is a new one. The
pages are run without a browser, and with --browser also in Chromium, from the address
to the last figure. In the end all runs but one are deleted and freed.
"""

import argparse
import json
import os
import random
import shutil
import sqlite3
import statistics
import sys
import tempfile
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import numpy as np
from streamlit.testing.v1 import AppTest

from core import settings
from core.config import CnnConfig, MlpConfig, TrainingConfig, presets
from core.datasets import store as datasets
from core.jobs import executor
from core.predictions import PREDICTIONS, Predictions
from core.records import History, Progress, RunScores
from core.runs import open_store, purge, sql_listing
from core.runs.store import RunStore
from dashboard import services
from tests.serving import ROOT, browsing, serving

NUM_TIMES = 9
NUM_FILES = 11
TABLES = ("params", "tags", "metrics", "latest_metrics")


def main() -> None:
    """Fill a store, measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=500)
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    parser.add_argument("--browser", action="store_true", help="also in Chromium")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as home:
        os.environ["INKLAB_HOME"] = home
        os.environ.pop("MLFLOW_TRACKING_URI", None)
        described = machine.describe()
        figures = {"runs": options.runs} | _measure(options.runs)
        if options.browser:
            figures |= _in_browser(options.runs, Path(home))
    machine.print_figures(described, figures, as_json=options.json)


def _measure(num_runs: int) -> dict[str, float]:
    # The pages would start the worker, which uses both cores for a while.
    executor.warm_up = lambda: None
    store = open_store()
    fill(store, num_runs)
    client = store._client  # noqa: SLF001 - to compare with MLflow's own way
    app = AppTest.from_file(ROOT / "streamlit_app.py", default_timeout=120).run()
    runs = _opened(app, "runs")
    chosen = [run.id for run in services.runs()[:20]]
    app.query_params["runs"] = ",".join(chosen)
    few = _opened(app, "compare")
    app.query_params["show"] = "All runs"
    many = _opened(app, "compare")
    return {
        "listing runs through MLflow, s": _median(
            lambda: sql_listing.page_by_page(client, _experiment())
        ),
        "listing runs from the tables, median, s": _median(services.runs),
        "curves of 20 runs, median, s": _median(lambda: store.curves(chosen)),
        "Runs page, first time, s": runs[0],
        "Runs page, again, median, s": runs[1],
        "Compare with 20 runs, first time, s": few[0],
        "Compare with 20 runs, again, median, s": few[1],
        "Compare with all runs, first time, s": many[0],
        "Compare with all runs, again, median, s": many[1],
        "sizes of all runs, median, s": _median(services.sizes),
        "freeing all but one, s": _seconds_to_free(store),
    }


def _opened(app: AppTest, page: str) -> tuple[float, float]:
    """Open a page, and return how long it takes at first and then."""
    app.switch_page(f"dashboard/pages/{page}.py")
    first = machine.seconds(app.run)
    if app.exception or app.error or not app.dataframe:
        message = f"Expected {page} with a table. Open the page to see why."
        raise RuntimeError(message)
    return first, _median(app.run)


def _in_browser(num_runs: int, home: Path) -> dict[str, float]:
    """Measure what somebody waits for: from the address to the last figure."""
    paths = {
        "Runs": ("runs", "[data-testid=stDataFrame] canvas"),
        "Compare with all runs": (
            "compare?show=All+runs",
            ".st-key-parallel .axis-brush",
        ),
    }
    figures = {}
    with serving(home) as server, browsing() as browser:
        page = browser.new_context(viewport={"width": 1440, "height": 2400}).new_page()
        page.set_default_timeout(120_000)
        for name, (path, last) in paths.items():

            def look(path: str = path, last: str = last) -> None:
                page.goto(f"{server.url}/{path}")
                page.locator(last).last.wait_for()

            look()
            figures[f"{name} of {num_runs} in a browser, median, s"] = _median(look)
    return figures


def _seconds_to_free(store: RunStore) -> float:
    with closing(_database()) as database, database:
        database.execute(
            "UPDATE runs SET lifecycle_stage = 'deleted', deleted_time = 1 "
            "WHERE run_uuid != (SELECT max(run_uuid) FROM runs)"
        )
    return machine.seconds(lambda: purge.free(store))


def fill(store: RunStore, num_runs: int) -> None:
    """Put finished runs of as many recipes into the empty store of this home."""
    original = _finished_run(store)
    with closing(_database()) as database, database:
        for number in range(num_runs - 1):
            copy = f"{number:032x}"
            for table in ("runs", *TABLES):
                values = {"original": original, "copy": copy}
                database.execute(_copy_rows(database, table), values)
            _vary(database, copy, number)
            folder = settings.home() / "artifacts"
            shutil.copytree(folder / original, folder / copy)
        database.execute(
            "UPDATE runs SET artifact_uri = replace(artifact_uri, ?, run_uuid)",
            (original,),
        )


def _predictions() -> Predictions:
    """Make up what a model says; all copies say the same."""
    labels = np.array(datasets.load("mnist").test.labels)
    probabilities = np.full((len(labels), 10), 0.01, np.float32)
    probabilities[np.arange(len(labels)), labels] = 0.91
    features = np.zeros((len(labels), 1), np.float32)
    return Predictions(labels=labels, probabilities=probabilities, features=features)


def _vary(database: sqlite3.Connection, run_id: str, number: int) -> None:
    """Give a copy a recipe and scores of its own."""
    generator = random.Random(number)  # noqa: S311 - nothing is secret
    width = generator.choice((16, 32, 64, 128, 256, 512))
    network = (
        MlpConfig(hidden=(width,) * generator.randint(1, 3))
        if number % 3
        else CnnConfig(dense=(width,))
    )
    config = TrainingConfig(
        network=network,
        epochs=generator.randint(2, 30),
        batch_size=generator.choice((32, 64, 128, 256)),
        learning_rate=10 ** generator.uniform(-4, -2),
        seed=number % 5,
    )
    text = json.dumps(json.loads(config.to_json()), separators=(",", ":"))
    database.execute(
        "UPDATE tags SET value = ? WHERE run_uuid = ? AND key = 'inklab.config'",
        (text, run_id),
    )
    name = f"run-{number}"
    database.execute("UPDATE runs SET name = ? WHERE run_uuid = ?", (name, run_id))
    database.execute(
        "UPDATE tags SET value = ? WHERE run_uuid = ? AND key = 'mlflow.runName'",
        (name, run_id),
    )
    scores = {
        "test_accuracy": 0.985 - 0.2 / width * generator.random(),
        "train_seconds": config.epochs * width / 100 * (1 + generator.random()),
        "validation_accuracy": 0.984 - 0.2 / width * generator.random(),
    }
    for key, value in scores.items():
        database.execute(
            "UPDATE latest_metrics SET value = ? WHERE run_uuid = ? AND key = ?",
            (value, run_id, key),
        )


def _finished_run(store: RunStore) -> str:
    config = presets.preset(presets.DEFAULT).config
    run_id = store.create(config, name=presets.DEFAULT)
    store.start(run_id)
    for epoch in range(1, config.epochs + 1):
        scores = tuple(1 / done for done in range(1, epoch + 1))
        history = History(
            loss=scores, accuracy=scores, val_loss=scores, val_accuracy=scores
        )
        progress = Progress(
            chunk=4,
            num_chunks=4,
            epochs_done=float(epoch),
            num_epochs=config.epochs,
            loss=scores[-1],
            accuracy=scores[-1],
            images_per_second=1e5,
            seconds_left=1.0,
            ends_epoch=True,
            history=history,
        )
        store.log(run_id, [progress])
    with tempfile.TemporaryDirectory() as files:
        for number in range(NUM_FILES):
            (Path(files) / f"{number}.bin").write_bytes(bytes(1000))
        reached = RunScores(
            test_accuracy=0.97,
            test_size=10_000,
            train_seconds=3.0,
            best_epoch=9,
            validation_accuracy=0.97,
            validation_loss=0.1,
        )
        _predictions().save(Path(files) / PREDICTIONS)
        store.save_results(run_id, scores=reached, files=Path(files), compiler="XLA")
    store.finish(run_id)
    return run_id


def _copy_rows(database: sqlite3.Connection, table: str) -> str:
    columns = [row[1] for row in database.execute(f"PRAGMA table_info({table})")]
    values = [":copy" if name == "run_uuid" else name for name in columns]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - its own names
        f"SELECT {', '.join(values)} FROM {table} WHERE run_uuid = :original"
    )


def _experiment() -> str:
    with closing(_database()) as database:
        (found,) = database.execute(
            "SELECT DISTINCT experiment_id FROM runs"
        ).fetchone()
    return str(found)


def _database() -> sqlite3.Connection:
    return sqlite3.connect(settings.home() / "runs.db")


def _median(task: Callable[[], object]) -> float:
    return statistics.median(machine.seconds(task) for _ in range(NUM_TIMES))


if __name__ == "__main__":
    main()
