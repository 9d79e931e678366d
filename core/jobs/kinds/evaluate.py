"""The task that tests a run on the test images of another data set."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np

from core.datasets import store as datasets
from core.datasets.arrays import Dataset
from core.datasets.spec import DatasetSpec, read_spec, write_spec
from core.errors import ArtifactError, DatasetError, DatasetFileError
from core.evaluation import shared_classes
from core.evaluation.shared_classes import Scores
from core.files import DAMAGED
from core.inference import MAX_BATCH, Predictor
from core.jobs.tasks import Task, TaskContext
from core.predictions import PREDICTIONS, Predictions
from core.proportion import Proportion, percent
from core.records import DATASET, Attachment, Lane, Run
from core.runs import run_dataset
from core.types import ByteImages, Probabilities

if TYPE_CHECKING:
    from core.runs.store import RunStore

PREFIX: Final = "evaluate-"
SCORES: Final = "scores.json"

_FULL_INK: Final = 255


class Evaluate(Task):
    """Test a run on the test images of any data set whose classes it knows.

    Attributes:
        subject: Id of the run.
        dataset: Name of the data set.
        fingerprint: Its fingerprint.
    """

    kind: ClassVar[str] = "evaluate"
    title: ClassVar[str] = "Evaluation"
    lane: ClassVar[Lane] = Lane.INPUT_OUTPUT

    subject: str
    dataset: str
    fingerprint: str

    @classmethod
    def on(cls, run: Run, dataset: Dataset) -> Self:
        """Return the task that tests a run on a data set."""
        return cls(
            subject=run.id, dataset=dataset.spec.name, fingerprint=dataset.fingerprint
        )

    @property
    def result_name(self) -> str:
        """Name of its result: one for each data set, whatever that is called."""
        return f"{PREFIX}{self.fingerprint[:16]}"

    @property
    def result_title(self) -> str:
        """What its result is, as people call it."""
        return f"Evaluation on {self.dataset}"

    def work(self, context: TaskContext) -> None:
        """Predict, score, and leave both with the run; see `Task.work`."""
        dataset = datasets.load(self.dataset)
        if dataset.fingerprint != self.fingerprint:
            message = (
                f"Expected {self.dataset} with the fingerprint {self.fingerprint}, got "
                f"{dataset.fingerprint}: it is another data set now. Choose it again."
            )
            raise DatasetFileError(message)
        run = context.store.with_model(self.subject)
        made, said = _evaluated(context, run, dataset)
        context.attach(
            self, write=lambda folder: _write(folder, made, said), metrics=made.metrics
        )
        context.say(f"Accuracy on {self.dataset}: {made.in_words}.", *made.remarks)


@dataclass(frozen=True, kw_only=True, eq=False)
class Evaluation:
    """How well a run does on the test images of a data set.

    Attributes:
        dataset: Description of the data set.
        fingerprint: Its fingerprint.
        classes: Names of the run's classes, by which the images are counted.
        scores: The numbers.
        remarks: What has to be known to read them, in sentences.
    """

    dataset: DatasetSpec
    fingerprint: str
    classes: tuple[str, ...]
    scores: Scores
    remarks: tuple[str, ...] = ()

    @property
    def metrics(self) -> dict[str, float]:
        """The main numbers by name."""
        accuracy = self.scores.accuracy
        return {
            "accuracy": accuracy.value,
            "accuracy_low": accuracy.low,
            "accuracy_high": accuracy.high,
            "n": accuracy.total,
            "log_loss": self.scores.log_loss,
        }

    @property
    def in_words(self) -> str:
        """The accuracy with its interval and n."""
        share = self.scores.accuracy
        return (
            f"{percent(share.value)} of {share.total:,} test images "
            f"({percent(share.low)} to {percent(share.high)})"
        )

    def document(self) -> str:
        """Write the numbers as JSON text."""
        facts: dict[str, Any] = {
            **self.metrics,
            "right": self.scores.accuracy.successes,
            "dataset": self.dataset.name,
            "fingerprint": self.fingerprint,
            "classes": self.classes,
            "remarks": self.remarks,
            "confusion": self.scores.confusion.tolist(),
        }
        return json.dumps(facts)


def read(store: "RunStore", run_id: str, made: Attachment) -> Evaluation:
    """Return the scores of an evaluation.

    Raises:
        ArtifactError: If they are missing or damaged.
    """
    try:
        text = store.artifact(run_id, made.path_of(SCORES)).read_text("utf-8")
        described = store.artifact(run_id, made.path_of(DATASET)).read_text("utf-8")
        facts = json.loads(text)
        return Evaluation(
            dataset=read_spec(described),
            fingerprint=str(facts["fingerprint"]),
            classes=tuple(map(str, facts["classes"])),
            scores=Scores(
                accuracy=Proportion(int(facts["right"]), int(facts["n"])),
                log_loss=float(facts["log_loss"]),
                confusion=np.array(facts["confusion"], np.int64),
            ),
            remarks=tuple(map(str, facts["remarks"])),
        )
    except (*DAMAGED, DatasetError, RecursionError) as error:
        message = (
            f"Expected the scores of an evaluation ({made.title}) with run {run_id}, "
            "but they are damaged. Evaluate it again."
        )
        raise ArtifactError(message) from error


def predictions(store: "RunStore", run_id: str, made: Attachment) -> Predictions:
    """Return what a run said about each test image of the data set of an evaluation.

    Labels are by the classes of the run; there are no features.

    Raises:
        ArtifactError: If they are missing or damaged.
    """
    return Predictions.load(store.artifact(run_id, made.path_of(PREDICTIONS)))


def _evaluated(
    context: TaskContext, run: Run, dataset: Dataset
) -> tuple[Evaluation, Predictions]:
    """Test a run on a data set.

    Raises:
        DatasetError: If its classes or its images are not what the run takes.
        ArtifactError: If the model of the run is missing or damaged.
    """
    trained_on = run_dataset.spec_of(context.store, run)
    right = shared_classes.covering(trained_on.classes, dataset.spec.classes)
    predictor = Predictor(context.store.artifact(run.id, "model.tflite"))
    _check_shape(predictor, dataset.spec)
    probabilities = _predict(predictor, dataset.test.images, context.report)
    labels = np.asarray(dataset.test.labels)
    made = Evaluation(
        dataset=dataset.spec,
        fingerprint=dataset.fingerprint,
        classes=trained_on.classes,
        scores=shared_classes.score(labels, probabilities, right),
        remarks=_remarks(trained_on, dataset.spec),
    )
    said = Predictions(
        labels=shared_classes.right_labels(labels, probabilities, right),
        probabilities=probabilities,
        features=np.zeros((len(labels), 0), np.float32),
    )
    return made, said


def _predict(
    predictor: Predictor, images: ByteImages, report: Callable[[float, str], None]
) -> Probabilities:
    text = f"classifying {len(images):,} test images"
    parts = []
    for start in range(0, len(images), MAX_BATCH):
        report(start / len(images), text)
        chunk = images[start : start + MAX_BATCH]
        parts.append(predictor.predict(np.divide(chunk, _FULL_INK, dtype=np.float32)))
    return np.concatenate(parts)


def _check_shape(predictor: Predictor, spec: DatasetSpec) -> None:
    if predictor.image_shape != spec.image_shape:
        expected, received = (
            " x ".join(map(str, shape))
            for shape in (predictor.image_shape, spec.image_shape)
        )
        message = (
            f"Expected images of {expected} pixels, which the run takes, got {received}"
            f" in {spec.name}. Choose another data set, or import it in that size."
        )
        raise DatasetError(message)


def _remarks(trained_on: DatasetSpec, tested_on: DatasetSpec) -> tuple[str, ...]:
    if trained_on.ink_style == tested_on.ink_style:
        return ()
    remark = (
        f"The run learned from images in the ink style {trained_on.ink_style}; those "
        f"of {tested_on.name} are in {tested_on.ink_style}, and were given to it as "
        "they are."
    )
    return (remark,)


def _write(folder: Path, made: Evaluation, said: Predictions) -> None:
    said.save(folder / PREDICTIONS)
    (folder / SCORES).write_text(made.document(), "utf-8")
    (folder / DATASET).write_text(write_spec(made.dataset), "utf-8")
