"""The processes in which tasks are done: one of this machine for each lane.

All stand behind the standard library's interface. The process pools are loky's,
because the standard library's run the main script again in each worker, which a
Streamlit server does not survive.
"""

import functools
import os
import threading
from collections.abc import Callable, Mapping
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import Final, ParamSpec, TypeVar

from loky import ProcessPoolExecutor

from core.jobs import worker
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


def num_slots(lane: Lane) -> int:
    """Return how many tasks of a lane are done at once."""
    del lane
    return 1


@functools.cache
def executor_of(lane: Lane) -> Executor:
    """Return the pool of one process that does the tasks of a lane."""
    return _OneProcess(lane)
