"""A run that goes on with another one, which stays as it is."""

import dataclasses
from typing import TYPE_CHECKING, Final

from core.errors import ConfigError
from core.jobs.kinds.train import Train
from core.records import ENSEMBLE, FINE_TUNE
from core.runs import checkpoint_files, run_dataset
from core.runs.annotations import MAX_NAME
from core.runs.checkpoint import finished_epochs_in

if TYPE_CHECKING:
    from core.runs.store import RunStore

_TO_EPOCH: Final = ", to epoch "


def child_of(store: "RunStore", run_id: str, *, epochs: int) -> tuple[Train, str]:
    """Return the task by which a run goes on as another one.

    Args:
        store: Where both runs are kept.
        run_id: A run that is over and whose state was kept, or `latest` for the
            newest with a model.
        epochs: How many epochs more, at least 1, after those that were finished where
            it ended, or where its state was kept last if it broke off.

    Returns:
        The task, and what its run is called.

    Raises:
        UnknownRunError: If there is no such run.
        ArtifactError: If where it stood was not kept, or is lost.
        ConfigError: If that is too few or too many epochs, or the run is not over, or
            is an ensemble.
        UnknownDatasetError: If its images are gone, or others have their name now.
    """
    parent = store.get(run_id)
    if epochs < 1:
        message = f"Expected at least 1 more epoch, got {epochs}. Ask for more."
        raise ConfigError(message)
    if parent.kind == ENSEMBLE:
        message = (
            f"Expected a run that was trained, but {parent.name} is an ensemble. "
            "Continue its members, and make a new ensemble of them."
        )
        raise ConfigError(message)
    if parent.kind == FINE_TUNE:
        message = (
            f"Expected a run that was trained, but {parent.name} was fine-tuned on "
            "drawings, which takes a few passes only. Fine-tune it again, or train the "
            f"run that it began with longer ({parent.parent})."
        )
        raise ConfigError(message)
    if not parent.status.is_over or parent.is_saving:
        message = (
            f"Expected a run that is over, but {parent.name} ({parent.id}) is not. "
            "Wait until it ends, or stop it."
        )
        raise ConfigError(message)
    total = finished_epochs_in(checkpoint_files.state_of(store, parent)) + epochs
    # Whoever asks for more shall not wait in the queue to hear that they are gone.
    run_dataset.dataset_of(parent)
    config = dataclasses.replace(parent.training, epochs=total)
    end = f"{_TO_EPOCH}{total}"
    name = parent.name.split(_TO_EPOCH)[0][: MAX_NAME - len(end)] + end
    return Train(config=config, parent=parent.id), name
