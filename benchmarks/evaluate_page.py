"""How quickly Evaluate and Mistakes open for a run, and each of their views.

    INKLAB_HOME=... python benchmarks/evaluate_page.py --run ID [--json]

The pages are run without a browser: what is measured is the time of the server, from a
click to the last element. "First" is the first time that a server shows it; then a
server knows the run. Views that wait for a task show the offer to start it.
"""

import argparse
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import machine
import numpy as np
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.evaluation import metrics
from core.jobs import executor
from core.runs import open_store
from dashboard.widgets.evaluate.sections import SECTIONS
from tests.serving import ROOT

NUM_TIMES = 5


def main() -> None:
    """Measure and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--run", required=True, help="run, or latest")
    parser.add_argument("--json", action="store_true", help="print JSON, not a table")
    options = parser.parse_args()
    described = machine.describe()
    machine.print_figures(described, _measure(options.run), as_json=options.json)


def _measure(run_id: str) -> dict[str, float]:
    # The page would start the worker, which uses both cores for a while.
    executor.warm_up = executor.adopt_on = lambda: None
    store = open_store()
    run = store.with_model(run_id)
    cell, image = _busiest_mistake(run.id)
    views = {
        "Evaluate": ("evaluate", {}),
        "Evaluate, a cell": ("evaluate", {"cell": cell}),
        "Evaluate, an image": ("evaluate", {"cell": cell, "image": image}),
        "Mistakes": ("mistakes", {}),
        **{
            f"Evaluate, {title}": ("evaluate", {"analysis": title})
            for title in SECTIONS
        },
    }
    figures: dict[str, float] = {"test images": run.scores.test_size or 0}
    for name, (page, address) in views.items():
        # What a page needs of the libraries is loaded by another page.
        app = AppTest.from_file(ROOT / "streamlit_app.py", default_timeout=300).run()
        app.switch_page("dashboard/pages/runs.py").run()
        app.switch_page(f"dashboard/pages/{page}.py")
        st.cache_resource.clear()
        st.cache_data.clear()
        app.query_params.update({"run": run.id, **address})
        figures[f"{name}, first, s"] = _seconds(app)
        again = [_seconds(app) for _ in range(NUM_TIMES)]
        figures[f"{name}, median, s"] = statistics.median(again)
        shown = {each.value for each in app.subheader}
        if app.exception or address.get("analysis", "Scores") not in {*shown, "Scores"}:
            message = f"Expected {name} to be shown. Open it to see why it is not."
            raise RuntimeError(message)
    return figures


def _busiest_mistake(run_id: str) -> tuple[str, str]:
    """Return the cell with the most mistakes, and one of its images."""
    said = open_store().predictions(run_id)
    predicted = metrics.predicted_classes(said.probabilities)
    num_classes = said.probabilities.shape[1]
    matrix = metrics.confusion_matrix(said.labels, predicted, num_classes)
    np.fill_diagonal(matrix, 0)
    true, guess = divmod(int(matrix.argmax()), num_classes)
    image = int(np.flatnonzero((said.labels == true) & (predicted == guess))[0])
    return f"{true}-{guess}", str(image)


def _seconds(app: AppTest) -> float:
    began = time.perf_counter()
    app.run()
    return time.perf_counter() - began


if __name__ == "__main__":
    main()
