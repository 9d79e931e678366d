"""Which drawings a run has learned from: it is not scored on these."""

from datetime import datetime
from typing import TYPE_CHECKING

from core.datasets import catalog
from core.datasets.spec import base_name
from core.errors import ArtifactError, UnknownRunError
from core.handwriting import data_set, fine_tuned, storage
from core.records import Run

if TYPE_CHECKING:
    from core.runs.store import RunStore


def ids_of(store: "RunStore", run: Run) -> frozenset[str]:
    """Return the ids of the drawings that a run has learned from.

    Of a run on the data set My handwriting or a version of it, these are all that have
    ever been training images when it was made; if nobody knows when, of all.

    Args:
        store: Where the run is kept, with those that it goes on with or unites.
        run: Any run.
    """
    found: set[str] = set()
    seen: set[str] = set()
    waiting = [run]
    while waiting:
        one = waiting.pop()
        if one.id in seen:
            continue
        seen.add(one.id)
        found |= _own_ids(one) | _fine_tuned_on(store, one)
        waiting += _before(store, one)
    return frozenset(found)


def _fine_tuned_on(store: "RunStore", run: Run) -> frozenset[str]:
    try:
        found = fine_tuned.read(store, run)
    except ArtifactError:
        # Nobody knows any more: all that there were may have been learned.
        return frozenset(
            each.id for each in storage.drawings() if each.created <= run.created
        )
    return frozenset(found.learned if found else ())


def _own_ids(run: Run) -> frozenset[str]:
    if base_name(run.config.dataset) != data_set.NAME:
        return frozenset()
    until = _made_until(run)
    return frozenset(
        each.id
        for each in storage.drawings()
        if (each.part == "train" or each.has_moved)
        and (until is None or each.created <= until)
    )


def _made_until(run: Run) -> datetime | None:
    """Return when the last drawing was kept that a run may have learned from."""
    until = data_set.made_until(run.fingerprint)
    if until is not None:
        return until
    for card in catalog.cards():
        if card.fingerprint == run.fingerprint and card.parent_fingerprint:
            return data_set.made_until(card.parent_fingerprint)
    return None


def _before(store: "RunStore", run: Run) -> list[Run]:
    found = []
    for run_id in (run.parent, *run.members):
        try:
            found += [store.get(run_id)] if run_id else []
        except UnknownRunError:
            # It was deleted for good; what it was made of is not known any more.
            continue
    return found
