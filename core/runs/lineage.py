"""A run that goes on with another one, which stays as it is."""

import dataclasses
from typing import Final

from core.errors import ArtifactError, ConfigError
from core.runs.curation import MAX_NAME
from core.runs.records import CHECKPOINT, Run
from core.runs.store import RunStore

_TO_EPOCH: Final = ", to epoch "


def create_child(store: RunStore, run_id: str, *, epochs: int) -> str:
    """Record that a run shall go on; its child waits in the queue.

    Args:
        store: Where both runs are kept.
        run_id: A run that is over and has a model, or `latest`.
        epochs: How many epochs more, after those that it has finished, at least 1.

    Returns:
        The id of the new run.

    Raises:
        UnknownRunError: If there is no such run, or it has no model.
        ArtifactError: If where it stood was not kept, or is lost.
        ConfigError: If that is too few or too many epochs.
    """
    parent = store.with_model(run_id)
    if epochs < 1:
        message = f"Expected at least 1 epoch more, got {epochs}. Ask for more."
        raise ConfigError(message)
    _check_state(store, parent)
    total = store.history(parent.id).num_epochs + epochs
    config = dataclasses.replace(parent.config, epochs=total)
    end = f"{_TO_EPOCH}{total}"
    name = parent.name.split(_TO_EPOCH)[0][: MAX_NAME - len(end)] + end
    return store.create(config, name=name, parent=parent.id)


def _check_state(store: RunStore, parent: Run) -> None:
    if parent.members:
        message = (
            f"Expected a run that was trained, but {parent.name} combines others. "
            "Continue one of these, and combine them anew."
        )
        raise ConfigError(message)
    try:
        store.artifact(parent.id, CHECKPOINT)
    except ArtifactError as error:
        message = (
            f"Expected the state in which the training of {parent.name} ended, but it "
            "was not kept, or is lost. The run stays usable as it is; start a new one."
        )
        raise ArtifactError(message) from error
