"""How well runs read the viewer's own hand, worked out while pages go on.

What a run says of a drawing never changes, so a new drawing costs each run one image.
One thread does it, and a page that asks waits a moment at most.
"""

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

import streamlit as st

from core.handwriting import scores, storage
from core.handwriting.drawing import Drawing
from core.proportion import Proportion
from core.records import Run
from core.runs import run_dataset
from dashboard import services

if TYPE_CHECKING:
    from core.runs.store import RunStore

MAX_RUNS: Final = 1000
PATIENCE_SECONDS: Final = 0.25
LOOK_SECONDS: Final = 0.01


@dataclass(frozen=True)
class HandScores:
    """How well some runs read My handwriting.

    Attributes:
        num_drawings: How many drawings there are.
        shares: By the id of the run: the share that it reads right, of those that it
            has not learned from; only of runs that know some.
        num_waiting: How many runs are still being scored.
    """

    num_drawings: int = 0
    shares: Mapping[str, Proportion] = field(default_factory=dict)
    num_waiting: int = 0


def hand_scores(runs: Sequence[Run]) -> HandScores:
    """Return how well some runs read My handwriting, as far as that is known.

    Args:
        runs: Any runs; those without a model have no score.
    """
    drawings = storage.drawings()
    if not drawings:
        return HandScores()
    usable = [run for run in runs if run.has_model][:MAX_RUNS]
    found, num_waiting = _scorer().scored(services.store(), usable, drawings)
    shares = {run_id: share for run_id, share in found.items() if share is not None}
    return HandScores(len(drawings), shares, num_waiting)


@st.cache_resource(show_spinner=False)
def _scorer() -> "_Scorer":
    return _Scorer()


class _Scorer:
    """Scores runs in a thread of its own; safe to share."""

    def __init__(self) -> None:
        self._pool = ThreadPoolExecutor(1, thread_name_prefix="handwriting")
        self._lock = threading.Lock()
        self._state = ""
        self._asked: set[str] = set()
        self._shares: dict[str, Proportion | None] = {}
        self._said: OrderedDict[str, dict[str, int]] = OrderedDict()

    def scored(
        self, store: "RunStore", runs: Sequence[Run], drawings: Sequence[Drawing]
    ) -> tuple[dict[str, Proportion | None], int]:
        """Return what is known, after a moment, and how many runs are not done."""
        state = storage.fingerprint_of(drawings)
        with self._lock:
            if state != self._state:
                self._state, self._asked, self._shares = state, set(), {}
            new = [run for run in runs if run.id not in self._asked]
            self._asked.update(run.id for run in new)
        for run in new:
            self._pool.submit(self._work, store, run, drawings, state)
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            with self._lock:
                # Another viewer may have drawn meanwhile: then all of it is known soon.
                found = dict(self._shares) if state == self._state else {}
            known = {run.id: found[run.id] for run in runs if run.id in found}
            if len(known) == len(runs) or time.monotonic() > deadline:
                return known, len(runs) - len(known)
            time.sleep(LOOK_SECONDS)

    def _work(
        self, store: "RunStore", run: Run, drawings: Sequence[Drawing], state: str
    ) -> None:
        if state != self._state:
            return
        try:
            share = self._score(store, run, drawings)
        except Exception:  # noqa: BLE001 - whatever it is, nobody waits for it any more
            # Its own page says what is wrong with it.
            share = None
        with self._lock:
            if state == self._state:
                self._shares[run.id] = share

    def _score(
        self, store: "RunStore", run: Run, drawings: Sequence[Drawing]
    ) -> Proportion | None:
        classes = run_dataset.spec_of(store, run).classes
        fresh = scores.new_to(store, run, scores.known_to(classes, drawings))
        said = self._said.setdefault(run.id, {})
        self._said.move_to_end(run.id)
        if len(self._said) > MAX_RUNS:
            self._said.popitem(last=False)
        unread = [each for each in fresh if each.id not in said]
        said.update(scores.predict(store, run, unread))
        return scores.score(said, fresh, classes)
