"""Make one run of several: what can be combined, and the work that it takes."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

import numpy as np

from core.config import (
    MAX_MEMBERS,
    MIN_MEMBERS,
    EnsembleConfig,
    TrainingConfig,
    trainable,
)
from core.datasets import catalog
from core.datasets.store import Dataset
from core.errors import ArtifactError, ConfigError
from core.jobs.reporter import Reporter
from core.records import Predictions, Run
from core.runs.annotations import MAX_NAME, checked_name

if TYPE_CHECKING:
    from core.runs.store import RunStore
    from core.training.combine import Combined

MEAN_TOLERANCE: Final = 1e-4


def create(store: "RunStore", run_ids: Sequence[str], *, name: str = "") -> str:
    """Record that runs shall be combined; the new run waits in the queue.

    Args:
        store: Where all of them are kept.
        run_ids: The runs to combine, 2 to 20 different ones with a model, of the same
            data set; none is itself an ensemble.
        name: What to call the new run, as `annotations.rename` takes it; like its
            networks if empty.

    Returns:
        The id of the new run.

    Raises:
        UnknownRunError: If there is no such run, or one has no model.
        ConfigError: If they do not go together.
        RunTextError: If it cannot be called so.
    """
    members = tuple(store.with_model(run_id) for run_id in run_ids)
    _check(members)
    dataset = members[0].config.dataset
    network = EnsembleConfig(
        members=tuple(trainable(m.config.network) for m in members)
    )
    described = network.describe(num_classes=len(catalog.spec(dataset).classes))
    name = checked_name(name) if name else described[:MAX_NAME]
    config = TrainingConfig(dataset=dataset, network=network)
    return store.create(config, name=name, members=[member.id for member in members])


def combine(
    store: "RunStore", run: Run, dataset: Dataset, members: Sequence[Run]
) -> "Combined":
    """Make the model of a run that combines others, and test it.

    Args:
        store: Where the runs are kept.
        run: A running run that `create` made.
        dataset: Its data set.
        members: The runs that it combines.

    Raises:
        ArtifactError: If a file of a member is missing, damaged or another's.
        TrainingStopped: If somebody asked the run to stop.
    """
    from core.training.combine import (  # noqa: PLC0415 - it imports TensorFlow
        combine as combine_files,
    )

    network = EnsembleConfig(
        members=tuple(trainable(m.config.network) for m in members)
    )
    files = [store.artifact(member.id, "model.keras") for member in members]
    with Reporter(store, run.id) as report:
        combined = combine_files(dataset, network, files, report.check)
        _check_mean(store, combined.predictions, members, report)
    return combined


def members_of(store: "RunStore", run: Run) -> tuple[Run, ...]:
    """Return the runs that a run combines.

    Raises:
        UnknownRunError: If one was deleted since.
    """
    return tuple(store.get(run_id) for run_id in run.members)


def _check(members: Sequence[Run]) -> None:
    num_members = len({member.id for member in members})
    if len(members) > num_members:
        message = (
            f"Expected different runs to combine, got {len(members)} of which only "
            f"{num_members} differ. Name each run once."
        )
        raise ConfigError(message)
    if not MIN_MEMBERS <= num_members <= MAX_MEMBERS:
        message = (
            f"Expected {MIN_MEMBERS} to {MAX_MEMBERS} runs to combine, got "
            f"{num_members}. Choose so many."
        )
        raise ConfigError(message)
    for member in members:
        _check_one(member)
    datasets = sorted({member.config.dataset for member in members})
    if len(datasets) > 1:
        message = (
            "Expected runs of one data set, got runs of "
            f"{' and '.join(datasets)}. Combine only those that know the same classes."
        )
        raise ConfigError(message)


def _check_one(member: Run) -> None:
    if isinstance(member.config.network, EnsembleConfig):
        message = (
            f"Expected runs of single networks, but {member.name} ({member.id}) is "
            f"itself an ensemble. Combine its members: {' '.join(member.members)}."
        )
        raise ConfigError(message)


def _check_mean(
    store: "RunStore", found: Predictions, members: Sequence[Run], report: Reporter
) -> None:
    """Compare with what the members said when they were tested.

    It finds what a reading of the files cannot: weights that another program
    changed, or that were left out.
    """
    total = np.zeros_like(found.probabilities)
    for member in members:
        stored = store.predictions(member.id)
        same_images = np.array_equal(stored.labels, found.labels)
        if not same_images or stored.probabilities.shape != total.shape:
            message = (
                f"Expected predictions for the {len(found.labels):,} test images of "
                f"the data set, but {member.name} ({member.id}) was tested on others. "
                "Train it again."
            )
            raise ArtifactError(message)
        total += stored.probabilities
        report.check()
    difference = float(np.abs(total / len(members) - found.probabilities).max())
    # Written so that NaN is refused too.
    if not difference <= MEAN_TOLERANCE:
        message = (
            "Expected the ensemble to give the mean of what its members answered "
            f"when they were tested within {MEAN_TOLERANCE:g}, but it differs by "
            f"{difference:.2g}: the model.keras of a member was changed since, or its "
            "weights are so huge that rounding decides, which another computer does "
            "otherwise. Train the members again."
        )
        raise ArtifactError(message)
