"""What a worker process does: the id of a job goes in, and its task is done.

It returns nothing: what became of the job stands in the run store.
"""

import contextlib
import os
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, Final

import numpy as np
import psutil

from core import settings
from core.config import TrainingConfig, presets
from core.datasets import leftovers
from core.datasets import store as datasets
from core.datasets.importing import uploads
from core.errors import (
    InklabError,
    RunStoreError,
    TrainingStopped,
    UnknownRunError,
)
from core.jobs import failure_messages, kinds, log_messages, scratch, tf_import
from core.jobs.reporter import Reporter
from core.jobs.run_log import RunLog
from core.jobs.tasks import Task, TaskContext
from core.records import Job, Lane, Progress, Report, RunStatus
from core.runs import checkpoint_files, open_store
from core.types import ByteImages

if TYPE_CHECKING:
    from core.runs.store import RunStore

NICENESS: Final[Mapping[Lane, int]] = {
    Lane.COMPUTE: 10,
    Lane.INPUT_OUTPUT: 5,
    Lane.SCREEN: 5,
}
"""The pages come first, and what somebody waits for at the screen before trainings."""

QUICK_SECONDS: Final = 30.0
WATCH_SECONDS: Final = 1.0


def initialize_worker(server: int, lane: Lane) -> None:
    """Prepare a worker process: it gives way to the pages and ends with the server.

    What every task needs is loaded here, so a process that takes the place of
    one that grew too large is ready before it is needed, and what TensorFlow
    takes does not count as growth.

    Args:
        server: Number of the process that the worker works for.
        lane: What it is for; the one for input and output never loads TensorFlow.
    """
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    load(lane)
    # After the imports, which take one processor only and which a first run waits for;
    # but before anything computes, because a thread has the right of the one that began
    # it. Windows has no such thing; there both have the same right.
    if hasattr(os, "nice"):
        os.nice(NICENESS[lane])
    sweep(lane)


def load(lane: Lane) -> None:
    """Load what the tasks of a lane need.

    What fails here fails again in the task, which can say so in its run; raised here
    it would end one process after the other.
    """
    with contextlib.suppress(Exception):
        if lane is not Lane.SCREEN:
            open_store()
        if lane is not Lane.INPUT_OUTPUT:
            tf_import.import_training()


def sweep(lane: Lane) -> None:
    """Remove what processes of a lane left behind that were killed, if possible."""
    with contextlib.suppress(Exception):
        if lane is Lane.COMPUTE:
            scratch.sweep()
            checkpoint_files.sweep(open_store())
        if lane is Lane.INPUT_OUTPUT:
            leftovers.sweep()
            uploads.sweep()


def warm_up() -> None:
    """Compile the quick presets, until somebody waits for a run.

    The fastest comes first, because that is what a newcomer starts with; in a
    longer training, compiling is no wait.
    """
    tf_import.import_training()
    from core.training.train import prepare  # noqa: PLC0415 - it imports TensorFlow

    store = open_store()
    quick = [each for each in presets.PRESETS if each.claims[0].seconds < QUICK_SECONDS]
    for preset in sorted(quick, key=lambda each: each.name != presets.FASTEST):
        if any(job.status is RunStatus.QUEUED for job in store.open_jobs()):
            return
        prepare(datasets.load(preset.config.dataset), preset.config)


def preview(
    config: TrainingConfig, *, num_images: int, num_changes: int
) -> tuple[ByteImages, ByteImages]:
    """Change some training images; see `core.jobs.executor.preview`."""
    tf_import.import_training()
    from core.training.augment import previews  # noqa: PLC0415 - it imports TensorFlow

    train = datasets.load(config.dataset).train
    _, firsts = np.unique(train.labels, return_index=True)
    images = train.images[firsts[:num_images]]
    changed = previews(images, config.augmentation, num=num_changes, seed=config.seed)
    return images, changed


Around = Callable[[TaskContext], AbstractContextManager[None]]
"""What is done around a task, like having ready what it needs."""


def _nothing_around(_: TaskContext) -> AbstractContextManager[None]:
    return contextlib.nullcontext()


def perform_queued(job_id: str, *, around: Around = _nothing_around) -> None:
    """Do the task of a job from the queue, with all that is said in its log.

    Before it begins, a store that does not answer is an error like any other: the
    queue asks again. If the store cannot be told how it ended, this process ends:
    the job would be "running" as long as it lives, and so whoever reads the job
    finds it gone.

    Args:
        job_id: The job.
        around: What is done around the task; it may raise as the task may.
    """
    if is_deleted(open_store(), job_id):
        return
    try:
        perform(job_id, captures_streams=True, around=around)
    except UnknownRunError:
        # It was deleted at the moment in which it began.
        return
    except RunStoreError:
        os._exit(1)


@settings.changes
def perform(
    job_id: str,
    *,
    on_report: Callable[[Progress | Report], None] = lambda _: None,
    captures_streams: bool = False,
    around: Around = _nothing_around,
) -> None:
    """Do the task of a job that waits.

    Errors that are raised on purpose end in the store as the job's reason, and
    so does a lack of memory; any other error does too, and is raised.

    Args:
        job_id: A job that waits; one that was stopped or deleted while it waited is
            left alone.
        on_report: Called with each report of the task, beside the store.
        captures_streams: Whether all that this process says goes to the log of the
            job, and nowhere else: not in a terminal, where somebody reads it.
        around: What is done around the task; it may raise as the task may.
    """
    store = open_store()
    if is_deleted(store, job_id) or not store.start(job_id):
        return
    task: Task | None = None
    try:
        task = kinds.task_of(store, job := store.job(job_id))
        with (
            _log_of(store, job, captures_streams=captures_streams) as log,
            Reporter(store, job.id, on_report=on_report) as reporter,
        ):
            context = TaskContext(store, job.id, log=log, reporter=reporter)
            _work(job, task, context, around)
        if not context.is_stopped:
            store.finish(job_id)
    except TrainingStopped:
        # Whoever deletes a job has it stop.
        if not is_deleted(store, job_id):
            store.stop(job_id)
    except KeyboardInterrupt:
        store.stop(job_id)
        raise
    except InklabError as error:
        if not is_deleted(store, job_id):
            store.fail(job_id, str(error))
    except BaseException as error:
        store.fail(job_id, failure_messages.reason(error, task))
        if not failure_messages.is_out_of_memory(error):
            raise


def is_deleted(store: "RunStore", job_id: str) -> bool:
    """Whether nobody wants a job any more: then there is nothing to keep or to tell."""
    try:
        store.job(job_id)
    except UnknownRunError:
        return True
    return False


def _end_with(server: int) -> None:
    """End this process when the server has: nobody could reach it any more."""
    # On Unix an orphan gets another parent; on Windows the old number stays.
    while os.getppid() == server and psutil.pid_exists(server):
        time.sleep(WATCH_SECONDS)
    os._exit(0)


@contextlib.contextmanager
def _log_of(store: "RunStore", job: Job, *, captures_streams: bool) -> Iterator[RunLog]:
    """Give the log of a job, which is put with its files in the end."""
    try:
        with RunLog(job.id, captures_streams=captures_streams) as log:
            yield log
    finally:
        store.save_log(job.id)


def _work(job: Job, task: Task, context: TaskContext, around: Around) -> None:
    if task.lane is Lane.COMPUTE:
        tf_import.import_training()
    context.say(log_messages.beginning(job))
    with around(context):
        task.work(context)
