"""Which runs wait for their turn, and in which order.

Each process hands the runs that were asked for there to its own worker, so two
servers with one store have a queue each. A waiting run keeps a number in the store,
and only the order of the numbers means something: a run moves by a single write of
one between those of its new neighbours, and nobody has to be told.
"""

import contextlib
import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from core.errors import QueueError, UnknownRunError
from core.records import PLACE_TAG, Run, RunStatus

if TYPE_CHECKING:
    from core.runs.store import RunStore


@dataclass(frozen=True)
class Place:
    """Where a run stands in its queue.

    Attributes:
        number: Its place, from 1.
        total: How many runs wait there.
    """

    number: int
    total: int


def waiting(runs: Sequence[Run], *, owner: str) -> tuple[Run, ...]:
    """Return the runs that wait for their turn with a process, the next one first.

    Args:
        runs: All runs, in any order.
        owner: The process.
    """
    ours = (run for run in runs if run.owner == owner and _waits(run))
    return tuple(sorted(ours, key=_order))


def places(runs: Sequence[Run]) -> Mapping[str, Place]:
    """Return the place of each run that waits, by its id."""
    queues: defaultdict[str, list[Run]] = defaultdict(list)
    for run in sorted(filter(_waits, runs), key=_order):
        queues[run.owner].append(run)
    return {
        run.id: Place(number, len(queue))
        for queue in queues.values()
        for number, run in enumerate(queue, start=1)
    }


def not_begun(runs: Sequence[Run], *, owner: str) -> tuple[Run, ...]:
    """Return what a process has to do, what comes next first.

    Besides the runs that wait these are such that had their turn, but whose worker
    ended before it began with them; they come first.

    Args:
        runs: All runs, in any order.
        owner: The process.
    """
    queued = (run for run in runs if run.status is RunStatus.QUEUED)
    return tuple(sorted((run for run in queued if run.owner == owner), key=_order))


def behind(runs: Sequence[Run]) -> float:
    """Return a place behind all runs that wait."""
    return 1.0 + max((run.place or 0.0 for run in runs if _waits(run)), default=0.0)


def move(store: "RunStore", run_id: str, *, place: int) -> None:
    """Let a waiting run have another turn.

    Args:
        store: Where the run is kept.
        run_id: A run that waits.
        place: Its new place in its queue, from 1, which is the next turn.

    Raises:
        UnknownRunError: If there is no such run.
        QueueError: If it does not wait, or if there is no such place.
    """
    run, queue = _queue_of(store, run_id)
    if not 1 <= place <= len(queue):
        message = (
            f"Expected a place from 1 to {len(queue)}, because so many runs wait, got "
            f"{place}. Choose one of these."
        )
        raise QueueError(message)
    others = [each for each in queue if each.id != run.id]
    order = [*others[: place - 1], run, *others[place - 1 :]]
    if order == queue:
        return
    between = _between(order[: place - 1], order[place:])
    if between is not None:
        _write(store, run.id, between)
        return
    for number, each in enumerate(order, start=1):
        # Somebody may have deleted one meanwhile.
        with contextlib.suppress(UnknownRunError):
            _write(store, each.id, float(number))


def shift(store: "RunStore", run_id: str, *, by: int) -> None:
    """Move a waiting run from where it is now; not beyond either end.

    Args:
        store: Where the run is kept.
        run_id: A run that waits.
        by: How many places; less than 0 is towards its turn.

    Raises:
        UnknownRunError: If there is no such run.
        QueueError: If it does not wait.
    """
    run, queue = _queue_of(store, run_id)
    now = [each.id for each in queue].index(run.id) + 1
    move(store, run.id, place=min(max(now + by, 1), len(queue)))


def hand_over(store: "RunStore", run_id: str) -> None:
    """Record that a run has its turn: its place cannot be changed any more.

    Raises:
        UnknownRunError: If there is no such run.
    """
    store.annotate(run_id, tags={PLACE_TAG: ""})


def _waits(run: Run) -> bool:
    return run.status is RunStatus.QUEUED and run.place is not None


def _order(run: Run) -> tuple[bool, float, datetime, str]:
    return run.place is not None, run.place or 0.0, run.created, run.id


def _queue_of(store: "RunStore", run_id: str) -> tuple[Run, list[Run]]:
    run = store.get(run_id)
    queue = list(waiting(store.runs(), owner=run.owner))
    for each in queue:
        if each.id == run.id:
            return each, queue
    where = "about to start" if run.status is RunStatus.QUEUED else run.status
    message = (
        f"Expected a run that waits for its turn, but {run.name} ({run.id}) is "
        f"{where}. `python -m core runs list` shows the places of those that wait."
    )
    raise QueueError(message)


def _between(before: Sequence[Run], after: Sequence[Run]) -> float | None:
    """Return a number between those of the neighbours, if there is one."""
    lowest = (before[-1].place or 0.0) if before else -math.inf
    highest = (after[0].place or 0.0) if after else math.inf
    if not before:
        middle = highest - 1.0
    elif not after:
        middle = lowest + 1.0
    else:
        middle = (lowest + highest) / 2
    return middle if lowest < middle < highest else None


def _write(store: "RunStore", run_id: str, place: float) -> None:
    store.annotate(run_id, tags={PLACE_TAG: str(place)})
