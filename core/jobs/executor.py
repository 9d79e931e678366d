"""Ask for tasks: they wait in the store, and an executor for each lane does them."""

import contextlib
import functools
import threading
import time
from collections.abc import Sequence
from concurrent.futures import Executor, Future
from typing import TYPE_CHECKING, Final

from core import settings
from core.config import TrainingConfig
from core.errors import InklabError
from core.jobs import dataset_transfer, kinds, remote, versions, worker
from core.jobs.kinds import ensemble
from core.jobs.kinds.train import Train
from core.jobs.lanes import cluster_of, executor_of, num_slots
from core.jobs.queue import TaskQueue
from core.jobs.tasks import Task
from core.records import Job, Lane, Run, RunStatus
from core.runs import open_store, store_exists

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.types import ByteImages

QUEUED_LANES: Final = (Lane.COMPUTE, Lane.INPUT_OUTPUT)
"""What somebody waits for at the screen is no task: nobody needs it afterwards."""

ADOPT_SECONDS: Final = 60.0

_LOCK: Final = threading.Lock()


@settings.changes
def warm_up() -> None:
    """Have what computes get ready, so that the first runs need not wait.

    The workers of a cluster do so themselves.
    """
    if cluster_of(Lane.COMPUTE) is not None:
        return
    computing = executor_of(Lane.COMPUTE)
    for _ in range(num_slots(Lane.COMPUTE)):
        computing.submit(worker.warm_up)


@settings.changes
def preview(
    config: TrainingConfig, *, num_images: int, num_changes: int
) -> "Future[tuple[ByteImages, ByteImages]]":
    """Have training images changed as a configuration says, also during a training.

    Args:
        config: Gives the data set, the changes and their seed.
        num_images: How many images, each of another class while there are some.
        num_changes: How often each is changed.

    Returns:
        What will be the images, uint8 of shape (images, 28, 28), and their
        changes, uint8 of shape (images, changes, 28, 28).
    """
    return executor_of(Lane.SCREEN).submit(
        worker.preview, config, num_images=num_images, num_changes=num_changes
    )


@settings.changes
def submit(store: "RunStore", task: Task, *, name: str) -> str:
    """Queue a task and return at once.

    A task that comes to the same as one that waits or is being done is that one.

    Args:
        store: Where its job is kept; the worker opens the same one.
        task: What to do.
        name: What to call it.

    Returns:
        The id of its job.
    """
    with _LOCK:
        job_id = _under_way(store, task) or task.create(store, name=name)
    _proceed(store, task.lane)
    return job_id


@settings.changes
def train(store: "RunStore", config: TrainingConfig, *, name: str) -> str:
    """Queue a training and return the id of its run at once.

    Args:
        store: Where the run is kept.
        config: What to train.
        name: What to call the run.
    """
    return submit(store, Train(config=config), name=name)


@settings.changes
def go_on(store: "RunStore", run_id: str, *, epochs: int) -> str:
    """Queue more epochs of a run that is over, as a new run; return at once.

    Args:
        store: Where both runs are kept.
        run_id: A run that is over and whose state was kept; it stays as it is.
        epochs: How many epochs more, after those that it has finished, at least 1.

    Returns:
        The id of the new run.

    Raises:
        UnknownRunError: If the run does not exist.
        ArtifactError: If where it stood was not kept or is lost.
        ConfigError: If there are too many epochs then, or the run is not over.
    """
    # It knows MLflow, which takes two seconds to import.
    from core.jobs.resume import child_of  # noqa: PLC0415

    task, name = child_of(store, run_id, epochs=epochs)
    return submit(store, task, name=name)


@settings.changes
def combine(store: "RunStore", run_ids: Sequence[str], *, name: str = "") -> str:
    """Queue that finished runs become one, and return at once.

    Args:
        store: Where the runs are kept; the worker opens the same one.
        run_ids: The runs to combine; see `ensemble.ensemble_of`.
        name: What to call the new run; like its networks if empty.

    Returns:
        The id of the new run.

    Raises:
        UnknownRunError: If there is no such run, or one has not finished.
        ConfigError: If they do not go together.
    """
    task, name = ensemble.ensemble_of(store, run_ids, name=name)
    return submit(store, task, name=name)


@settings.changes
def adopt(store: "RunStore") -> tuple[str, ...]:
    """Take over what waits for processes that are gone, and go on with it.

    Args:
        store: Where the jobs are kept.

    Returns:
        The ids of the jobs that are this process's now.
    """
    waiting = [job for job in store.open_jobs() if job.status is RunStatus.QUEUED]
    known = [job for job in waiting if job.kind in kinds.KINDS]
    adopted = tuple(job.id for job in known if store.adopt(job))
    if adopted:
        for lane in QUEUED_LANES:
            _proceed(store, lane)
    return adopted


@settings.changes
def adopt_on() -> None:
    """Adopt now, and again and again: a server may end after this one has started."""
    store = None
    while True:
        # What goes wrong with the store is seen on every page.
        with contextlib.suppress(InklabError):
            if store_exists():
                store = store or open_store()
                adopt(store)
                _adopt_studies(store)
        time.sleep(ADOPT_SECONDS)


def _adopt_studies(store: "RunStore") -> None:
    from core.jobs import studies  # noqa: PLC0415 - Optuna is for studies only

    if settings.may_have_studies():
        studies.adopt(store)


def _under_way(store: "RunStore", task: Task) -> str | None:
    """Return the id of a job that comes to the same and is not over, if any."""
    if not task.subject:
        return None
    same = (
        job.id
        for job in store.open_jobs()
        if (job.kind, job.subject, job.key) == (task.kind, task.subject, task.key)
    )
    return next(same, None)


def _submit_remote(store: "RunStore", job: Job) -> Future[None]:
    """Hand a job over to a cluster, with what its worker has to know."""
    needed = dataset_transfer.needed_by(store, job)
    dataset_transfer.offer(needed)
    order = remote.Order(
        store=settings.tracking_uri(), versions=versions.here(), datasets=needed
    )
    return executor_of(job.lane).submit(remote.perform, job.id, order)


@functools.cache
def _queue_of(executor: Executor, lane: Lane) -> TaskQueue:
    slots = functools.partial(num_slots, lane)
    if lane is not Lane.COMPUTE:
        return TaskQueue(executor, lane)
    if cluster_of(lane) is not None:
        return TaskQueue(
            executor,
            lane,
            num_slots=slots,
            submit_job=_submit_remote,
            when_over=_refill_study,
        )
    return TaskQueue(
        executor,
        lane,
        num_slots=slots,
        when_idle=worker.warm_up,
        when_over=_refill_study,
    )


def _refill_study(store: "RunStore", job_id: str) -> None:
    """Let the study of a trial that is over go on."""
    with contextlib.suppress(InklabError):
        job = store.job(job_id)
        if isinstance(job, Run) and job.study:
            from core.jobs import studies  # noqa: PLC0415 - Optuna is for studies only

            studies.refill(store, job.study)


def _proceed(store: "RunStore", lane: Lane) -> None:
    # Two threads that ask at once for what is not there yet would get one each.
    with _LOCK:
        queue = _queue_of(executor_of(lane), lane)
    queue.proceed(store)
