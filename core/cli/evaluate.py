"""The command that tests a run on another data set, in this process."""

import argparse
import json

from core.cli import console, task_results
from core.datasets import store as datasets
from core.jobs.kinds import evaluate
from core.jobs.kinds.evaluate import Evaluate
from core.runs import open_store


def evaluate_run(options: argparse.Namespace) -> int:
    """Test a run on the test images of a data set, and keep the scores with it."""
    store = open_store()
    run = store.with_model(options.run)
    dataset = datasets.load(options.dataset)
    made = task_results.result_of(store, run, Evaluate.on(run, dataset))
    found = evaluate.read(store, run.id, made)
    record = {"run_id": run.id, **json.loads(found.document())}
    if not options.json:
        left_out = ("right", "classes", "confusion")
        record = {name: record[name] for name in record if name not in left_out}
        record["remarks"] = " ".join(found.remarks)
    console.print_record(record, as_json=options.json)
    return 0
