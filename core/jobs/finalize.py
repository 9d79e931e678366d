"""Store what came of a run: its files, seen to be right, and its scores."""

import shutil
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from core import settings
from core.config import Recipe
from core.datasets.store import Dataset, Split
from core.errors import HomeError
from core.evaluation import metrics
from core.jobs import failure_messages
from core.jobs.tasks import TaskContext
from core.predictions import PREDICTIONS, VALIDATION, Validation
from core.records import CHECKPOINT, Run, RunScores

if TYPE_CHECKING:
    from core.runs.checkpoint import Checkpoint
    from core.training.combine import Combined
    from core.training.train import Trained


@dataclass(frozen=True, kw_only=True)
class Result:
    """What came of a run, before it is stored.

    Attributes:
        made: The model, and what it says about the test images.
        card: The page that describes it.
        train_seconds: Time of the training loop; None if nothing was trained.
        compiler: What compiled the loop; empty if there was none.
        best_epoch: The epoch with the best validation score; None if there is none.
        val_scores: Validation accuracy and loss of the weights; None if unknown.
        validation: What it says about the validation images; None if unknown.
        checkpoint: Where the training stood at its end, if there was one.
        texts: More files, by name.
        is_stopped: Whether the run was stopped, and has this result all the same.
    """

    made: "Trained | Combined"
    card: str
    train_seconds: float | None = None
    compiler: str = ""
    best_epoch: int | None = None
    val_scores: tuple[float, float] | None = None
    validation: Validation | None = None
    checkpoint: "Checkpoint | None" = None
    texts: Mapping[str, str] = field(default_factory=dict)
    is_stopped: bool = False


def save(context: TaskContext, run: Run, dataset: Dataset, result: Result) -> None:
    """Write all files of a run, see that they are right, and store them.

    Args:
        context: Of the task that made the result.
        run: The run.
        dataset: Its data set.
        result: What came of it.

    Raises:
        ExportError: If the exported model does not compute what the trained one does.
        HomeError: If there is no room for it.
        RunStoreError: If it cannot be stored.
    """
    # Whoever sees the scores takes the curves for complete.
    context.flush()
    predictions = result.made.predictions
    accuracy = metrics.accuracy(predictions.labels, predictions.probabilities)
    val_accuracy, val_loss = result.val_scores or (None, None)
    try:
        with context.scratch() as files:
            _write_and_check(files, result, run.config, dataset.test)
            scores = RunScores(
                test_accuracy=accuracy.value,
                test_size=accuracy.total,
                validation_accuracy=val_accuracy,
                validation_loss=val_loss,
                train_seconds=result.train_seconds,
                total_seconds=time.perf_counter() - context.started,
                best_epoch=result.best_epoch,
            )
            context.store.save_results(
                run.id, scores=scores, files=files, compiler=result.compiler
            )
    except Exception as error:
        if failure_messages.is_disk_full(error):
            raise _no_room(result) from error
        raise


def _write_and_check(
    files: Path, result: Result, config: Recipe, tested: Split
) -> None:
    from core.models import export, onnx  # noqa: PLC0415 - it imports TensorFlow

    export.save_keras(result.made.model, files / "model.keras")
    export.save_litert(result.made.model, files / "model.tflite")
    export.check_litert(
        files / "model.tflite",
        images=tested.images,
        probabilities=result.made.predictions.probabilities,
    )
    onnx.save_onnx(result.made.model, files / "model.onnx")
    result.made.predictions.save(files / PREDICTIONS)
    if result.validation is not None:
        result.validation.save(files / VALIDATION)
    if result.checkpoint is not None:
        result.checkpoint.save(files / CHECKPOINT)
    (files / "config.json").write_text(config.to_json())
    (files / "card.md").write_text(result.card)
    for name, text in result.texts.items():
        (files / name).write_text(text, encoding="utf-8")


def _no_room(result: Result) -> HomeError:
    """Say how much room it takes to save a run; it is needed twice for a moment."""
    # Three models, and a state with weights, two moments and the best weights.
    numbers = 7 * result.made.model.count_params()
    predictions = result.made.predictions
    numbers += predictions.probabilities.size + predictions.features.size
    home = settings.home()
    message = (
        f"Expected about {2 * 4 * numbers / 1e6:.0f} MB of free space in {home} for "
        f"this run, but its disk is full ({shutil.disk_usage(home).free / 1e6:.0f} MB "
        "free) or has a quota. Free some space, or set INKLAB_HOME to another folder, "
        "and train again. The curves of this run are saved, its model is lost."
    )
    return HomeError(message)
