"""The command that computes an analysis of a run, in this process."""

import argparse

from core.cli import console
from core.errors import TrainingError
from core.jobs import kinds, worker
from core.runs import open_store
from core.runs.annotations import MAX_NAME


def analyse_run(options: argparse.Namespace) -> int:
    """Compute an analysis of a run and save it with the run."""
    store = open_store()
    run = store.with_model(options.id)
    task = kinds.ANALYSES[options.kind](subject=run.id)
    made = store.attachment(run.id, task.kind, key=task.key)
    if made is None:
        job_id = task.create(store, name=f"{task.title} of {run.name}"[:MAX_NAME])
        worker.perform(job_id)
        made = store.attachment(run.id, task.kind, key=task.key)
        if made is None:
            job = store.job(job_id)
            message = f"The analysis has {job.status}. {job.reason}".strip()
            raise TrainingError(message)
    files = [str(store.artifact(run.id, made.path_of(each))) for each in made.files]
    console.print_record(
        {"run_id": run.id, "analysis": made.title, "files": files},
        as_json=options.json,
    )
    return 0
