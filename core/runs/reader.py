"""Reading the run store: what runs there are, how they do, what they left."""

import contextlib
import logging
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from mlflow.entities import Metric
from mlflow.entities import Run as MlflowRun
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INVALID_PARAMETER_VALUE,
    RESOURCE_DOES_NOT_EXIST,
    ErrorCode,
)
from mlflow.tracking import MlflowClient

from core import addresses
from core.errors import (
    ArtifactError,
    ConfigError,
    RunStoreError,
    SchemaError,
    UnknownRunError,
)
from core.records import History, LivePoints, Predictions, Run, RunStatus
from core.runs import database, logs, sql_listing
from core.runs.mlflow_mapping import STEPS_PER_EPOCH, plain_errors, run_of
from core.runs.owner import Owner

EXPERIMENT: Final = "inklab"
LATEST: Final = "latest"
HEARTBEAT_LIMIT_SECONDS: Final = 60.0
QUEUE_LIMIT_SECONDS: Final = 24 * 3600.0
"""A run that waits has no heartbeat; if its machine is called otherwise now, or is
another, nobody can tell whether it will ever begin."""

SAVING_LIMIT_SECONDS: Final = 300.0
ABANDONED: Final = (
    "The training process ended unexpectedly, for example because memory ran out. "
    "Start it again."
)

_NO_SUCH_RUN: Final = (
    ErrorCode.Name(RESOURCE_DOES_NOT_EXIST),
    ErrorCode.Name(INVALID_PARAMETER_VALUE),
)


class RunReader:
    """The half of the run store that reads.

    It writes two things: a run whose process is gone is marked failed when it is read,
    and where files are is put right when a store is opened that was moved.

    Args:
        uri: Address as MLflow takes it: `sqlite:///path` or `http://...`.

    Raises:
        RunStoreError: If the store cannot be opened, for example because a
            newer version has changed it.
    """

    def __init__(self, uri: str) -> None:
        for chatty in ("mlflow", "alembic"):
            logging.getLogger(chatty).setLevel(logging.WARNING)
        self._uri = uri
        with plain_errors():
            database.make_if_missing(uri)
            self._client = MlflowClient(tracking_uri=uri)
            self._experiment = self._find_or_create_experiment(uri)

    def get(self, run_id: str) -> Run:
        """Return a run as it is now.

        Args:
            run_id: Its id, or `latest` for the newest with a model.

        Raises:
            UnknownRunError: If there is none.
        """
        if run_id == LATEST:
            return self._latest()
        with plain_errors(), finding(run_id):
            found = self._client.get_run(run_id)
        if found.info.lifecycle_stage != "active":
            raise _unknown(run_id)
        return self._checked(run_of(found), found)

    def with_model(self, run_id: str) -> Run:
        """Return a run that has a model; see `get`.

        Raises:
            UnknownRunError: If there is no such run, or it has no model.
        """
        run = self.get(run_id)
        if run.has_model:
            return run
        message = (
            f"Expected a run with a model, but {run.name} ({run.id}) is {run.status} "
            "and has none. Choose another; `python -m core runs list` shows all."
        )
        raise UnknownRunError(message)

    def runs(self) -> tuple[Run, ...]:
        """Return all runs, newest first; those that cannot be read are left out."""
        with plain_errors():
            found = sql_listing.active_runs(self._client, self._uri, self._experiment)
        readable = []
        for each in found:
            with contextlib.suppress(RunStoreError, SchemaError, ConfigError):
                readable.append(self._checked(run_of(each), each))
        return tuple(readable)

    def is_stop_requested(self, run_id: str) -> bool:
        """Whether somebody asked for a run to stop."""
        with plain_errors():
            return "inklab.stop" in self._client.get_run(run_id).data.tags

    def history(self, run_id: str) -> History:
        """Return the scores by epoch."""
        loss = self._points(run_id, "loss")
        # What is written while we read is in the later lists only.
        num_epochs = len(loss)
        return History(
            loss=_values(loss),
            accuracy=_values(self._points(run_id, "accuracy")[:num_epochs]),
            val_loss=_values(self._points(run_id, "val_loss")[:num_epochs]),
            val_accuracy=_values(self._points(run_id, "val_accuracy")[:num_epochs]),
            dead_units=_values(self._points(run_id, "dead_units")[:num_epochs]),
        )

    def live_points(self, run_id: str) -> LivePoints:
        """Return the scores within the epochs."""
        loss = self._points(run_id, "progress/loss")
        accuracy = self._points(run_id, "progress/accuracy")
        return LivePoints(
            epochs=tuple(point.step / STEPS_PER_EPOCH for point in loss),
            loss=_values(loss),
            accuracy=_values(accuracy[: len(loss)]),
        )

    def artifact(self, run_id: str, name: str) -> Path:
        """Return a file of a run as a local path.

        Raises:
            ArtifactError: If the run has no such file.
        """
        with plain_errors():
            try:
                uri = self._client.get_run(run_id).info.artifact_uri
                folder = addresses.folder_of(uri)
                if folder is None:
                    return Path(self._client.download_artifacts(run_id, name))
                # MLflow would make a copy that nobody deletes, each time.
                return (folder / name).resolve(strict=True)
            except (OSError, MlflowException) as error:
                message = (
                    f"Expected {name} among the files of run {run_id}, but it is "
                    "missing. Delete this run and train it again."
                )
                raise ArtifactError(message) from error

    def predictions(self, run_id: str) -> Predictions:
        """Return what a finished run's model said about the test images.

        Raises:
            ArtifactError: If they are missing or damaged.
        """
        return Predictions.load(self.artifact(run_id, "predictions.npz"))

    def _find_or_create_experiment(self, uri: str) -> str:
        found = self._client.get_experiment_by_name(EXPERIMENT)
        if found is None:
            is_file = uri.startswith("sqlite")
            files = database.files_folder().as_uri() if is_file else None
            try:
                return self._client.create_experiment(
                    EXPERIMENT, artifact_location=files
                )
            except MlflowException:
                # Another process may have created it since we looked.
                found = self._client.get_experiment_by_name(EXPERIMENT)
                if found is None:
                    raise
        experiment: str = found.experiment_id
        database.follow_home(
            uri, experiment=experiment, recorded=found.artifact_location
        )
        return experiment

    def _latest(self) -> Run:
        for run in self.runs():
            if run.has_model:
                return run
        message = "Expected a finished run, but there is none. Train one first."
        raise UnknownRunError(message)

    def _checked(self, run: Run, found: MlflowRun) -> Run:
        tags = found.data.tags
        if "inklab.saving" in tags and run.status is RunStatus.STOPPED:
            silence = time.time() - float(tags["inklab.saving"])
            may_come = not run.has_model and silence < SAVING_LIMIT_SECONDS
            is_saving = may_come and _is_worked_on(found)
            return replace(run, is_saving=is_saving)
        if run.status.is_over or _is_worked_on(found):
            return run
        # It may have finished, and its process ended, since we read it.
        with plain_errors():
            now = run_of(self._client.get_run(run.id))
        if now.status is not run.status:
            return now
        try:
            with plain_errors():
                mark_failed(self._client, run.id, ABANDONED)
        except RunStoreError:
            # A full disk, for example: it is true all the same.
            return replace(run, status=RunStatus.FAILED, reason=ABANDONED)
        return self.get(run.id)

    def _points(self, run_id: str, key: str) -> list[Metric]:
        with plain_errors():
            points = self._client.get_metric_history(run_id, key)
        # MLflow sorts by time, and a computer's clock may be set back.
        return sorted(points, key=lambda point: point.step)


@contextlib.contextmanager
def finding(run_id: str) -> Iterator[None]:
    """Say in plain words that there is no such run.

    Raises:
        UnknownRunError: If MLflow says so.
    """
    try:
        yield
    except MlflowException as error:
        if error.error_code in _NO_SUCH_RUN:
            raise _unknown(run_id) from error
        raise


def mark_failed(client: MlflowClient, run_id: str, reason: str) -> None:
    """Mark a run failed, with a reason in plain words; its process writes no more."""
    logs.keep(client, run_id)
    client.set_tag(run_id, "inklab.reason", reason)
    client.set_terminated(run_id, "FAILED")


def _is_worked_on(found: MlflowRun) -> bool:
    """Whether the process that is responsible for a run that is not over lives."""
    tags = found.data.tags
    owner = Owner.from_text(tags["inklab.owner"])
    if owner.is_here:
        return owner.is_alive
    if found.info.status == "SCHEDULED":
        waited: float = time.time() - found.info.start_time / 1000
        return waited < QUEUE_LIMIT_SECONDS
    silence = time.time() - float(tags.get("inklab.heartbeat", time.time()))
    return silence < HEARTBEAT_LIMIT_SECONDS


def _values(points: Sequence[Metric]) -> tuple[float, ...]:
    return tuple(point.value for point in points)


def _unknown(run_id: str) -> UnknownRunError:
    message = (
        f"Expected the id of a run in the store, got {run_id!r}. "
        "`python -m core runs list` shows them."
    )
    return UnknownRunError(message)
