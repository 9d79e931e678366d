"""The task that makes a model by learning, from fresh weights or from another run."""

from typing import TYPE_CHECKING, ClassVar

from core.config import TrainingConfig
from core.config.recipe_field import RecipeField
from core.datasets import catalog
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.errors import DivergedError, TrainingStopped
from core.handover.card import model_card
from core.jobs import finalize, log_messages
from core.jobs.autosave import Autosave
from core.jobs.finalize import Result
from core.jobs.kinds import novelty
from core.jobs.tasks import Task, TaskContext
from core.records import TRAIN, Progress
from core.runs import checkpoint_files, run_dataset

if TYPE_CHECKING:
    from core.runs.checkpoint import Checkpoint
    from core.runs.store import RunStore
    from core.training.train import Trained


class Train(Task):
    """A training.

    Attributes:
        config: What to train.
        parent: Id of a run that it goes on with; empty if it starts anew.
    """

    kind: ClassVar[str] = TRAIN
    title: ClassVar[str] = "Training"

    config: RecipeField
    parent: str = ""

    @property
    def when_memory_runs_out(self) -> str:
        """What somebody can do who has not enough memory for it."""
        return (
            f"use a smaller batch size (it was {self.config.batch_size:,}) or a "
            "smaller network, or close other programs"
        )

    def create(self, store: "RunStore", *, name: str) -> str:
        """Write down that it was asked for; see `Task.create`."""
        spec = catalog.spec(self.config.dataset)
        run_id = store.create(
            self.config, name=name, parent=self.parent, task=self.record()
        )
        run_dataset.note(store, run_id, spec)
        return run_id

    def work(self, context: TaskContext) -> None:
        """Train, test, and save the run; see `Task.work`."""
        run = context.store.get(context.job_id)
        dataset = datasets.load(self.config.dataset)
        context.note_dataset(dataset)
        context.say(*log_messages.what(run, dataset.spec))
        context.say(*log_messages.plan(self.config, self.parent))
        try:
            result = self._train(context, dataset)
        except DivergedError:
            # It would only diverge again.
            context.discard_state()
            raise
        context.say(*log_messages.training(run, result))
        finalize.save(context, run, dataset, result)
        novelty.after_training(context, run, dataset, result)
        context.discard_state()
        context.say(log_messages.end(context.store.get(run.id)))

    def _train(self, context: TaskContext, dataset: Dataset) -> Result:
        from core.training.train import train  # noqa: PLC0415 - it imports TensorFlow

        def report(progress: Progress) -> None:
            if progress.ends_epoch:
                context.say(log_messages.epoch(progress))
            try:
                context.report_training(progress)
            except TrainingStopped:
                # At once; what it learned is tested and saved after that.
                context.stop_with_result()
                raise

        trained = train(
            dataset,
            self.config,
            report,
            start=self._start(context),
            offer_checkpoint=Autosave(
                context.job_id, say=context.say, publish=context.save_state
            ),
            ask_pinned=context.pinned,
        )
        return result_of(trained, self.config, dataset)

    def _start(self, context: TaskContext) -> "Checkpoint | None":
        """Return where the run before stood, and give its curves to this one."""
        if not self.parent:
            return None
        from core.runs.checkpoint import Checkpoint  # noqa: PLC0415 - TensorFlow

        store = context.store
        parent = store.get(self.parent)
        start = Checkpoint.load(checkpoint_files.state_of(store, parent))
        store.inherit(
            context.job_id,
            parent.id,
            history=start.history,
            epochs_done=start.epochs_done,
        )
        return start


def result_of(trained: "Trained", config: TrainingConfig, dataset: Dataset) -> Result:
    """Return what came of a training, as its run keeps it."""
    history = trained.history
    card = model_card(
        config,
        dataset,
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
        best_epoch=(
            history.best_epoch_by(config.monitor) if history.val_loss else None
        ),
        val_scores=history.validation_at(trained.kept_epoch),
        validation=trained.validation,
        checkpoint=trained.checkpoint,
        is_stopped=trained.is_stopped,
    )
