"""Which drawings a run has learned from: it is not scored on these."""

from typing import TYPE_CHECKING, Final

from core.datasets.spec import base_name
from core.errors import UnknownRunError
from core.handwriting import collection
from core.records import Run

if TYPE_CHECKING:
    from core.runs.store import RunStore

DATASET: Final = "my-handwriting"
"""Name of the data set that is made of the drawings; its versions end in @2 and so on."""


def ids_of(store: "RunStore", run: Run) -> frozenset[str]:
    """Return the ids of the drawings that a run has learned from.

    Of a run on the data set My handwriting, these are all that have ever been training
    images, because it is made anew with each drawing and forgets what it was made of.

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
        found |= _own_ids(one)
        waiting += _before(store, one)
    return frozenset(found)


def _own_ids(run: Run) -> frozenset[str]:
    if base_name(run.config.dataset) != DATASET:
        return frozenset()
    return frozenset(
        each.id
        for each in collection.drawings()
        if each.part == "train" or each.has_moved
    )


def _before(store: "RunStore", run: Run) -> list[Run]:
    found = []
    for run_id in (run.parent, *run.members):
        try:
            found += [store.get(run_id)] if run_id else []
        except UnknownRunError:
            # It was deleted for good; what it was made of is not known any more.
            continue
    return found
