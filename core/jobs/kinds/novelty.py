"""The task that finds out when a run should not answer: its novelty thresholds.

Each training does so at its end. The task is for ensembles, and for runs of earlier
versions.
"""

from typing import TYPE_CHECKING, ClassVar

import numpy as np

from core.datasets.arrays import Dataset
from core.errors import ArtifactError, ConfigError, RunStoreError
from core.evaluation.novelty import Reference
from core.jobs.finalize import Result
from core.jobs.tasks import Task, TaskContext
from core.predictions import Validation
from core.records import Attachment, Run
from core.runs import run_dataset
from core.types import Indices

if TYPE_CHECKING:
    from core.runs.store import RunStore


class FitNovelty(Task):
    """Compare images set aside with those that a run learned from.

    It leaves the arrays of a `core.evaluation.novelty.Reference`.
    """

    kind: ClassVar[str] = "novelty"
    title: ClassVar[str] = "Novelty thresholds"

    def work(self, context: TaskContext) -> None:
        """Predict, measure, and leave the arrays with the run; see `Task.work`."""
        # They import TensorFlow.
        from core.training import trained_model  # noqa: PLC0415
        from core.training.reference import reference_of  # noqa: PLC0415

        run = context.store.with_model(self.subject)
        dataset = run_dataset.dataset_of(run)
        context.report(0.1, "reading the model")
        path = context.store.artifact(run.id, "model.keras")
        model = trained_model.load(path, run.config, dataset.spec.dimensions)
        context.report(0.3, "comparing images with those it learned from")
        held_out = _held_out(context.store.validation(run.id))
        _attach(context, run, reference_of(model, dataset, held_out))


def after_training(
    context: TaskContext, run: Run, dataset: Dataset, result: Result
) -> None:
    """Do what the task does for a run that has just been trained.

    A problem is written to the log: the run is worth having without.

    Args:
        context: Of the task that trained it.
        run: The run, whose results are saved.
        dataset: Its data set.
        result: What came of it.
    """
    from core.training.reference import reference_of  # noqa: PLC0415 - TensorFlow

    held_out = _held_out(result.validation)
    try:
        _attach(context, run, reference_of(result.made.model, dataset, held_out))
    except (ConfigError, RunStoreError, OSError) as error:
        context.say(f"No novelty thresholds: {error}")


def read(store: "RunStore", run_id: str, made: Attachment) -> Reference:
    """Return what images of a run are compared with.

    Args:
        store: Where the run is kept.
        run_id: The run.
        made: What the task has left.

    Raises:
        ArtifactError: If it is missing or damaged.
    """
    arrays = store.arrays(run_id, made)
    try:
        found = Reference(
            features=arrays["features"].astype(np.float32),
            confidence=arrays["confidence"],
            novelty=arrays["novelty"],
            is_held_out=bool(arrays["is_held_out"]),
        )
    except (KeyError, ValueError) as error:
        raise _damaged(run_id) from error
    is_whole = found.features.ndim == 2 and found.num_images and found.num_aside  # noqa: PLR2004 - images and units
    if not is_whole or found.confidence.shape != found.novelty.shape:
        raise _damaged(run_id)
    return found


def of_run(store: "RunStore", run: Run) -> Reference | None:
    """Return what images of a run are compared with, if somebody has fitted it.

    Raises:
        ArtifactError: If it is damaged.
    """
    task = FitNovelty(subject=run.id)
    made = store.attachment(run.id, task.result_name, key=task.key)
    return None if made is None else read(store, run.id, made)


def _damaged(run_id: str) -> ArtifactError:
    message = (
        f"Expected the novelty thresholds of run {run_id}, but they are damaged. "
        "Delete the run and train it again."
    )
    return ArtifactError(message)


def _held_out(said: Validation | None) -> Indices:
    return np.empty(0, np.int64) if said is None else said.indices


def _attach(context: TaskContext, run: Run, found: Reference) -> None:
    limits = found.thresholds()
    context.attach_arrays(
        FitNovelty(subject=run.id),
        {
            "confidence": limits.confidence,
            "distance": limits.novelty,
            "share": limits.share,
            "n": found.num_aside,
        },
        features=found.features.astype(np.float16),
        confidence=found.confidence,
        novelty=found.novelty,
        is_held_out=np.array(found.is_held_out),
    )
