"""Hand what waits to an executor, as many tasks as it does at once, in order.

The order is that of the store. Which one is next is asked when one is over and not
before, so until then people can change the order or take a run back. Only which ones
are at work is kept here; everything else is in the store.
"""

import contextlib
import functools
import threading
import time
from collections.abc import Callable
from concurrent.futures import CancelledError, Executor, Future
from typing import TYPE_CHECKING, Final

from loky.process_executor import ShutdownExecutorError

from core.errors import ClusterError, InklabError, RunStoreError, UnknownRunError
from core.jobs import worker
from core.jobs.cluster import LostError
from core.records import Job, Lane, RunStatus
from core.runs import queue_order
from core.runs.owner import Owner

if TYPE_CHECKING:
    from core.runs.store import RunStore

CLOSED: Final = "Inklab was closed during this task. Start it again."
KILLED: Final = (
    "The training process was killed, for example because memory ran out. Start the "
    "run again."
)
NOT_TAKEN: Final = (
    "Expected the training process to start this run, but it did not find it. Restart "
    "Inklab, so that both use the same run store, and start the run again."
)
NOT_STARTED: Final = (
    "Expected the system to start a training process, but it refused for a minute. "
    "Close other programs, then start the run again."
)
SILENCE_SECONDS: Final = 15.0
"""After so long without a heartbeat a worker that nobody can reach is gone."""

MAX_TRIES: Final = 5
MAX_REFUSALS: Final = 60
RETRY_SECONDS: Final = 1.0


Ended = tuple[str, BaseException | None]
"""Id of a run whose task is over, and what went wrong, if anything."""

SubmitJob = Callable[["RunStore", Job], Future[None]]
"""Hands a job over to an executor."""


class TaskQueue:
    """What one executor has to do.

    Safe to use from several threads at once.

    Args:
        executor: Does the tasks.
        lane: Which tasks.
        num_slots: Tells how many it does at the same time. If they come and go, as
            those of a cluster do, this is asked again each second.
        submit_job: Hands a job over to the executor.
        when_idle: Called there when nothing waits any more.
        when_over: Called here with the store and the id of each job that is over.
    """

    def __init__(
        self,
        executor: Executor,
        lane: Lane,
        *,
        num_slots: Callable[[], int] = lambda: 1,
        submit_job: SubmitJob | None = None,
        when_idle: Callable[[], None] | None = None,
        when_over: Callable[["RunStore", str], None] = lambda *_: None,
    ) -> None:
        self._executor = executor
        self._lane = lane
        self._num_slots = num_slots
        self._submit_job = submit_job or self._submit_here
        self._has_changing_slots = submit_job is not None
        self._when_idle = when_idle
        self._when_over = when_over
        self._lock = threading.Lock()
        self._at_work: set[str] = set()
        self._unreachable: dict[str, tuple[str, float]] = {}
        self._will_retry = False
        self._tries = 0
        self._refusals = 0
        self._ended: list[Ended] = []

    def proceed(self, store: "RunStore") -> bool:
        """Hand over the runs whose turn it is, as long as there is a free slot.

        What cannot be done now, because the store or the system refuses it, is
        tried again each second. What the system refuses for a minute is failed.

        Args:
            store: Where the runs are kept; the worker opens the same one.

        Returns:
            Whether there is anything to do.
        """
        has_begun = False
        try:
            while begun := self._begin_next(store):
                has_begun = True
                run_id, future = begun
                # Not with the lock: it is called at once if the task is done already.
                future.add_done_callback(functools.partial(self._settle, store, run_id))
        except (RunStoreError, ClusterError, RuntimeError, OSError) as error:
            self._refuse(store, error)
            return True
        with self._lock:
            return has_begun or bool(self._at_work)

    def _submit_here(self, _: "RunStore", job: Job) -> Future[None]:
        return self._executor.submit(worker.perform_queued, job.id)

    def _begin_next(self, store: "RunStore") -> tuple[str, Future[None]] | None:
        # Held until it is known which are at work, or a run that is asked for at the
        # moment in which the last one ends could be overlooked.
        with self._lock:
            if len(self._at_work) >= self._num_slots():
                if self._has_changing_slots:
                    self._retry_soon(store)
                return None
            waiting = (
                run for run in self._not_begun(store) if run.id not in self._at_work
            )
            run = next(waiting, None)
            if run is None:
                return None
            queue_order.hand_over(store, run.id)
            future = self._submit_job(store, run)
            self._at_work.add(run.id)
            self._refusals = 0
            return run.id, future

    def _settle(self, store: "RunStore", run_id: str, future: Future[None]) -> None:
        """See to a run that is over or whose process died, and go on."""
        error = _error_of(future)
        try:
            self._see_to(store, run_id, error)
        except RunStoreError:
            self._retry(store, (run_id, error))
        finally:
            with self._lock:
                self._at_work.discard(run_id)
        if _is_closed(error):
            # What waits is adopted by the next server.
            return
        # First what waits already: then nothing stands still while more is asked for.
        is_down = isinstance(error, RunStoreError)
        is_busy = not is_down and self.proceed(store)
        self._when_over(store, run_id)
        if is_down:
            self._retry(store)
        elif not (is_busy or self.proceed(store)) and error is None:
            self._get_ready()

    def _get_ready(self) -> None:
        # A program that ends does no more tasks.
        with contextlib.suppress(RuntimeError, OSError):
            if self._when_idle:
                self._executor.submit(self._when_idle)

    def _see_to(
        self, store: "RunStore", run_id: str, error: BaseException | None
    ) -> None:
        """Fail a run whose process died while it trained; one that waited goes on.

        A process that cannot even start would end again and again: so not for ever.
        What its worker may still do, which nobody can reach, is watched.
        """
        status = _status_of(store, run_id)
        is_lost = isinstance(error, LostError)
        if (_is_closed(error) or is_lost) and status is RunStatus.QUEUED:
            return
        self._tries = self._tries + 1 if status is RunStatus.QUEUED else 0
        if status is RunStatus.RUNNING:
            if error is None or is_lost:
                self._watch(store, run_id)
            else:
                store.fail(run_id, _reason(error), is_lost=True)
        elif self._unreachable.pop(run_id, None):
            self._when_over(store, run_id)
        if self._tries == MAX_TRIES:
            self._tries = 0
            self._fail_all(store, _reason(error))

    def _watch(self, store: "RunStore", run_id: str) -> None:
        """Fail a run whose heartbeat has stopped; look again at one that lives.

        Another worker was given its task, and left it alone: it was lost. Or the
        scheduler was, and its worker brings the run to an end without one.
        """
        heartbeat, now = store.heartbeat(run_id), time.monotonic()
        known, since = self._unreachable.get(run_id, ("", now))
        if heartbeat == known and now - since > SILENCE_SECONDS:
            store.fail(run_id, KILLED, is_lost=True)
            self._unreachable.pop(run_id, None)
            self._when_over(store, run_id)
            return
        changed = since if heartbeat == known else now
        self._unreachable[run_id] = heartbeat, changed
        self._retry(store, (run_id, None))

    def _refuse(self, store: "RunStore", error: Exception) -> None:
        """Try again what could not be handed over; after a minute, fail what waits."""
        self._refusals += not isinstance(error, RunStoreError | ClusterError)
        if self._refusals > MAX_REFUSALS:
            self._refusals = 0
            with contextlib.suppress(RunStoreError):
                self._fail_all(store, f"{NOT_STARTED} ({error})")
        else:
            self._retry(store)

    def _fail_all(self, store: "RunStore", reason: str) -> None:
        for run in self._not_begun(store):
            with contextlib.suppress(RunStoreError):
                store.fail(run.id, reason)

    def _not_begun(self, store: "RunStore") -> tuple[Job, ...]:
        owner = str(Owner.this_process())
        return queue_order.not_begun(store.open_jobs(), owner=owner, lane=self._lane)

    def _retry(self, store: "RunStore", ended: Ended | None = None) -> None:
        """Try again soon.

        Args:
            store: Where the runs are kept.
            ended: A run whose end could not be written, and why it ended.
        """
        with self._lock:
            self._ended += [ended] if ended else []
            self._retry_soon(store)

    def _retry_soon(self, store: "RunStore") -> None:
        """Try again in a second; whoever calls it holds the lock."""
        if self._will_retry:
            return
        self._will_retry = True
        timer = threading.Timer(RETRY_SECONDS, self._try_again, (store,))
        timer.daemon = True
        # A program that ends starts no thread.
        with contextlib.suppress(RuntimeError):
            timer.start()

    def _try_again(self, store: "RunStore") -> None:
        with self._lock:
            self._will_retry = False
            ended, self._ended = self._ended, []
        for run_id, error in ended:
            try:
                self._see_to(store, run_id, error)
            except RunStoreError:
                self._retry(store, (run_id, error))
        self.proceed(store)


def _status_of(store: "RunStore", run_id: str) -> RunStatus | None:
    """Return where a run stands; None if it was deleted."""
    try:
        return store.job(run_id).status
    except UnknownRunError:
        return None


def _error_of(future: Future[None]) -> BaseException | None:
    try:
        return future.exception()
    except CancelledError as error:
        return error


def _is_closed(error: BaseException | None) -> bool:
    return isinstance(error, ShutdownExecutorError | CancelledError)


def _reason(error: BaseException | None) -> str:
    if error is None:
        return NOT_TAKEN
    if isinstance(error, InklabError):
        return str(error)
    return CLOSED if _is_closed(error) else KILLED
