"""The task that measures how robust a run is to changed and corrupted images."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np
from pydantic import Field

from core.datasets.exploring import orders
from core.errors import ArtifactError
from core.evaluation import metrics, robustness
from core.evaluation.robustness import Robustness
from core.files import DAMAGED
from core.inference import Predictor
from core.jobs.tasks import Task, TaskContext
from core.records import ARRAYS, Attachment
from core.runs import run_dataset

if TYPE_CHECKING:
    from core.runs.store import RunStore

FACTS: Final = "robustness.json"
MAX_IMAGES: Final = 10_000
MAX_THREADS: Final = 4


class MeasureRobustness(Task):
    """Let a run read its test images under nine changes and 15 corruptions.

    It leaves the counts as JSON, and as arrays `indices`, int64 of shape (n,), the
    test images, and `right`, bool of shape (conditions, n); see
    `core.evaluation.robustness.measure`.

    Attributes:
        subject: Id of the run.
        max_images: Of more test images so many are taken, each class by its share.
        seed: Chooses these, and all that is random in the changes.
    """

    kind: ClassVar[str] = "robustness"
    title: ClassVar[str] = "Robustness"
    version: ClassVar[int] = 2

    max_images: int = Field(default=MAX_IMAGES, ge=1)
    seed: int = Field(default=0, ge=0)

    def work(self, context: TaskContext) -> None:
        """Measure, and leave the numbers with the run; see `Task.work`."""
        run = context.store.get(self.subject)
        test = run_dataset.dataset_of(run).test
        said = context.store.predictions(run.id)
        if not np.array_equal(said.labels, test.labels):
            message = (
                f"Expected predictions for the {len(test.labels):,} test images of "
                f"{run.config.dataset}, but run {run.id} was tested on others. "
                "Train it again."
            )
            raise ArtifactError(message)
        indices = orders.stratified_sample(
            test.labels, count=self.max_images, seed=self.seed
        )
        labels = test.labels[indices]
        predicted = metrics.predicted_classes(said.probabilities[indices])
        path = context.store.artifact(run.id, "model.tflite")
        text = f"reading {len(indices):,} test images, changed in 24 ways"
        found = robustness.measure(
            test.images[indices],
            labels,
            predicted == labels,
            predictors=[Predictor(path).predict for _ in range(_num_threads())],
            seed=self.seed,
            report=lambda share: context.report(share, text),
        )
        made = robustness.summarise(
            found, predicted == labels, num_test=len(test.labels)
        )

        def write(folder: Path) -> None:
            (folder / FACTS).write_text(made.document(), "utf-8")
            np.savez_compressed(folder / ARRAYS, indices=indices, right=found)

        context.attach(self, write=write, metrics=metrics_of(made))


def metrics_of(made: Robustness) -> dict[str, float]:
    """Return the main numbers by name."""
    return {
        "score": made.score,
        "score_low": made.low,
        "score_high": made.high,
        "accuracy": made.clean.value,
        "n": made.clean.total,
    }


def read(store: "RunStore", run_id: str, made: Attachment) -> Robustness:
    """Return what a sweep has measured.

    Raises:
        ArtifactError: If it is missing or damaged.
    """
    try:
        text = store.artifact(run_id, made.path_of(FACTS)).read_text("utf-8")
        return Robustness.from_document(text)
    except DAMAGED as error:
        message = (
            f"Expected the robustness of run {run_id}, but its file is damaged. "
            "Measure it again."
        )
        raise ArtifactError(message) from error


def _num_threads() -> int:
    """Return how many threads this process may keep busy."""
    given = os.environ.get("OMP_NUM_THREADS", "")
    if given.isdecimal():
        return max(1, min(int(given), MAX_THREADS))
    return min(os.cpu_count() or 1, MAX_THREADS)
