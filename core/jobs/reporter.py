"""Tell the run store how a training goes, without holding the training up.

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
from core.records import Progress

if TYPE_CHECKING:
    from core.runs.store import RunStore

INTERVAL_SECONDS: Final = 0.15
PATIENCE_SECONDS: Final = 60.0


class Reporter:
    """A report function for `train` that writes to the store in the background.

    Use it as a context manager: leaving it writes what is still unwritten.

    Args:
        store: Where to write.
        run_id: The run that is being trained.
        also: Called with each progress too, in the thread that trains.
    """

    def __init__(
        self,
        store: "RunStore",
        run_id: str,
        *,
        also: Callable[[Progress], None] = lambda _: None,
    ) -> None:
        self._store = store
        self._run_id = run_id
        self._also = also
        self._lock = threading.Lock()
        self._unwritten: list[Progress] = []
        self._news = threading.Event()
        self._over = threading.Event()
        self._stop_requested = threading.Event()
        self._last_success = time.monotonic()
        self._failure: RunStoreError | None = None
        self._thread = threading.Thread(target=self._write_on, daemon=True)

    def __call__(self, progress: Progress) -> None:
        """Take note of a progress.

        Raises:
            TrainingStopped: If somebody asked the run to stop.
            RunStoreError: If the store has not answered for a minute.
        """
        with self._lock:
            self._unwritten.append(progress)
        self._news.set()
        self._also(progress)
        self.check()

    def check(self) -> None:
        """Go on only if nobody asked the run to stop and the store can be reached.

        Raises:
            TrainingStopped: If somebody asked the run to stop.
            RunStoreError: If the store has not answered for a minute.
        """
        if self._stop_requested.is_set():
            message = "The training was stopped on request."
            raise TrainingStopped(message)
        if self._failure:
            raise self._failure

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
            self._news.wait(INTERVAL_SECONDS)
            self._news.clear()
            self._write_once()
            self._over.wait(INTERVAL_SECONDS)
        self._write_once()

    def _write_once(self) -> None:
        with self._lock:
            progress, self._unwritten = self._unwritten, []
        try:
            # Asked first, because nothing can be written to a deleted run.
            if self._store.is_stop_requested(self._run_id):
                self._stop_requested.set()
            self._store.log(self._run_id, progress)
            self._last_success = time.monotonic()
        except RunStoreError as error:
            with self._lock:
                self._unwritten = progress + self._unwritten
            if time.monotonic() - self._last_success > PATIENCE_SECONDS:
                self._failure = error
