"""Tell the run store how a task goes, without holding it up.

Writing to the store takes milliseconds, several times a second. A thread does
it, gathers what came up meanwhile, and asks in the same breath whether
somebody wants the run to stop.
"""

import threading
import time
from collections.abc import Callable
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from core.errors import RunStoreError, TrainingStopped
from core.records import Progress, Report

if TYPE_CHECKING:
    from core.runs.store import RunStore

INTERVAL_SECONDS: Final = 0.15
SERVER_SECONDS: Final = 1.0
MAX_SECONDS: Final = 10.0
MAX_SHARE: Final = 0.1
"""Share of the time that writing may take: a server that is slow, because many
workers write to it, is written to less often."""

PATIENCE_SECONDS: Final = 60.0
SERVER_PATIENCE_SECONDS: Final = 300.0
"""A server may be started again, on a busy machine."""


class Reporter:
    """A report function that writes to the store in the background.

    Use it as a context manager: leaving it writes what is still unwritten.

    Args:
        store: Where to write.
        run_id: The job that is being worked on.
        on_report: Called with each report too, in the thread that works.
    """

    def __init__(
        self,
        store: "RunStore",
        run_id: str,
        *,
        on_report: Callable[[Progress | Report], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._run_id = run_id
        self._on_report = on_report
        self._lock = threading.Lock()
        self._unwritten: list[Progress | Report] = []
        self._writing = threading.Lock()
        self._news = threading.Event()
        self._over = threading.Event()
        self._stop_requested = threading.Event()
        self._interval = SERVER_SECONDS if store.is_server else INTERVAL_SECONDS
        self._patience = (
            SERVER_PATIENCE_SECONDS if store.is_server else PATIENCE_SECONDS
        )
        self._last_success = time.monotonic()
        self._failure: RunStoreError | None = None
        self._pinned = ""
        self._thread = threading.Thread(target=self._write_on, daemon=True)

    def __call__(self, report: Progress | Report) -> None:
        """Take note of a report.

        Raises:
            TrainingStopped: If somebody asked the run to stop.
            RunStoreError: If the store has not answered for a minute.
        """
        with self._lock:
            self._unwritten.append(report)
        self._news.set()
        self._on_report(report)
        self.check()

    def check(self) -> None:
        """Go on only if nobody asked the run to stop and the store can be reached.

        Raises:
            TrainingStopped: If somebody asked the run to stop.
            RunStoreError: If the store has not answered for a minute.
        """
        if self._stop_requested.is_set():
            message = "The work was stopped on request."
            raise TrainingStopped(message)
        if self._failure:
            raise self._failure

    @property
    def pinned(self) -> str:
        """What was pinned to the run when the store was asked last; see `Requests`."""
        return self._pinned

    def flush(self) -> None:
        """Write now what is still unwritten, if the store takes it."""
        self._write_once()

    def __enter__(self) -> Self:
        """Start writing."""
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write what is still unwritten, and end."""
        self._over.set()
        self._news.set()
        self._thread.join()

    def _write_on(self) -> None:
        while not self._over.is_set():
            self._news.wait(self._interval)
            self._news.clear()
            started = time.monotonic()
            self._write_once()
            if self._store.is_server:
                needed = (time.monotonic() - started) / MAX_SHARE
                self._interval = min(max(SERVER_SECONDS, needed), MAX_SECONDS)
            self._over.wait(self._interval)
        self._write_once()

    def _write_once(self) -> None:
        with self._writing:
            with self._lock:
                reports, self._unwritten = self._unwritten, []
            try:
                # Asked first, because nothing can be written to a deleted run.
                requests = self._store.requests(self._run_id)
                if requests.stop:
                    self._stop_requested.set()
                self._pinned = requests.pinned
                self._store.log(self._run_id, reports)
                self._last_success = time.monotonic()
            except RunStoreError as error:
                with self._lock:
                    self._unwritten = reports + self._unwritten
                if time.monotonic() - self._last_success > self._patience:
                    self._failure = error
