"""A worker of a cluster: one process of Dask, which does one task at a time."""

import asyncio
import contextlib
import functools
import os
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from core import settings
from core.errors import ClusterError
from core.jobs import dataset_transfer, versions, worker
from core.jobs.tasks import TaskContext
from core.records import Lane
from core.runs import open_store

_AT_WORK: Final = threading.Lock()
"""Held by the task that is done: what a process writes goes to the log of one run."""


@dataclass(frozen=True)
class Order:
    """What a worker on another machine has to know of a task.

    Attributes:
        store: Address of the run store, as the process says that asks for it.
        versions: What that process computes with.
        datasets: Fingerprints of the data sets that the task needs, by name.
    """

    store: str
    versions: Mapping[str, str]
    datasets: Mapping[str, str] = field(default_factory=dict)


def perform(job_id: str, order: Order) -> None:
    """Do the task of a job from the queue; see `core.jobs.worker.perform_queued`.

    Raises:
        ClusterError: If this worker's run store is another one.
        RunStoreError: If the store does not answer.
    """
    with _AT_WORK:
        _get_ready()
        _check_store(job_id, order)
        worker.perform_queued(job_id, around=functools.partial(_around, order))


@functools.cache
def begin_to_get_ready() -> None:
    """Load what tasks need, once, beside Dask's event loop, which must not wait."""
    if hasattr(os, "nice"):
        # Before the thread that does the tasks begins: it has the right of this one.
        os.nice(worker.NICENESS[Lane.COMPUTE])
    threading.Thread(target=_get_ready, daemon=True).start()


async def finish() -> None:
    """Let the task that is done come to its end before this process ends."""
    await asyncio.to_thread(_wait)


def _wait() -> None:
    with _AT_WORK:
        return


_READY: Final = threading.Lock()


def _get_ready() -> None:
    with _READY:
        _get_ready_once()


@functools.cache
def _get_ready_once() -> None:
    from core.runs import shared_datasets  # noqa: PLC0415 - it knows MLflow

    worker.load(Lane.COMPUTE)
    worker.sweep(Lane.COMPUTE)
    with contextlib.suppress(Exception):
        shared_datasets.sweep()


def _check_store(job_id: str, order: Order) -> None:
    """Tell a run that was deleted from one that is in another store."""
    ours = settings.tracking_uri()
    if ours == order.store or not worker.is_deleted(open_store(), job_id):
        return
    message = (
        f"Expected a worker with the run store {order.store}, but its run store is "
        f"{ours}. Start the worker with MLFLOW_TRACKING_URI={order.store}."
    )
    raise ClusterError(message)


@contextlib.contextmanager
def _around(order: Order, context: TaskContext) -> Iterator[None]:
    """Have the data sets of a task at hand; say where this worker differs."""
    context.is_remote = True
    for each in versions.differences(order.versions):
        context.say(f"Warning: the server has {each} (of this worker).")
    with dataset_transfer.having(order.datasets, context):
        yield
