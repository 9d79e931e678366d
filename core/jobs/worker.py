"""The task of a worker process: a run id goes in, and the run is finished.

It returns nothing: what became of the run stands in the run store.
"""

import contextlib
import importlib
import os
import sys
import threading
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Final

import numpy as np
import psutil

from core.config import TrainingConfig, presets
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.errors import (
    DivergedError,
    InklabError,
    RunStoreError,
    TrainingStopped,
    UnknownRunError,
)
from core.handover.card import ensemble_card, model_card
from core.jobs import aside, ensembles, failure_messages, finalize, log_messages
from core.jobs.aside import Door
from core.jobs.autosave import Safekeeping
from core.jobs.finalize import Result
from core.jobs.reporter import Reporter
from core.jobs.run_log import Logbook
from core.jobs.tf_import import without_library, without_remarks
from core.records import Progress, Run, RunStatus
from core.runs import checkpoint_files, open_store
from core.types import ByteImages

if TYPE_CHECKING:
    from core.runs.checkpoint import Checkpoint
    from core.runs.store import RunStore

NICENESS: Final = 10
QUICK_SECONDS: Final = 30.0
WATCH_SECONDS: Final = 1.0


def settle_in(server: int, door: Door) -> None:
    """Prepare a worker process: it gives way to the pages and ends with the server.

    What every task needs is loaded here, so a process that takes the place of
    one that grew too large is ready before it is needed, and what TensorFlow
    takes does not count as growth.

    Args:
        server: Number of the process that the worker works for.
        door: Where it is asked for what somebody waits for at the screen.
    """
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    # What fails here fails again in the task, which can say so in its run; raised
    # here it would end one process after the other.
    with contextlib.suppress(Exception):
        open_store()
        _import_tensorflow()
    # After the imports, which take one processor only and which a first run waits for;
    # but before anything computes, because a thread has the right of the one that began
    # it. Windows has no such thing; there both have the same right.
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    threading.Thread(target=aside.answer, args=(door,), daemon=True).start()
    with contextlib.suppress(Exception):
        finalize.sweep()
        checkpoint_files.sweep(open_store())


def warm_up() -> None:
    """Compile the quick presets, until somebody waits for a run.

    The fastest comes first, because that is what a newcomer starts with; in a
    longer training, compiling is no wait.
    """
    _import_tensorflow()
    from core.training.train import prepare  # noqa: PLC0415 - it imports TensorFlow

    store = open_store()
    quick = [each for each in presets.PRESETS if each.claim.seconds < QUICK_SECONDS]
    for preset in sorted(quick, key=lambda each: each.name != presets.FASTEST):
        if any(run.status is RunStatus.QUEUED for run in store.runs()):
            return
        prepare(datasets.load(preset.config.dataset), preset.config)


def preview(
    config: TrainingConfig, *, num_images: int, num_changes: int
) -> tuple[ByteImages, ByteImages]:
    """Change some training images; see `core.jobs.executor.preview`."""
    _import_tensorflow()
    from core.training.augment import previews  # noqa: PLC0415 - it imports TensorFlow

    train = datasets.load(config.dataset).train
    _, firsts = np.unique(train.labels, return_index=True)
    images = train.images[firsts[:num_images]]
    changed = previews(images, config.augmentation, num=num_changes, seed=config.seed)
    return images, changed


def train_queued(run_id: str) -> None:
    """Do the work of a run from the queue, with all that is said in its log.

    Before it begins, a store that does not answer is an error like any other: the
    queue asks again. If the store cannot be told how it ended, this process ends:
    the run would be "running" as long as it lives, and so whoever reads the run
    finds it gone.
    """
    if _is_deleted(open_store(), run_id):
        return
    try:
        train_run(run_id, listens=True)
    except UnknownRunError:
        # It was deleted at the moment in which it began.
        return
    except RunStoreError:
        os._exit(1)


def train_run(
    run_id: str,
    *,
    also: Callable[[Progress], None] = lambda _: None,
    listens: bool = False,
) -> None:
    """Train a queued run, or combine others to it, and store its results.

    Errors that are raised on purpose end in the store as the run's reason, and
    so does a lack of memory; any other error does too, and is raised.

    Args:
        run_id: A queued run; one that was stopped or deleted while it waited is
            left alone.
        also: Called with each progress of a training, beside the store.
        listens: Whether all that this process says goes to the log of the run, and
            nowhere else: not in a terminal, where somebody reads it.
    """
    store = open_store()
    if _is_deleted(store, run_id) or not store.start(run_id):
        return
    try:
        is_stopped = _work_with_log(store, run_id, also, listens=listens)
        if not is_stopped:
            store.finish(run_id)
    except TrainingStopped:
        store.stop(run_id)
    except KeyboardInterrupt:
        store.stop(run_id)
        raise
    except InklabError as error:
        if isinstance(error, DivergedError):
            # It would only diverge again.
            checkpoint_files.discard(run_id)
        if not _is_deleted(store, run_id):
            store.fail(run_id, str(error))
    except BaseException as error:
        store.fail(run_id, failure_messages.reason(error, store.get(run_id).config))
        if not failure_messages.is_out_of_memory(error):
            raise


def _is_deleted(store: "RunStore", run_id: str) -> bool:
    """Whether nobody wants a run any more: then there is nothing to keep or to tell."""
    try:
        store.get(run_id)
    except UnknownRunError:
        return True
    return False


def _end_with(server: int) -> None:
    """End this process when the server has: nobody could reach it any more."""
    # On Unix an orphan gets another parent; on Windows the old number stays.
    while os.getppid() == server and psutil.pid_exists(server):
        time.sleep(WATCH_SECONDS)
    os._exit(0)


def _import_tensorflow() -> None:
    """Import it now; it takes seconds, and only a process that trains needs it."""
    if "core.training.train" in sys.modules:
        # What it says is hidden from the whole process, which may be training.
        return
    with without_remarks(), without_library("sklearn"):
        importlib.import_module("core.training.train")


def _work_with_log(
    store: "RunStore",
    run_id: str,
    also: Callable[[Progress], None],
    *,
    listens: bool,
) -> bool:
    def hear(progress: Progress) -> None:
        if progress.ends_epoch:
            log.say(log_messages.epoch(progress))
        also(progress)

    try:
        with Logbook(run_id, listens=listens) as log:
            return _work_on(store, run_id, hear, log)
    finally:
        store.keep_log(run_id)


def _work_on(
    store: "RunStore", run_id: str, also: Callable[[Progress], None], log: Logbook
) -> bool:
    """Do the work of a running run; tell whether it was stopped."""
    _import_tensorflow()
    started = time.perf_counter()
    run = store.get(run_id)
    log.say(log_messages.beginning(run))
    dataset = datasets.load(run.config.dataset)
    log.say(*log_messages.plan(run, dataset.spec))
    if run.members:
        result = _combine(store, run, dataset)
    else:
        keep = Safekeeping(run_id, say=log.say)
        result = _train(store, run, dataset, also, keep)
        log.say(*log_messages.training(run, result))
    finalize.keep(store, run, dataset, result, started=started)
    checkpoint_files.discard(run_id)
    log.say(log_messages.end(store.get(run_id)))
    return result.is_stopped


def _train(
    store: "RunStore",
    run: Run,
    dataset: Dataset,
    also: Callable[[Progress], None],
    keep: Safekeeping,
) -> Result:
    from core.training.train import train  # noqa: PLC0415 - it imports TensorFlow

    start = _start_of(store, run)
    with Reporter(store, run.id, also=also) as report:
        tell = _stopping(store, run.id, report)
        trained = train(dataset, run.training, tell, start=start, offer_checkpoint=keep)
    history = trained.history
    card = model_card(
        run.training,
        dataset.spec,
        predictions=trained.predictions,
        history=history,
        train_seconds=trained.seconds,
        compiler=trained.compiler,
    )
    return Result(
        made=trained,
        card=card,
        train_seconds=trained.seconds,
        compiler=trained.compiler,
        best_epoch=history.best_epoch_by(run.training.monitor)
        if history.val_loss
        else None,
        checkpoint=trained.checkpoint,
        is_stopped=trained.is_stopped,
    )


def _combine(store: "RunStore", run: Run, dataset: Dataset) -> Result:
    members = ensembles.members_of(store, run)
    combined = ensembles.combine(store, run, dataset, members)
    card = ensemble_card(
        ensembles.config_of(members),
        dataset.spec,
        predictions=combined.predictions,
        members=members,
    )
    return Result(made=combined, card=card)


def _start_of(store: "RunStore", run: Run) -> "Checkpoint | None":
    """Return where the run before stood, and give its curves to this one."""
    if not run.parent:
        return None
    from core.runs.checkpoint import Checkpoint  # noqa: PLC0415 - TensorFlow

    parent = store.get(run.parent)
    start = Checkpoint.load(checkpoint_files.state_of(store, parent))
    store.inherit(
        run.id,
        parent.id,
        history=start.history,
        epochs_done=start.epochs_done,
    )
    return start


def _stopping(
    store: "RunStore", run_id: str, report: Callable[[Progress], None]
) -> Callable[[Progress], None]:
    """Mark a run stopped at once; what it learned is tested and saved after that."""

    def tell(progress: Progress) -> None:
        try:
            report(progress)
        except TrainingStopped:
            store.stop(run_id, saving=True)
            raise

    return tell
