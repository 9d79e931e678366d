"""The task that asks networks about training images that they have not learned from.

A run cannot tell which training labels are wrong: it has learned them. So its recipe
is trained several times, each time without another part of the images, which the
network is then asked about (k-fold cross-validation).
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated, ClassVar, Final

import numpy as np
from pydantic import Field

from core.config import EnsembleConfig, TrainingConfig
from core.datasets.spec import DatasetSpec
from core.datasets.splits import stratified_folds
from core.datasets.store import Dataset, Split
from core.errors import ArtifactError, ConfigError, TrainingStopped
from core.evaluation import checks
from core.insight import expected_time
from core.insight.expected_time import Expectation
from core.jobs.tasks import Task, TaskContext
from core.records import ARRAYS, FINE_TUNE, Attachment, Progress, Run
from core.runs import run_dataset, unpacked
from core.types import Indices, Probabilities

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.training.train import Fitted

DEFAULT_FOLDS: Final = 3
MIN_FOLDS: Final = 2
MAX_FOLDS: Final = 10

_CHUNK: Final = 20_000
"""So many images are read at once, to be classified."""


class CheckLabels(Task):
    """Leave out-of-sample probabilities for all training images of a run.

    It leaves `probabilities`, float32 of shape (n, classes), in the order of the
    images: what a network says that has learned by the run's recipe from the images of
    the other folds.

    Attributes:
        folds: How many trainings; each leaves that part of the images out.
        epochs: Of each training; None for as many as the run's.
    """

    kind: ClassVar[str] = "label-check"
    title: ClassVar[str] = "Training label check"

    subject: str
    folds: Annotated[int, Field(ge=MIN_FOLDS, le=MAX_FOLDS)] = DEFAULT_FOLDS
    epochs: int | None = None

    @property
    def result_name(self) -> str:
        """Name of its result: one for each number of folds and epochs."""
        epochs = "" if self.epochs is None else f"-{self.epochs}"
        return f"{self.kind}-{self.folds}{epochs}"

    def work(self, context: TaskContext) -> None:
        """Train on all folds but one, for each; see `Task.work`."""
        run = context.store.get(self.subject)
        config = self.recipe(run)
        dataset = run_dataset.dataset_of(run)
        labels = dataset.train.labels
        _check_size(dataset, self.folds)
        folds = stratified_folds(labels, num_folds=self.folds, seed=config.seed)
        shape = (len(labels), len(dataset.spec.classes))
        probabilities = np.empty(shape, np.float32)
        for fold in range(self.folds):
            report = self._reporter(context, fold)
            fitted = _fit(dataset, config, np.flatnonzero(folds != fold), report)
            left_out = np.flatnonzero(folds == fold)
            context.say(f"Trained without fold {fold + 1} of {self.folds}.")
            for part, said in _predict(fitted, dataset, left_out):
                context.check()
                probabilities[part] = said
        context.report(1.0, "saving the probabilities")
        context.attach_arrays(self, probabilities=probabilities)

    def recipe(self, run: Run) -> TrainingConfig:
        """Return what is trained for each fold.

        Raises:
            ConfigError: If the run is an ensemble, or was fine-tuned: then its recipe
                is not all that made it.
        """
        if isinstance(run.config, EnsembleConfig):
            message = (
                f"Expected a run that learned by one recipe, got {run.name}, the mean "
                "of several runs. Check the training labels with one of these."
            )
            raise ConfigError(message)
        if run.kind == FINE_TUNE:
            message = (
                f"Expected a run that was trained from the start, but {run.name} was "
                "fine-tuned. Check the training labels with the run that it began with "
                f"({run.parent})."
            )
            raise ConfigError(message)
        config = run.training
        if self.epochs is not None:
            config = replace(config, epochs=self.epochs)
        # Without early stopping nothing depends on the validation images: they are
        # learned from too.
        return config if config.patience else replace(config, validation_fraction=0.0)

    def _reporter(self, context: TaskContext, fold: int) -> Callable[[Progress], None]:
        def report(progress: Progress) -> None:
            done = min(progress.history.num_epochs + 1, progress.num_epochs)
            context.report(
                (fold + progress.share) / self.folds,
                f"training {fold + 1} of {self.folds}, epoch {done} of "
                f"{progress.num_epochs}",
            )

        return report


def expected_seconds(
    task: CheckLabels, run: Run, runs: Iterable[Run], *, spec: DatasetSpec
) -> Expectation:
    """Expect how long all trainings of a check take together.

    Args:
        task: The check.
        run: The run that it is about.
        runs: Earlier runs.
        spec: The data set.

    Raises:
        ConfigError: If the run is an ensemble.
    """
    learned = max(1, spec.num_train * (task.folds - 1) // task.folds)
    one = expected_time.expected_seconds(
        task.recipe(run), runs, spec=replace(spec, num_train=learned)
    )
    return replace(
        one,
        seconds=task.folds * one.seconds,
        low=task.folds * one.low,
        high=task.folds * one.high,
    )


def find(store: "RunStore", run_id: str) -> tuple[CheckLabels, Attachment] | None:
    """Return what a check of the whole recipe has left with a run, if one has.

    Args:
        store: Where the run is kept.
        run_id: The run.

    Returns:
        The check, by the usual number of folds if there are several, and its result.
    """
    made = {each.name: each for each in store.attachments(run_id)}
    for folds in (DEFAULT_FOLDS, *range(MAX_FOLDS, MIN_FOLDS - 1, -1)):
        task = CheckLabels(subject=run_id, folds=folds)
        found = made.get(task.result_name)
        if found is not None and found.key == task.key:
            return task, found
    return None


def read(
    store: "RunStore", run_id: str, made: Attachment, *, split: Split
) -> Probabilities:
    """Read what a check has left.

    Args:
        store: Where the run is kept.
        run_id: The run.
        made: What was left.
        split: The training images.

    Returns:
        float32 of shape (n, classes), mapped and read-only.

    Raises:
        ArtifactError: If it is missing, damaged, or about other images.
    """
    path = store.artifact(run_id, made.path_of(ARRAYS))
    damage = (
        f"Expected what a check of the training labels has left in {path}, but it is "
        "missing, damaged, or about other images. Check them again."
    )
    (probabilities,) = unpacked.arrays(path, ("probabilities",), damage=damage)
    try:
        checks.check_predictions(split.labels, probabilities)
    except ValueError as error:
        raise ArtifactError(damage) from error
    return probabilities


def _check_size(dataset: Dataset, folds: int) -> None:
    num_images = len(dataset.train.labels)
    if num_images < folds:
        message = (
            f"Expected at least {folds} training images for {folds} folds, got "
            f"{num_images}. Use fewer folds, or more images."
        )
        raise ConfigError(message)


def _fit(
    dataset: Dataset,
    config: TrainingConfig,
    learned: Indices,
    report: Callable[[Progress], None],
) -> "Fitted":
    from core.training.train import fit  # noqa: PLC0415 - it imports TensorFlow

    fitted = fit(dataset, config, report, among=learned)
    if fitted.is_stopped:
        raise TrainingStopped
    return fitted


def _predict(
    fitted: "Fitted", dataset: Dataset, indices: Indices
) -> Iterator[tuple[Indices, Probabilities]]:
    """Ask a network about some training images, a part at a time."""
    # They import TensorFlow.
    from core.models import architectures  # noqa: PLC0415
    from core.training.train import predict  # noqa: PLC0415

    model = architectures.build(fitted.network, dataset.spec.dimensions)
    model.set_weights(fitted.weights)
    for start in range(0, len(indices), _CHUNK):
        part = indices[start : start + _CHUNK]
        split = Split(dataset.train.images[part], dataset.train.labels[part])
        yield part, predict(model, split).probabilities
