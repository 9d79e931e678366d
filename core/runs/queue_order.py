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
from typing import Final, Protocol, TypeVar

from core.errors import QueueError, UnknownRunError
from core.records import PLACE_TAG, Job, Lane, RunStatus

BACKGROUND: Final = 1e9
"""The places from here on are for work that lets all go first that a person asked
for; nobody asks for so many."""

AnyJob = TypeVar("AnyJob", bound=Job)


class HasJobs(Protocol):
    """A store, as far as it is needed here."""

    def job(self, job_id: str, /) -> Job:
        """Return a job."""

    def open_jobs(self) -> tuple[Job, ...]:
        """Return the jobs that are not over."""

    def annotate(
        self, run_id: str, *, name: str = "", tags: Mapping[str, str] | None = None
    ) -> None:
        """Change tags of a job."""


@dataclass(frozen=True)
class Place:
    """Where a run stands in its queue.

    Attributes:
        number: Its place, from 1.
        total: How many runs wait there.
    """

    number: int
    total: int


def waiting(jobs: Sequence[AnyJob], *, owner: str) -> tuple[AnyJob, ...]:
    """Return what waits for its turn with a process, what comes next first.

    Args:
        jobs: All jobs, in any order.
        owner: The process.
    """
    ours = (job for job in jobs if job.owner == owner and _waits(job))
    return tuple(sorted(ours, key=_order))


def places(jobs: Sequence[Job]) -> Mapping[str, Place]:
    """Return the place of each job that waits, by its id.

    Args:
        jobs: All jobs, in any order.
    """
    queues: defaultdict[tuple[str, Lane], list[Job]] = defaultdict(list)
    for job in sorted(filter(_waits, jobs), key=_order):
        queues[job.owner, job.lane].append(job)
    return {
        job.id: Place(number, len(queue))
        for queue in queues.values()
        for number, job in enumerate(queue, start=1)
    }


def not_begun(jobs: Sequence[Job], *, owner: str, lane: Lane) -> tuple[Job, ...]:
    """Return what a process has to do in a lane, what comes next first.

    Besides what waits this is what had its turn, but whose worker ended before it
    began; that comes first.

    Args:
        jobs: All jobs, in any order.
        owner: The process.
        lane: The lane.
    """
    queued = (job for job in jobs if job.status is RunStatus.QUEUED)
    ours = (job for job in queued if (job.owner, job.lane) == (owner, lane))
    return tuple(sorted(ours, key=_order))


def behind(jobs: Sequence[Job], *, is_background: bool = False) -> float:
    """Return a place behind all that waits, but before what lets it go first.

    Args:
        jobs: All jobs, in any order.
        is_background: Whether it is for work that lets all others go first.
    """
    taken = [job.place or 0.0 for job in jobs if _waits(job)]
    if is_background:
        return 1.0 + max([*taken, BACKGROUND])
    return 1.0 + max((place for place in taken if place < BACKGROUND), default=0.0)


def move(store: HasJobs, run_id: str, *, place: int) -> None:
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
            f"Expected a place from 1 to {len(queue)}, the number of queued runs, got "
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


def shift(store: HasJobs, run_id: str, *, by: int) -> None:
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


def hand_over(store: HasJobs, run_id: str) -> None:
    """Record that a run has its turn: its place cannot be changed any more.

    Raises:
        UnknownRunError: If there is no such run.
    """
    store.annotate(run_id, tags={PLACE_TAG: ""})


def _waits(run: Job) -> bool:
    return run.status is RunStatus.QUEUED and run.place is not None


def _order(run: Job) -> tuple[bool, float, datetime, str]:
    return run.place is not None, run.place or 0.0, run.created, run.id


def _queue_of(store: HasJobs, run_id: str) -> tuple[Job, list[Job]]:
    run = store.job(run_id)
    rivals = [job for job in store.open_jobs() if job.lane is run.lane]
    queue = list(waiting(rivals, owner=run.owner))
    for each in queue:
        if each.id == run.id:
            return each, queue
    where = "about to start" if run.status is RunStatus.QUEUED else run.status
    message = (
        f"Expected a queued run, but {run.name} ({run.id}) is "
        f"{where}. `python -m core runs list` shows the places of queued runs."
    )
    raise QueueError(message)


def _between(before: Sequence[Job], after: Sequence[Job]) -> float | None:
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


def _write(store: HasJobs, run_id: str, place: float) -> None:
    store.annotate(run_id, tags={PLACE_TAG: str(place)})
