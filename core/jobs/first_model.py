"""The first model of a new home, trained before anybody asks for one.

Somebody who opens Inklab for the first time finds pages that are about models, and
none to look at. So the server trains the quickest preset once, in its first idle
moment, and never where there has been a run. A file beside the run store is the claim:
of two servers that start at once, one can make it, and it stays when all runs are gone
for good.

A tracking server belongs to several people, and so does a cluster: nothing is trained
there that nobody asked for.
"""

import time
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from core import addresses, settings
from core.config import presets
from core.jobs import executor
from core.jobs.kinds.train import Train
from core.jobs.lanes import cluster_of
from core.records import Lane

if TYPE_CHECKING:
    from core.runs.store import RunStore

NAME: Final = "First model"
MARK: Final = ".first-model"
QUEUED_WITHIN_SECONDS: Final = 60.0


class FirstTraining(Train):
    """The same training, but whatever a person asks for goes first."""

    is_background: ClassVar[bool] = True


def is_due() -> bool:
    """Tell whether a first model is to be trained here, unless there have been runs.

    Raises:
        SettingError: If the environment says something impossible.
        HomeError: If nobody knows which home it is.
    """
    return _claimed_ago() is None and _is_possible()


def is_coming() -> bool:
    """Tell whether a first model is due, or some process is about to queue it.

    That takes a second, or many on a busy machine, in which there is no run yet.

    Raises:
        SettingError: If the environment says something impossible.
        HomeError: If nobody knows which home it is.
    """
    claimed_ago = _claimed_ago()
    is_new = claimed_ago is None or claimed_ago < QUEUED_WITHIN_SECONDS
    return is_new and _is_possible()


@settings.changes
def train(store: "RunStore") -> str | None:
    """Queue the training of a first model, if it is due and there has been no run.

    Args:
        store: The run store that the settings name.

    Returns:
        The id of its run; None if there is to be none.
    """
    if not is_due():
        return None
    # Asked before the mark is there: whoever makes it knows that there was no run.
    has_runs = store.has_had_runs()
    if not _claim() or has_runs:
        return None
    config = presets.preset(presets.FASTEST).config
    return executor.submit(store, FirstTraining(config=config), name=NAME)


def _is_possible() -> bool:
    is_allowed = settings.wants_first_model() and not settings.is_read_only()
    return is_allowed and _mark() is not None and cluster_of(Lane.COMPUTE) is None


def _claimed_ago() -> float | None:
    """Return how many seconds ago the mark was made; None if there is none."""
    mark = _mark()
    try:
        return None if mark is None else time.time() - mark.stat().st_mtime
    except OSError:
        return None


def _claim() -> bool:
    """Make the mark; only one process ever can."""
    mark = _mark()
    try:
        if mark is not None:
            mark.touch(exist_ok=False)
    except OSError:
        # It is there, or nothing can be written: then no training could be saved.
        return False
    return mark is not None


def _mark() -> Path | None:
    """Return where the claim is; None if the run store is a server's."""
    database = addresses.database_of(settings.tracking_uri())
    return None if database is None else database.with_name(f"{database.name}{MARK}")
