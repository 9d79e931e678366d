"""The task that makes an ensemble: which runs it can have, and the work."""

from collections.abc import Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, ClassVar, Final

import numpy as np

from core.config import MAX_MEMBERS, MIN_MEMBERS, EnsembleConfig
from core.datasets import catalog
from core.datasets import store as datasets
from core.datasets.store import Dataset
from core.errors import ArtifactError, ConfigError
from core.evaluation.pairs import mean_probabilities
from core.handover.card import ensemble_card
from core.jobs import finalize, log_messages
from core.jobs.finalize import Result
from core.jobs.tasks import Task, TaskContext
from core.predictions import Predictions, Validation
from core.records import ENSEMBLE, Run
from core.runs import run_dataset
from core.runs.annotations import MAX_NAME, checked_name

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.training.combine import Combined

MEAN_TOLERANCE: Final = 1e-4


class Combine(Task):
    """What makes an ensemble of runs: it predicts with the mean of theirs.

    Attributes:
        members: The ids of the runs; see `ensemble_of`.
    """

    kind: ClassVar[str] = ENSEMBLE
    title: ClassVar[str] = "Ensemble"

    members: tuple[str, ...]

    @property
    def when_memory_runs_out(self) -> str:
        """What somebody can do who has not enough memory for it."""
        return (
            f"choose fewer runs (there were {len(self.members)}), or close other "
            "programs"
        )

    def create(self, store: "RunStore", *, name: str) -> str:
        """Write down that it was asked for; see `Task.create`."""
        members = self._members(store)
        spec = run_dataset.spec_of(store, members[0])
        run_id = store.create(
            config_of(members),
            name=name[:MAX_NAME],
            members=self.members,
            task=self.record(),
        )
        run_dataset.note(store, run_id, spec)
        return run_id

    def work(self, context: TaskContext) -> None:
        """Combine, test, and save the run; see `Task.work`."""
        store = context.store
        run = store.get(context.job_id)
        dataset = datasets.load(run.config.dataset)
        context.note_dataset(dataset)
        context.say(*log_messages.what(run, dataset.spec))
        context.say(f"Ensemble of the runs {', '.join(self.members)}.")
        members = self._members(store)
        combined = _combined(context, dataset, members)
        card = ensemble_card(
            config_of(members),
            dataset,
            predictions=combined.predictions,
            members=members,
        )
        result = Result(
            made=combined, card=card, validation=_shared_validation(store, members)
        )
        finalize.save(context, run, dataset, result)
        context.say(log_messages.end(store.get(run.id)))

    def _members(self, store: "RunStore") -> tuple[Run, ...]:
        return tuple(store.get(run_id) for run_id in self.members)


def ensemble_of(
    store: "RunStore", run_ids: Sequence[str], *, name: str = ""
) -> tuple[Combine, str]:
    """Return the task that combines runs.

    Args:
        store: Where they are kept.
        run_ids: The runs to combine, 2 to 20 different ones with a model, of the same
            data set; none is itself an ensemble.
        name: What to call the new run, as `annotations.rename` takes it; like its
            networks if empty.

    Returns:
        The task, and what to call its run.

    Raises:
        UnknownRunError: If there is no such run, or one has no model.
        ConfigError: If they do not go together.
        RunTextError: If it cannot be called so.
    """
    members = tuple(store.with_model(run_id) for run_id in run_ids)
    _check(members)
    config = config_of(members)
    described = config.describe(catalog.spec(config.dataset).dimensions)
    name = checked_name(name) if name else described[:MAX_NAME]
    return Combine(members=tuple(member.id for member in members)), name


def config_of(members: Sequence[Run]) -> EnsembleConfig:
    """Return the recipe that combines runs of single networks.

    Raises:
        ConfigError: If there are too few or too many, or one is an ensemble.
    """
    return EnsembleConfig(
        dataset=members[0].config.dataset,
        members=tuple(member.training.network for member in members),
    )


def _combined(
    context: TaskContext, dataset: Dataset, members: Sequence[Run]
) -> "Combined":
    """Make the model, and test it.

    Raises:
        ArtifactError: If a file of a member is missing, damaged or another's.
        TrainingStopped: If somebody asked the run to stop.
    """
    from core.training.combine import combine  # noqa: PLC0415 - it imports TensorFlow

    files = [context.store.artifact(member.id, "model.keras") for member in members]
    combined = combine(dataset, config_of(members), files, context.check)
    _check_mean(context, combined.predictions, members)
    return combined


def _shared_validation(store: "RunStore", members: Sequence[Run]) -> Validation | None:
    """Return what the mean of runs says about the images that all were validated with.

    Returns:
        None if there are none, or a member learned from what another one was
        validated with: it knows these, and seems better than it is.
    """
    found = [store.validation(member.id) for member in members]
    known = [each for each in found if each is not None]
    first = known[0] if len(known) == len(members) else None
    if first is None or not all(
        np.array_equal(each.indices, first.indices) for each in known
    ):
        return None
    return replace(
        first,
        probabilities=mean_probabilities([each.probabilities for each in known]),
        by_epoch=first.by_epoch[:0],
    )


def _check(members: Sequence[Run]) -> None:
    num_members = len({member.id for member in members})
    if len(members) > num_members:
        message = (
            f"Expected different runs for an ensemble, got {len(members)}, of which "
            f"only {num_members} differ. Name each run once."
        )
        raise ConfigError(message)
    if not MIN_MEMBERS <= num_members <= MAX_MEMBERS:
        message = (
            f"Expected {MIN_MEMBERS} to {MAX_MEMBERS} runs for an ensemble, got "
            f"{num_members}. Choose other runs."
        )
        raise ConfigError(message)
    for member in members:
        _check_one(member)
    datasets = sorted({member.config.dataset for member in members})
    if len(datasets) > 1:
        message = (
            "Expected runs of one data set, got runs of "
            f"{' and '.join(datasets)}. Choose runs with the same classes."
        )
        raise ConfigError(message)


def _check_one(member: Run) -> None:
    if isinstance(member.config, EnsembleConfig):
        message = (
            f"Expected runs of single networks, but {member.name} ({member.id}) is "
            f"itself an ensemble. Choose its members: {' '.join(member.members)}."
        )
        raise ConfigError(message)


def _check_mean(
    context: TaskContext, found: Predictions, members: Sequence[Run]
) -> None:
    """Compare with what the members said when they were tested.

    It finds what a reading of the files cannot: weights that another program
    changed, or that were left out.
    """
    total = np.zeros_like(found.probabilities)
    for member in members:
        stored = context.store.predictions(member.id)
        same_images = np.array_equal(stored.labels, found.labels)
        if not same_images or stored.probabilities.shape != total.shape:
            message = (
                f"Expected predictions for the {len(found.labels):,} test images of "
                f"the data set, but {member.name} ({member.id}) was tested on others. "
                "Train it again."
            )
            raise ArtifactError(message)
        total += stored.probabilities
        context.check()
    difference = float(np.abs(total / len(members) - found.probabilities).max())
    # Written so that NaN is refused too.
    if not difference <= MEAN_TOLERANCE:
        message = (
            "Expected the ensemble to predict the mean of its members' stored "
            f"predictions within {MEAN_TOLERANCE:g}, but it differs by "
            f"{difference:.2g}: the model.keras of a member has changed, or its "
            "weights are so large that rounding, which differs between computers, "
            "decides. Train the members again."
        )
        raise ArtifactError(message)
