"""The command that tests a run on another data set, in this process."""

import argparse
import json

from core.cli import console
from core.datasets import store as datasets
from core.errors import TrainingError
from core.jobs import worker
from core.jobs.kinds import evaluate
from core.jobs.kinds.evaluate import Evaluate
from core.records import Progress, Report
from core.runs import open_store
from core.runs.annotations import MAX_NAME


def evaluate_run(options: argparse.Namespace) -> int:
    """Test a run on the test images of a data set, and keep the scores with it."""
    store = open_store()
    run = store.with_model(options.run)
    task = Evaluate.on(run, datasets.load(options.dataset))
    made = store.attachment(run.id, task.result_name, key=task.key)
    if made is None:
        title = f"{task.result_title}: {run.name}"[:MAX_NAME]
        job_id = task.create(store, name=title)
        with console.progress_bar() as show:

            def watch(report: Progress | Report) -> None:
                if isinstance(report, Report):
                    show(report.share, report.text)

            worker.perform(job_id, on_report=watch)
        made = store.attachment(run.id, task.result_name, key=task.key)
        if made is None:
            job = store.job(job_id)
            message = f"The evaluation has {job.status}. {job.reason}".strip()
            raise TrainingError(message)
    found = evaluate.read(store, run.id, made)
    record = {"run_id": run.id, **json.loads(found.document())}
    if not options.json:
        left_out = ("right", "classes", "confusion")
        record = {name: record[name] for name in record if name not in left_out}
        record["remarks"] = " ".join(found.remarks)
    console.print_record(record, as_json=options.json)
    return 0
