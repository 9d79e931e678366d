"""What those who watch a run see, read once for all of them.

Each viewer's page looks at its run about once a second, and reading the curves
costs more than drawing them. So viewers share what was read a moment ago. Nobody
is shown the same twice: who has seen it already has it read anew.
"""

import threading
import time
from collections import defaultdict
from dataclasses import dataclass
from typing import Final

import streamlit as st

from core.records import History, LivePoints, Pinned, Run
from dashboard import services

SHARED_SECONDS: Final = 0.7
"""Shorter than the time from one look of a viewer to the next."""

WATCHING_SECONDS: Final = 20.0
"""Longer than it takes anybody to look again."""

VIEWERS_AT_FULL_PACE: Final = 2
SLOWEST: Final = 10.0


@dataclass(frozen=True)
class RunSnapshot:
    """A run as it was at one moment.

    Attributes:
        run: The run.
        history: Its scores by epoch.
        live: Its scores within the epochs.
        pinned: What it says of the drawing that is pinned to it; None if none is.
    """

    run: Run
    history: History
    live: LivePoints
    pinned: Pinned | None = None


class _Watching:
    """The last snapshot of each run, and who looked when. Safe in several threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._readers: defaultdict[str, threading.Lock] = defaultdict(threading.Lock)
        self._snapshots: dict[str, tuple[float, RunSnapshot]] = {}
        self._viewers: dict[str, float] = {}

    def latest(
        self, run_id: str, *, viewer: str, seen: RunSnapshot | None
    ) -> RunSnapshot:
        with self._lock:
            self._viewers[viewer] = time.monotonic()
            self._forget()
            reader = self._readers[run_id]
        # Who waits here would otherwise read the same at the same time.
        with reader:
            at, found = self._snapshots.get(run_id, (0.0, None))
            is_new = time.monotonic() - at < SHARED_SECONDS
            if found is None or found is seen or not is_new:
                found = _read(run_id)
                self._snapshots[run_id] = time.monotonic(), found
            return found

    def _forget(self) -> None:
        """Let go of the curves that nobody has looked at for a while."""
        since = time.monotonic() - WATCHING_SECONDS
        for run_id, (at, _) in list(self._snapshots.items()):
            if at < since:
                self._snapshots.pop(run_id, None)

    def num_viewers(self) -> int:
        with self._lock:
            since = time.monotonic() - WATCHING_SECONDS
            self._viewers = {
                name: last for name, last in self._viewers.items() if last > since
            }
            return len(self._viewers)


def latest(run_id: str, *, viewer: str, seen: RunSnapshot | None) -> RunSnapshot:
    """Return a run as it is now.

    Args:
        run_id: Id of a run.
        viewer: A name of this viewer that nobody else has.
        seen: What this viewer was shown last; it is not shown again.

    Returns:
        The run now, or a moment ago if somebody else has looked at it then.

    Raises:
        UnknownRunError: If there is no such run, or none any more.
    """
    return _watching().latest(run_id, viewer=viewer, seen=seen)


def pace() -> float:
    """Tell how much longer to wait from look to look, because many others look too.

    Each look takes time from the training, so many viewers share what a few take.

    Returns:
        A factor for the usual interval, from 1 to `SLOWEST`.
    """
    crowds = _watching().num_viewers() / VIEWERS_AT_FULL_PACE
    return min(max(crowds, 1.0), SLOWEST)


def _read(run_id: str) -> RunSnapshot:
    store = services.store()
    run = store.get(run_id)
    return RunSnapshot(
        run,
        store.history(run_id),
        store.live_points(run_id),
        store.pinned(run_id),
    )


@st.cache_resource(show_spinner=False)
def _watching() -> _Watching:
    return _Watching()
