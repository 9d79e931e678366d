"""The task that makes a whole run of a trial: tested, exported, with its card.

Nothing is trained: the weights are those that the trial kept.
"""

from typing import TYPE_CHECKING, ClassVar

from core.errors import ConfigError
from core.jobs import finalize, log_messages
from core.jobs.kinds import novelty
from core.jobs.kinds.train import result_of
from core.jobs.tasks import Task, TaskContext
from core.records import CHECKPOINT, TRIAL, Run, RunStatus
from core.runs import run_dataset

if TYPE_CHECKING:
    from core.runs.store import RunStore


class Keep(Task):
    """Test and export a trial.

    Attributes:
        subject: Id of the trial's run.
    """

    kind: ClassVar[str] = "keep"
    title: ClassVar[str] = "Test and export"

    subject: str

    def work(self, context: TaskContext) -> None:
        """Test and export the trial; see `Task.work`."""
        # They import TensorFlow.
        from core.runs.checkpoint import Checkpoint  # noqa: PLC0415
        from core.training.train import restored, tested  # noqa: PLC0415

        store = context.store
        run = store.get(self.subject)
        if run.has_model:
            return
        dataset = run_dataset.dataset_of(run)
        end = Checkpoint.load(store.artifact(run.id, CHECKPOINT))
        context.report(0.2, "reading the weights")
        is_pruned = run.status is RunStatus.PRUNED
        fitted = restored(dataset, run.training, end, is_stopped=is_pruned)
        context.report(0.4, "testing and exporting")
        result = result_of(tested(fitted, dataset), run.training, dataset)
        finalize.save(context, run, dataset, result)
        novelty.after_training(context, run, dataset, result)
        context.say(log_messages.end(store.get(run.id)))


def keep_of(store: "RunStore", run_id: str) -> tuple[Keep, str]:
    """Return the task that keeps a trial, and what its job is called.

    Raises:
        UnknownRunError: If there is no such run.
        ConfigError: If it is no trial, or kept no weights.
    """
    run = store.get(run_id)
    if not can_keep(run):
        message = (
            f"Expected a trial of a study that is over, but {run.name} ({run.id}) is "
            f"{run.status} and of kind {run.kind}. Choose another."
        )
        raise ConfigError(message)
    return Keep(subject=run.id), f"Test {run.name}"


def can_keep(run: Run) -> bool:
    """Whether a run is a trial that left weights, and is not kept yet."""
    left = run.scores.train_seconds is not None and run.status.is_over
    return run.kind == TRIAL and left and not run.has_model
