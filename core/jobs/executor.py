"""Where tasks are done: a process of this machine for each lane.

All stand behind the standard library's interface. The process pools are loky's,
because the standard library's run the main script again in each worker, which a
Streamlit server does not survive.
"""

import contextlib
import functools
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from loky import ProcessPoolExecutor

from core.config import TrainingConfig
from core.errors import InklabError
from core.jobs import kinds, worker
from core.jobs.kinds import ensemble
from core.jobs.kinds.train import Train
from core.jobs.queue import TaskQueue
from core.jobs.tasks import Task
from core.records import Lane, RunStatus
from core.runs import open_store, store_exists

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.types import ByteImages

P = ParamSpec("P")
T = TypeVar("T")

QUEUED_LANES: Final = (Lane.COMPUTE, Lane.INPUT_OUTPUT)
"""What somebody waits for at the screen is no task: nobody needs it afterwards."""

IDLE_SECONDS: Final[Mapping[Lane, float]] = {
    Lane.INPUT_OUTPUT: 60.0,
    Lane.SCREEN: 600.0,
}
"""After so long without work a process ends, for the memory that it takes: half a
gigabyte with TensorFlow. The one that computes is always ready."""

ADOPT_SECONDS: Final = 60.0

_LOCK: Final = threading.Lock()
_GROWTH_VARIABLE: Final = "LOKY_MAX_MEMORY_LEAK_SIZE"
_GROWTH: Final = 700_000_000
"""Bytes that a process may grow by after its first task before another takes its
place. A data set and what is compiled for one network take more than half of that, and
the new process has to import TensorFlow."""


class _OneProcess(Executor):
    """A pool of one process for all threads, made anew when that process dies.

    Loky's own reusable pool would be another one for each thread that asks,
    and each page of each viewer runs in a thread of its own.

    Args:
        lane: What the process is for.
    """

    def __init__(self, lane: Lane) -> None:
        self._lane = lane
        self._lock = threading.Lock()
        self._is_over = False
        self._pool: ProcessPoolExecutor | None = None

    def submit(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Queue a task; see the standard library."""
        with self._lock:
            if self._is_over:
                message = "The program ends, so no task can be begun any more."
                raise RuntimeError(message)
            try:
                return self._submit(fn, *args, **kwargs)
            except BrokenExecutor:
                self._pool = None
                return self._submit(fn, *args, **kwargs)

    # The names, the order and the defaults are the standard library's.
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        """End the process, at once if what waits is cancelled."""
        with self._lock:
            pool, self._pool = self._pool, None
        if pool is not None:
            pool.shutdown(wait=wait, kill_workers=cancel_futures)

    def _end_at_once(self) -> None:
        # A run that is over at this very moment would have the next one begin.
        with self._lock:
            self._is_over = True
        self.shutdown(wait=True, cancel_futures=True)

    def _submit(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        if self._pool is None:
            self._pool = ProcessPoolExecutor(
                max_workers=1,
                timeout=IDLE_SECONDS.get(self._lane),
                env={_GROWTH_VARIABLE: os.environ.get(_GROWTH_VARIABLE, str(_GROWTH))},
                initializer=worker.initialize_worker,
                initargs=(os.getpid(), self._lane),
            )
            future: Future[T] = self._pool.submit(fn, *args, **kwargs)
            # When this process ends, loky waits for all tasks, which may take
            # minutes. Its hook is registered with its first task; what is
            # registered later runs earlier. Those of atexit run too late.
            threading._register_atexit(self._end_at_once)  # type: ignore[attr-defined]  # noqa: SLF001
            return future
        later: Future[T] = self._pool.submit(fn, *args, **kwargs)
        return later


@functools.cache
def executor_of(lane: Lane) -> Executor:
    """Return the pool of one process that does the tasks of a lane."""
    return _OneProcess(lane)


def warm_up() -> None:
    """Have the process that computes get ready, so that the first run need not wait."""
    executor_of(Lane.COMPUTE).submit(worker.warm_up)


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


def train(store: "RunStore", config: TrainingConfig, *, name: str) -> str:
    """Queue a training and return the id of its run at once.

    Args:
        store: Where the run is kept.
        config: What to train.
        name: What to call the run.
    """
    return submit(store, Train(config=config), name=name)


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
    task, usual = ensemble.ensemble_of(store, run_ids)
    return submit(store, task, name=name or usual)


def adopt(store: "RunStore") -> tuple[str, ...]:
    """Take over what waits for processes that are gone, and go on with it.

    Args:
        store: Where the jobs are kept.

    Returns:
        The ids of the jobs that are this process's now.
    """
    waiting = [job for job in store.jobs() if job.status is RunStatus.QUEUED]
    known = [job for job in waiting if job.kind in kinds.KINDS]
    adopted = tuple(job.id for job in known if store.adopt(job))
    if adopted:
        for lane in QUEUED_LANES:
            _proceed(store, lane)
    return adopted


def adopt_on() -> None:
    """Adopt now, and again and again: a server may end after this one has started."""
    store = None
    while True:
        # What goes wrong with the store is seen on every page.
        with contextlib.suppress(InklabError):
            if store_exists():
                store = store or open_store()
                adopt(store)
        time.sleep(ADOPT_SECONDS)


def _under_way(store: "RunStore", task: Task) -> str | None:
    """Return the id of a job that comes to the same and is not over, if any."""
    if not task.subject:
        return None
    same = (
        job.id
        for job in store.jobs()
        if (job.kind, job.subject, job.key) == (task.kind, task.subject, task.key)
        and not job.status.is_over
    )
    return next(same, None)


@functools.cache
def _queue_of(executor: Executor, lane: Lane) -> TaskQueue:
    when_idle = worker.warm_up if lane is Lane.COMPUTE else None
    return TaskQueue(executor, lane, when_idle=when_idle)


def _proceed(store: "RunStore", lane: Lane) -> None:
    # Two threads that ask at once for what is not there yet would get one each.
    with _LOCK:
        queue = _queue_of(executor_of(lane), lane)
    queue.proceed(store)
