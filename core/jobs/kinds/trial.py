"""The task of one trial of a hyperparameter study: a training that is not tested.

It keeps its curves, its validation score, and where it stood in the end. So it costs
little more than its training, and the test images take no part in a search.
`core.jobs.kinds.keep` makes a whole run of it.
"""

import contextlib
import time
from typing import TYPE_CHECKING, ClassVar

from core.config.recipe_field import RecipeField
from core.datasets import catalog
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.errors import DatasetError, StudyError, TrainingStopped
from core.jobs import log_messages
from core.jobs.tasks import Task, TaskContext
from core.records import CHECKPOINT, TRIAL, Progress, RunScores
from core.runs import run_dataset

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.training.train import Fitted
    from core.tuning.study import Study


class Trial(Task):
    """One trial of a study.

    Attributes:
        config: What to train.
        study: Name of the study.
        number: Which of its trials it is, from 0.
        fingerprint: Of the data set that its study is about; empty if that is any.
    """

    kind: ClassVar[str] = TRIAL
    title: ClassVar[str] = "Trial"
    is_background: ClassVar[bool] = True

    config: RecipeField
    study: str
    number: int
    fingerprint: str = ""

    @property
    def when_memory_runs_out(self) -> str:
        """What somebody can do who has not enough memory for it."""
        return "let the study try smaller networks or batches"

    def create(self, store: "RunStore", *, name: str) -> str:
        """Write down that it was asked for; see `Task.create`."""
        run_id = store.create(
            self.config,
            name=name,
            trial=(self.study, self.number),
            task=self.record(),
        )
        run_dataset.note(store, run_id, catalog.spec(self.config.dataset))
        return run_id

    def work(self, context: TaskContext) -> None:
        """Train, and keep what a trial keeps; see `Task.work`."""
        from core.training.train import fit  # noqa: PLC0415 - it imports TensorFlow

        run = context.store.get(context.job_id)
        dataset = datasets.load(self.config.dataset)
        self._check(dataset)
        context.note_dataset(dataset)
        context.say(*log_messages.what(run, dataset.spec))
        context.say(*log_messages.plan(self.config, ""))
        watch = _Watch(context, study=_study(self.study), number=self.number)
        fitted = fit(dataset, self.config, watch)
        if fitted.is_stopped and not watch.is_pruned:
            raise TrainingStopped
        _save(context, fitted)
        if watch.is_pruned:
            context.prune()

    def _check(self, dataset: Dataset) -> None:
        if self.fingerprint in ("", dataset.fingerprint):
            return
        message = (
            f"Expected the data set {self.config.dataset} as study {self.study} began "
            "with it, but another one has its name now. Start another study."
        )
        raise DatasetError(message)


class _Watch:
    """Reports a training, and ends it where its study sees no promise in it."""

    def __init__(
        self, context: TaskContext, *, study: "Study | None", number: int
    ) -> None:
        self._context = context
        self._study = study
        self._number = number
        self.is_pruned = False

    def __call__(self, progress: Progress) -> None:
        if progress.ends_epoch:
            self._context.say(log_messages.epoch(progress))
        self._context.report_training(progress)
        if progress.ends_epoch:
            self._ask(progress)

    def _ask(self, progress: Progress) -> None:
        if self._study is None:
            return
        try:
            is_hopeless = self._study.is_hopeless(self._number, progress.history)
        except StudyError as error:
            self._context.say(f"This trial goes on without its study. {error}")
            self._study = None
            return
        # After its last epoch there is nothing to save by ending it.
        is_last = progress.history.num_epochs >= progress.num_epochs
        self.is_pruned = is_hopeless and not is_last
        if self.is_pruned:
            raise TrainingStopped


def _study(name: str) -> "Study | None":
    """Open a study, if its trials are judged by epoch and it can be reached."""
    from core.tuning import storage  # noqa: PLC0415 - Optuna takes a moment to import

    with contextlib.suppress(StudyError):
        study = storage.load(name)
        return study if study.spec.can_prune else None
    return None


def _save(context: TaskContext, fitted: "Fitted") -> None:
    """Store the validation score of a trial, and where its training stood."""
    context.flush()
    accuracy, loss = fitted.history.validation_at(fitted.kept_epoch) or (None, None)
    scores = RunScores(
        validation_accuracy=accuracy,
        validation_loss=loss,
        train_seconds=fitted.seconds,
        total_seconds=time.perf_counter() - context.started,
        best_epoch=fitted.history.best_epoch,
    )
    with context.scratch() as files:
        fitted.checkpoint.save(files / CHECKPOINT)
        context.store.save_results(
            context.job_id, scores=scores, files=files, compiler=fitted.compiler
        )
