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
from dataclasses import dataclass
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
from core.jobs import combining
from core.jobs.quiet import without_remarks
from core.jobs.reporter import Reporter
from core.runs import open_store
from core.runs.card import ensemble_card, model_card
from core.runs.records import Predictions, Progress, Run, RunScores, RunStatus

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.training.combine import Combined
    from core.training.train import Trained

EXPORT_TOLERANCE: Final = 1e-4
NICENESS: Final = 10
WATCH_SECONDS: Final = 1.0


@dataclass(frozen=True, kw_only=True)
class _Result:
    """What came of a run, before it is stored; without times if nothing was trained."""

    made: "Trained | Combined"
    card: str
    train_seconds: float | None = None
    compiler: str = ""


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
    """Do the work of a run; if no other one waits then, get ready for the next."""
    train_run(run_id)
    warm_up()


def train_run(
    run_id: str, *, also: Callable[[Progress], None] = lambda _: None
) -> None:
    """Train a queued run, or combine others to it, and store its results.

    Errors that are raised on purpose end in the store as the run's reason;
    any other error does too, and is raised.

    Args:
        run_id: A queued run; one that was stopped while it waited is left alone.
        also: Called with each progress of a training, beside the store.
    """
    store = open_store()
    if not store.start(run_id):
        return
    try:
        _work_on(store, run_id, also)
    except TrainingStopped:
        store.stop(run_id)
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


def _work_on(store: "RunStore", run_id: str, also: Callable[[Progress], None]) -> None:
    _import_tensorflow()
    started = time.perf_counter()
    run = store.get(run_id)
    dataset = datasets.load(run.config.dataset)
    work = (
        _combine(store, run, dataset)
        if run.members
        else _train(store, run, dataset, also)
    )
    _keep(store, run, dataset, work, started=started)


def _train(
    store: "RunStore", run: Run, dataset: Dataset, also: Callable[[Progress], None]
) -> _Result:
    from core.training.train import train  # noqa: PLC0415 - it imports TensorFlow

    with Reporter(store, run.id, also=also) as report:
        trained = train(dataset, run.config, report)
    card = model_card(
        run.config,
        dataset.spec,
        accuracy=_accuracy(trained.predictions),
        history=trained.history,
        train_seconds=trained.seconds,
        compiler=trained.compiler,
    )
    return _Result(
        made=trained,
        card=card,
        train_seconds=trained.seconds,
        compiler=trained.compiler,
    )


def _combine(store: "RunStore", run: Run, dataset: Dataset) -> _Result:
    members = combining.members_of(store, run)
    combined = combining.combine(store, run, dataset, members)
    card = ensemble_card(
        run.config,
        dataset.spec,
        accuracy=_accuracy(combined.predictions),
        members=members,
    )
    return _Result(made=combined, card=card)


def _keep(
    store: "RunStore", run: Run, dataset: Dataset, result: _Result, *, started: float
) -> None:
    """Write all files of a run, see that they are right, and finish it."""
    accuracy = _accuracy(result.made.predictions)
    files = Path(tempfile.mkdtemp(dir=settings.home(), prefix=".run-"))
    try:
        _write_files(files, result, run.config)
        _check_export(
            files / "model.tflite", dataset.test.images, result.made.predictions
        )
        scores = RunScores(
            test_accuracy=accuracy.value,
            test_size=accuracy.total,
            train_seconds=result.train_seconds,
            total_seconds=time.perf_counter() - started,
        )
        store.finish(run.id, scores=scores, files=files, compiler=result.compiler)
    finally:
        shutil.rmtree(files, ignore_errors=True)


def _accuracy(predictions: Predictions) -> metrics.Proportion:
    return metrics.accuracy(predictions.labels, predictions.probabilities)


def _write_files(files: Path, result: _Result, config: TrainingConfig) -> None:
    from core.models import export  # noqa: PLC0415 - it imports TensorFlow

    export.save_keras(result.made.model, files / "model.keras")
    export.save_litert(result.made.model, files / "model.tflite")
    (files / "config.json").write_text(config.to_json())
    (files / "card.md").write_text(result.card)
    np.savez_compressed(
        files / "predictions.npz",
        labels=result.made.predictions.labels,
        probabilities=result.made.predictions.probabilities,
        features=result.made.predictions.features,
    )


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
