"""The task that teaches a trained network one's own hand, as a run of its own."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

from core.config import fine_tuning
from core.config.recipe_field import RecipeField
from core.datasets.spec import DatasetSpec
from core.datasets.store import Dataset
from core.errors import ConfigError
from core.evaluation import metrics
from core.handwriting import collection
from core.handwriting.examples import Examples
from core.handwriting.fine_tuned import BeforeAfter, FineTuned
from core.insight import expected_time
from core.insight.expected_time import Expectation
from core.jobs import finalize, log_messages
from core.jobs.finalize import Result
from core.jobs.kinds import novelty
from core.jobs.kinds.train import result_of
from core.jobs.tasks import Task, TaskContext
from core.records import ENSEMBLE, FINE_TUNE, HANDWRITING, Progress, Run
from core.runs import run_dataset
from core.runs.annotations import MAX_NAME

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.training.fine_tune import FineTuned as Tuned

MIN_DRAWINGS: Final = 5
"""So many to learn from are needed: fewer say little about a hand."""

_NAME_END: Final = ", my hand"


class FineTune(Task):
    """A fine-tuning on one's own handwriting.

    Attributes:
        config: How to learn; see `core.config.fine_tuning`.
        parent: Id of the run whose network learns.
        learned: What it learns from.
        held_out: What it is tested with, beside the test images.
    """

    kind: ClassVar[str] = FINE_TUNE
    title: ClassVar[str] = "Fine-tuning"

    config: RecipeField
    parent: str
    learned: Examples
    held_out: Examples = Examples()

    def create(self, store: "RunStore", *, name: str) -> str:
        """Write down that it was asked for; see `Task.create`."""
        parent = store.get(self.parent)
        run_id = store.create(
            self.config, name=name, parent=self.parent, task=self.record()
        )
        run_dataset.note(store, run_id, run_dataset.spec_of(store, parent))
        return run_id

    def work(self, context: TaskContext) -> None:
        """Learn, test, and save the run; see `Task.work`."""
        # They import TensorFlow.
        from core.training import trained_model  # noqa: PLC0415
        from core.training.fine_tune import Drawn, fine_tune  # noqa: PLC0415
        from core.training.train import predict  # noqa: PLC0415

        store = context.store
        run, parent = store.get(context.job_id), store.with_model(self.parent)
        dataset = run_dataset.dataset_of(parent)
        spec = dataset.spec
        learned, held_out = self.learned.split(spec), self.held_out.split(spec)
        context.note_dataset(dataset)
        context.say(*log_messages.what(run, spec))
        context.say(*self._plan(parent))
        path = store.artifact(parent.id, "model.keras")
        model = trained_model.load(path, parent.config, spec.dimensions)

        def report(progress: Progress) -> None:
            if progress.ends_epoch:
                context.say(log_messages.epoch(progress))
            context.report_training(progress)

        tuned = fine_tune(
            dataset,
            self.config,
            Drawn(learned.images, learned.labels),
            report,
            start=tuple(model.get_weights()),
            ask_pinned=context.pinned,
        )
        context.check()
        said = [predict(each, held_out) for each in (model, tuned.model)]
        drawings = BeforeAfter.of(
            held_out.labels,
            *(metrics.predicted_classes(each.probabilities) for each in said),
        )
        found = self._record(drawings, _on_test(store, parent, tuned), tuned)
        result = _result_of(tuned, self, dataset, found)
        context.say(*log_messages.training(run, result), *_outcome(found))
        finalize.save(context, run, dataset, result)
        novelty.after_training(context, run, dataset, result)
        context.say(log_messages.end(store.get(run.id)))

    def _plan(self, parent: Run) -> tuple[str, ...]:
        plan = log_messages.plan(self.config, "")
        task = (
            f"Fine-tuning of run {parent.id} on {len(self.learned.ids)} drawings; "
            f"{len(self.held_out.ids)} more are held out to test it."
        )
        return *plan, task

    def _record(
        self, drawings: BeforeAfter, test: BeforeAfter, tuned: "Tuned"
    ) -> FineTuned:
        return FineTuned(
            learned=self.learned.ids,
            held_out=self.held_out.ids,
            drawings=drawings,
            test=test,
            num_rehearsed=tuned.num_rehearsed,
            num_repeats=tuned.num_repeats,
            way=tuned.way,
        )


def fine_tuning_of(store: "RunStore", run_id: str) -> tuple[FineTune, str]:
    """Return the task that teaches a run the drawings of My handwriting.

    Args:
        store: Where the run is kept.
        run_id: A run with a model, or `latest`.

    Returns:
        The task, and what its run is called.

    Raises:
        UnknownRunError: If there is no such run, or it has no model.
        ConfigError: If it is an ensemble, or there are too few drawings of its classes.
        UnknownDatasetError: If its images are gone, or others have their name now.
    """
    parent = store.with_model(run_id)
    if parent.kind == ENSEMBLE:
        message = (
            f"Expected a run of one network, but {parent.name} is an ensemble. "
            "Fine-tune its members, and make a new ensemble of them."
        )
        raise ConfigError(message)
    # Whoever asks shall not wait in the queue to hear that they are gone.
    spec = run_dataset.dataset_of(parent).spec
    drawings = collection.drawings()
    learned, held_out = (
        Examples.of(tuple(each for each in drawings if each.part == part), spec)
        for part in ("train", "test")
    )
    if len(learned.ids) < MIN_DRAWINGS:
        message = (
            f"Expected at least {MIN_DRAWINGS} drawings in My handwriting to learn "
            f"from that show a class of {spec.title}, got {len(learned.ids)}. "
            "Draw some more, and say what each of them is."
        )
        raise ConfigError(message)
    config = fine_tuning.fine_tuning_of(
        parent.training, is_again=parent.kind == FINE_TUNE
    )
    task = FineTune(config=config, parent=parent.id, learned=learned, held_out=held_out)
    return task, name_of(parent)


def expected_seconds(
    task: FineTune, runs: Iterable[Run], *, spec: DatasetSpec
) -> Expectation:
    """Expect how long the learning takes; saving the run takes some seconds more.

    Args:
        task: The fine-tuning.
        runs: Earlier runs.
        spec: The data set.
    """
    held_out = task.config.validation_fraction
    num = fine_tuning.images_per_pass(
        len(task.learned.ids), round(spec.num_train * (1 - held_out))
    )
    images = max(1, round(num / (1 - held_out)))
    return expected_time.expected_seconds(
        task.config, runs, spec=replace(spec, num_train=images)
    )


def name_of(parent: Run) -> str:
    """Name the run of a fine-tuning after the run that it begins with."""
    stem = parent.name.removesuffix(_NAME_END)[: MAX_NAME - len(_NAME_END)]
    return stem + _NAME_END


def _on_test(store: "RunStore", parent: Run, tuned: "Tuned") -> BeforeAfter:
    """Compare the answers to the test images with those of the run before."""
    before, after = store.predictions(parent.id), tuned.predictions
    return BeforeAfter.of(
        after.labels,
        metrics.predicted_classes(before.probabilities),
        metrics.predicted_classes(after.probabilities),
    )


def _result_of(
    tuned: "Tuned", task: FineTune, dataset: Dataset, found: FineTuned
) -> Result:
    """Return what is saved; where it stood is not, since no training goes on there."""
    result = result_of(tuned, task.config, dataset)
    scores = None
    if tuned.validation is not None:
        labels, said = tuned.validation.labels, tuned.validation.probabilities
        scores = metrics.accuracy(labels, said).value, metrics.log_loss(labels, said)
    return replace(
        result,
        card=f"{result.card.rstrip()}\n\n{_section(found, task.parent)}\n",
        best_epoch=None,
        val_scores=scores,
        checkpoint=None,
        texts={HANDWRITING: found.model_dump_json()},
    )


def _section(found: FineTuned, parent: str) -> str:
    said = " ".join(_outcome(found))
    return (
        f"## Fine-tuning\n\n{said} It began with the weights of run {parent}: the "
        "script of that run repeats its training; the fine-tuning is not repeated by "
        "any script."
    )


def _outcome(found: FineTuned) -> tuple[str, ...]:
    """Tell what came of it, a sentence each."""
    learned = (
        f"Fine-tuned on {len(found.learned)} drawings of somebody's own hand, together "
        f"with {found.num_rehearsed:,} of the training images."
    )
    lines = [learned]
    kinds = (("drawings held out", found.drawings), ("test images", found.test))
    for what, counts in kinds:
        if counts.before is not None and counts.after is not None:
            lines.append(
                f"Accuracy on {counts.total:,} {what}: {counts.before.value:.2%} "
                f"before, {counts.after.value:.2%} after."
            )
    return tuple(lines)
