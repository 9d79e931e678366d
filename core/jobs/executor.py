"""Where trainings run: one process of this machine, behind the standard interface.

The process pool is loky's, because the standard library's runs the main
script again in each worker, which a Streamlit server does not survive.
"""

import functools
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from typing import TYPE_CHECKING, Final, ParamSpec, TypeVar

from loky import ProcessPoolExecutor

from core.config import TrainingConfig
from core.jobs import ensembles, worker
from core.jobs.aside import Aside
from core.jobs.queue import RunQueue

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.types import ByteImages

P = ParamSpec("P")
T = TypeVar("T")

_MAKING: Final = threading.Lock()
_GROWTH_VARIABLE: Final = "LOKY_MAX_MEMORY_LEAK_SIZE"
_GROWTH: Final = 700_000_000
"""Bytes that the process may grow by after its first task before another takes its
place. A data set and what is compiled for one network take more than half of that, and
the new process has to import TensorFlow."""


class _OneProcess(Executor):
    """A pool of one process for all threads, made anew when that process dies.

    Loky's own reusable pool would be another one for each thread that asks,
    and each page of each viewer runs in a thread of its own.
    """

    def __init__(self) -> None:
        self._aside = Aside(wake=lambda: self.submit(os.getpid))
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

    def ask(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Have the process call a function beside its task; see `Aside.submit`."""
        return self._aside.submit(fn, *args, **kwargs)

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
                timeout=None,
                env={_GROWTH_VARIABLE: os.environ.get(_GROWTH_VARIABLE, str(_GROWTH))},
                initializer=worker.settle_in,
                initargs=(os.getpid(), self._aside.door),
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
def local_executor() -> _OneProcess:
    """Return the pool of one process, the same for every thread."""
    return _OneProcess()


def warm_up() -> None:
    """Have the process get ready now, so that the first run need not wait."""
    local_executor().submit(worker.warm_up)


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
        changes, uint8 of shape (images, changes, 28, 28); or `AsideError`.
    """
    return local_executor().ask(
        worker.preview, config, num_images=num_images, num_changes=num_changes
    )


def submit(store: "RunStore", config: TrainingConfig, *, name: str) -> str:
    """Queue a training and return at once.

    Args:
        store: Where the run is kept; the worker opens the same one.
        config: What to train.
        name: What to call the run.

    Returns:
        The id of the new run.
    """
    run_id = store.create(config, name=name)
    _proceed(store)
    return run_id


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
    from core.jobs.resume import create_child  # noqa: PLC0415

    child = create_child(store, run_id, epochs=epochs)
    _proceed(store)
    return child


def combine(store: "RunStore", run_ids: Sequence[str], *, name: str = "") -> str:
    """Queue that finished runs become one, and return at once.

    Args:
        store: Where the runs are kept; the worker opens the same one.
        run_ids: The runs to combine; see `combining.create`.
        name: What to call the new run; like its networks if empty.

    Returns:
        The id of the new run.

    Raises:
        UnknownRunError: If there is no such run, or one has not finished.
        ConfigError: If they do not go together.
    """
    run_id = ensembles.create(store, run_ids, name=name)
    _proceed(store)
    return run_id


@functools.cache
def _queue_of(executor: Executor) -> RunQueue:
    return RunQueue(executor)


def _proceed(store: "RunStore") -> None:
    # Two threads that ask at once for what is not there yet would get one each.
    with _MAKING:
        queue = _queue_of(local_executor())
    queue.proceed(store)
