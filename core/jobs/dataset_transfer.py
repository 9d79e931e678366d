"""Bring the data sets of one's own to the workers of a cluster, by fingerprint.

The process that has a data set puts it into the run store, in the background, before
the first task that needs it is handed over. A worker that does not have it waits for
that, fetches it once, and never takes another one that has its name.
"""

import contextlib
import logging
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from core import settings
from core.datasets import catalog
from core.errors import DatasetError, DatasetFileError, InklabError, RunStoreError
from core.records import Job, Run

if TYPE_CHECKING:
    from core.jobs.tasks import TaskContext
    from core.runs.shared_datasets import Offer, SharedDatasets
    from core.runs.store import RunStore

WAIT_SECONDS: Final = 60.0
"""After so long without a sign of it a worker gives up."""

LOOK_SECONDS: Final = 1.0

_logger = logging.getLogger(__name__)
_lock: Final = threading.Lock()
_offered: Final[set[str]] = set()


def needed_by(store: "RunStore", job: Job) -> Mapping[str, str]:
    """Return the data sets of one's own that a job needs: fingerprints by name.

    One that is not here is left out: its task says so.
    """
    needed = {}
    with contextlib.suppress(RunStoreError, DatasetError):
        run = job if isinstance(job, Run) else store.get(job.subject)
        fingerprint = catalog.fingerprint_of(run.config.dataset)
        if fingerprint is not None:
            needed[run.config.dataset] = fingerprint
    return needed


def offer(needed: Mapping[str, str]) -> None:
    """Put data sets into the run store, in the background, each once."""
    for name, fingerprint in needed.items():
        with _lock:
            if fingerprint in _offered:
                continue
            _offered.add(fingerprint)
        threading.Thread(target=_put, args=(name, fingerprint), daemon=True).start()


@contextlib.contextmanager
def having(needed: Mapping[str, str], context: "TaskContext") -> Iterator[None]:
    """Have data sets at hand by name while the block runs.

    Args:
        needed: Their fingerprints by name.
        context: Of the task that needs them.

    Raises:
        DatasetFileError: If one is not here and does not come.
        RunStoreError: If the store does not answer.
        TrainingStopped: If somebody asked the task to stop meanwhile.
    """
    folders = {
        name: _fetched(name, fingerprint, context)
        for name, fingerprint in needed.items()
        if _fingerprint_here(name) != fingerprint
    }
    with catalog.lying_in(folders):
        yield


def _put(name: str, fingerprint: str) -> None:
    from core.runs.shared_datasets import SharedDatasets  # noqa: PLC0415 - MLflow

    try:
        SharedDatasets(settings.tracking_uri()).put(name, fingerprint)
    except InklabError as error:
        # The next task tries again; the worker that waits says what is missing.
        _logger.warning("%s could not be put into the run store: %s", name, error)
        with _lock:
            _offered.discard(fingerprint)


def _fingerprint_here(name: str) -> str | None:
    try:
        return catalog.fingerprint_of(name)
    except DatasetError:
        return None


def _fetched(name: str, fingerprint: str, context: "TaskContext") -> Path:
    from core.runs import shared_datasets  # noqa: PLC0415 - it knows MLflow

    folder = shared_datasets.folder_of(name, fingerprint)
    if folder.exists():
        folder.parent.touch()
        return folder
    shared = shared_datasets.SharedDatasets(settings.tracking_uri())
    context.say(f"Fetching the data set {name} from the run store.")
    found = _awaited(shared, name, fingerprint=fingerprint, context=context)
    started = time.monotonic()
    folder = shared.get(name, found, fingerprint=fingerprint, check=context.check)
    context.say(f"The data set is here after {time.monotonic() - started:.1f} s.")
    return folder


def _awaited(
    shared: "SharedDatasets", name: str, *, fingerprint: str, context: "TaskContext"
) -> "Offer":
    """Wait until the whole of a data set is in the store."""
    sign, since = "", time.monotonic()
    while True:
        context.check()
        found = shared.find(fingerprint)
        if found is not None and found.is_whole:
            return found
        if found is not None and found.sign != sign:
            sign, since = found.sign, time.monotonic()
        if time.monotonic() - since > WAIT_SECONDS:
            message = (
                f"Expected the data set {name} (fingerprint {fingerprint}) on this "
                f"worker or in the run store, but {WAIT_SECONDS:.0f} s went by without "
                "a sign of it. Make sure that the server that asked for this run still "
                "runs and has the data set, and start the run again."
            )
            raise DatasetFileError(message)
        threading.Event().wait(LOOK_SECONDS)
