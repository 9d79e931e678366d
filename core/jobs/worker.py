"""The task of a worker process: a run id goes in, and the run is finished.

It returns nothing: what became of the run stands in the run store.
"""

import contextlib
import importlib
import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final

import numpy as np
import psutil

from core import presets, settings
from core.config import TrainingConfig
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.errors import ExportError, InklabError, TrainingStopped
from core.evaluation import metrics
from core.inference import Predictor
from core.jobs.quiet import without_remarks
from core.jobs.reporter import Reporter
from core.runs import open_store
from core.runs.card import model_card
from core.runs.records import (
    CHECKPOINT,
    History,
    Predictions,
    Progress,
    Run,
    RunScores,
    RunStatus,
)

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.training.checkpoint import Checkpoint
    from core.training.train import Trained

EXPORT_TOLERANCE: Final = 1e-4
NICENESS: Final = 10
WATCH_SECONDS: Final = 1.0


def settle_in(server: int) -> None:
    """Prepare a worker process: the pages go first, and it ends with the server.

    What every task needs is loaded here, so a process that takes the place of
    one that grew too large is ready before it is needed, and what TensorFlow
    takes does not count as growth.

    Args:
        server: Number of the process that the worker works for.
    """
    # Windows has no such thing; there both have the same right.
    if hasattr(os, "nice"):
        os.nice(NICENESS)
    threading.Thread(target=_end_with, args=(server,), daemon=True).start()
    # What fails here fails again in the task, which can say so in its run; raised
    # here it would end one process after the other.
    with contextlib.suppress(Exception):
        open_store()
        _import_tensorflow()


def warm_up() -> None:
    """Compile the presets, until somebody waits for a run.

    The fastest comes first, because that is what a newcomer starts with.
    """
    _import_tensorflow()
    from core.training.train import prepare  # noqa: PLC0415 - it imports TensorFlow

    store = open_store()
    fastest_first = sorted(
        presets.PRESETS, key=lambda preset: preset.name != presets.FASTEST
    )
    for preset in fastest_first:
        if any(run.status is RunStatus.QUEUED for run in store.runs()):
            return
        prepare(datasets.load(preset.config.dataset), preset.config)


def train_and_prepare(run_id: str) -> None:
    """Train a queued run; if no other one waits then, get ready for the next."""
    train_run(run_id)
    warm_up()


def train_run(
    run_id: str, *, also: Callable[[Progress], None] = lambda _: None
) -> None:
    """Train a queued run and store its results.

    Errors that are raised on purpose end in the store as the run's reason;
    any other error does too, and is raised.

    Args:
        run_id: A queued run; one that was stopped while it waited is left alone.
        also: Called with each progress, beside the store.
    """
    store = open_store()
    if not store.start(run_id):
        return
    try:
        _train(store, store.get(run_id), also)
    except KeyboardInterrupt:
        store.stop(run_id)
        raise
    except InklabError as error:
        store.fail(run_id, str(error))
    except BaseException as error:
        store.fail(run_id, f"Unexpected {type(error).__name__}: {error}")
        raise


def _end_with(server: int) -> None:
    """End this process when the server has: nobody could reach it any more."""
    # On Unix an orphan gets another parent; on Windows the old number stays.
    while os.getppid() == server and psutil.pid_exists(server):
        time.sleep(WATCH_SECONDS)
    os._exit(0)


def _import_tensorflow() -> None:
    """Import it now; it takes seconds, and only a process that trains needs it."""
    with without_remarks():
        importlib.import_module("core.training.train")


def _train(store: "RunStore", run: Run, also: Callable[[Progress], None]) -> None:
    _import_tensorflow()
    from core.training.train import train  # noqa: PLC0415 - it imports TensorFlow

    started = time.perf_counter()
    dataset = datasets.load(run.config.dataset)
    start = _start_of(store, run)
    with Reporter(store, run.id, also=also) as report:
        tell = _stopping(store, run.id, report)
        trained = train(dataset, run.config, tell, start=start)
    files = Path(tempfile.mkdtemp(dir=settings.home(), prefix=".run-"))
    try:
        accuracy = _write_files(files, trained, run.config, dataset)
        scores = RunScores(
            test_accuracy=accuracy.value,
            test_size=accuracy.total,
            train_seconds=trained.seconds,
            total_seconds=time.perf_counter() - started,
            best_epoch=_best_epoch(trained.history, run.config),
        )
        store.keep(run.id, scores=scores, files=files, compiler=trained.compiler)
    finally:
        shutil.rmtree(files, ignore_errors=True)
    if not trained.is_stopped:
        store.finish(run.id)


def _best_epoch(history: History, config: TrainingConfig) -> int | None:
    return history.best_epoch_by(config.monitor) if history.val_loss else None


def _start_of(store: "RunStore", run: Run) -> "Checkpoint | None":
    """Return where the run before stood, and give its curves to this one."""
    if not run.parent:
        return None
    from core.training.checkpoint import Checkpoint  # noqa: PLC0415 - TensorFlow

    start = Checkpoint.load(store.artifact(run.parent, CHECKPOINT))
    store.inherit(run.id, run.parent)
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


def _write_files(
    files: Path, trained: "Trained", config: TrainingConfig, dataset: Dataset
) -> metrics.Proportion:
    """Write all files of a run; return its accuracy on the test images."""
    from core.models import export  # noqa: PLC0415 - it imports TensorFlow

    predictions = trained.predictions
    accuracy = metrics.accuracy(predictions.labels, predictions.probabilities)
    export.save_keras(trained.model, files / "model.keras")
    export.save_litert(trained.model, files / "model.tflite")
    _check_export(files / "model.tflite", dataset.test.images, predictions)
    predictions.save(files / "predictions.npz")
    trained.checkpoint.save(files / CHECKPOINT)
    (files / "config.json").write_text(config.to_json())
    card = model_card(
        config,
        dataset.spec,
        accuracy=accuracy,
        history=trained.history,
        train_seconds=trained.seconds,
        compiler=trained.compiler,
    )
    (files / "card.md").write_text(card)
    return accuracy


def _check_export(model: Path, images: np.ndarray, predictions: Predictions) -> None:
    exported = Predictor(model).predict(images.astype(np.float32) / 255.0)
    difference = float(np.abs(exported - predictions.probabilities).max())
    if difference > EXPORT_TOLERANCE:
        message = (
            "Expected the exported model to give the probabilities of the trained "
            f"one within {EXPORT_TOLERANCE:g}, but they differ by {difference:.2g}. "
            "This is a defect of the export: please report it with the run's config."
        )
        raise ExportError(message)
