"""The processes in which tasks are done: one of this machine for each lane.

The lane that computes has as many as the settings say, which share its processors.

All stand behind the standard library's interface. The process pools are loky's,
because the standard library's run the main script again in each worker, which a
Streamlit server does not survive.
"""

import functools
import os
import threading
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Final, ParamSpec, TypeVar

from loky import ProcessPoolExecutor

from core import settings
from core.jobs import worker
from core.jobs.cluster import Cluster
from core.records import Lane

P = ParamSpec("P")
T = TypeVar("T")

IDLE_SECONDS: Final[Mapping[Lane, float]] = {
    Lane.INPUT_OUTPUT: 60.0,
    Lane.SCREEN: 600.0,
}
"""After so long without work a process ends, for the memory that it takes: half a
gigabyte with TensorFlow. The one that computes is always ready."""

_GROWTH_VARIABLE: Final = "LOKY_MAX_MEMORY_LEAK_SIZE"
_GROWTH: Final = 700_000_000
"""Bytes that a process may grow by after its first task before another takes its
place. A data set and what is compiled for one network take more than half of that, and
the new process has to import TensorFlow."""

_THREAD_VARIABLES: Final = (
    "TF_NUM_INTRAOP_THREADS",
    "TF_NUM_INTEROP_THREADS",
    "OMP_NUM_THREADS",
)
_HAS_AFFINITY: Final = hasattr(os, "sched_getaffinity")


class _OneProcess(Executor):
    """A pool of one process for all threads, made anew when that process dies.

    Loky's own reusable pool would be another one for each thread that asks,
    and each page of each viewer runs in a thread of its own.

    Args:
        lane: What the process is for.
        environment: Variables that the process gets besides those of this one.
    """

    def __init__(self, lane: Lane, environment: Mapping[str, str]) -> None:
        self._lane = lane
        self._environment = {
            _GROWTH_VARIABLE: os.environ.get(_GROWTH_VARIABLE, str(_GROWTH)),
            **environment,
        }
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
                env=self._environment,
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


class _Processes(Executor):
    """Several such pools of one process each.

    In one pool of several, a process that is killed takes the tasks of all others
    with it.

    Args:
        pools: The pools.
    """

    def __init__(self, pools: Sequence[Executor]) -> None:
        self._pools = pools
        self._lock = threading.Lock()
        self._num_tasks = [0] * len(pools)

    def submit(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Queue a task with the process that has the fewest."""
        with self._lock:
            number = self._num_tasks.index(min(self._num_tasks))
            self._num_tasks[number] += 1
        try:
            future = self._pools[number].submit(fn, *args, **kwargs)
        except BaseException:
            self._let_go(number)
            raise
        future.add_done_callback(lambda _: self._let_go(number))
        return future

    # The names, the order and the defaults are the standard library's.
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: FBT001, FBT002
        """End all processes; see `_OneProcess`."""
        for pool in self._pools:
            pool.shutdown(wait=wait, cancel_futures=cancel_futures)

    def _let_go(self, number: int) -> None:
        with self._lock:
            self._num_tasks[number] -= 1


def num_slots(lane: Lane) -> int:
    """Return how many tasks of a lane are done at the same time.

    Raises:
        SettingError: If the environment says something impossible.
        ClusterError: If the scheduler of a cluster does not answer.
    """
    cluster = cluster_of(lane)
    if cluster is not None:
        return cluster.num_slots()
    return settings.workers() if lane is Lane.COMPUTE else 1


def cluster_of(lane: Lane) -> Cluster | None:
    """Return the cluster that does the tasks of a lane, if one does.

    Raises:
        SettingError: If the environment says something impossible.
    """
    address = settings.scheduler() if lane is Lane.COMPUTE else ""
    return _cluster_at(address) if address else None


@functools.cache
def _cluster_at(address: str) -> Cluster:
    return Cluster(address)


@functools.cache
def executor_of(lane: Lane) -> Executor:
    """Return what does the tasks of a lane, as many at once as it has slots.

    Raises:
        SettingError: If the environment says something impossible.
    """
    cluster = cluster_of(lane)
    if cluster is not None:
        return cluster
    num = num_slots(lane)
    if num == 1:
        return _OneProcess(lane, {})
    return _Processes([_OneProcess(lane, _share_of(num)) for _ in range(num)])


def _share_of(num_processes: int) -> Mapping[str, str]:
    """Return the variables by which a process uses its share of the processors only.

    What TensorFlow and XLA compile runs on the threads that the first variable
    counts. Somebody who has set one of them keeps it.
    """
    count = len(os.sched_getaffinity(0)) if _HAS_AFFINITY else os.cpu_count() or 1
    share = str(max(1, count // num_processes))
    return {name: os.environ.get(name, share) for name in _THREAD_VARIABLES}
