"""The result of work about a run, made in this process unless it is there."""

from core.cli import console
from core.errors import TrainingError
from core.jobs import worker
from core.jobs.tasks import Task
from core.records import Attachment, Progress, Report, Run
from core.runs.annotations import MAX_NAME
from core.runs.store import RunStore


def result_of(store: RunStore, run: Run, task: Task) -> Attachment:
    """Return what a task leaves with a run, with a progress bar if that takes long.

    Args:
        store: Where the run is kept.
        run: The run.
        task: The work; its subject is the run.

    Raises:
        TrainingError: If it fails, or somebody stops it.
    """
    made = store.attachment(run.id, task.result_name, key=task.key)
    if made is not None:
        return made
    name = f"{task.result_title}: {run.name}"[:MAX_NAME]
    job_id = task.create(store, name=name)
    perform(job_id)
    made = store.attachment(run.id, task.result_name, key=task.key)
    if made is None:
        job = store.job(job_id)
        message = f"{task.result_title} has {job.status}. {job.reason}".strip()
        raise TrainingError(message)
    return made


def perform(job_id: str) -> None:
    """Do the task of a job in this process, with a progress bar."""
    with console.progress_bar() as show:

        def watch(report: Progress | Report) -> None:
            if isinstance(report, Report):
                show(report.share, report.text)

        worker.perform(job_id, on_report=watch)
