"""The run store: MLflow behind a few typed functions.

Only this package knows MLflow. Each run is one MLflow run, so MLflow's own
tools can read the store. The configuration is kept as a tag, from which it is
read back, and as a flat list of parameters, for people.
"""

import contextlib
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from mlflow.entities import Metric, Param, RunTag
from mlflow.entities import Run as MlflowRun
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INVALID_PARAMETER_VALUE,
    RESOURCE_DOES_NOT_EXIST,
    ErrorCode,
)
from mlflow.tracking import MlflowClient

from core import settings
from core.config import TrainingConfig
from core.errors import (
    ArtifactError,
    ConfigError,
    RunStoreError,
    SchemaError,
    UnknownRunError,
)
from core.runs import database, listing
from core.runs.owner import Owner
from core.runs.records import (
    History,
    LivePoints,
    Predictions,
    Progress,
    Run,
    RunScores,
    RunStatus,
)
from core.runs.translation import (
    CURVES,
    STEPS_PER_EPOCH,
    compact,
    plain_errors,
    progress_metrics,
    run_of,
    score_metrics,
)

EXPERIMENT: Final = "inklab"
LATEST: Final = "latest"
HEARTBEAT_LIMIT_SECONDS: Final = 60.0
SAVING_LIMIT_SECONDS: Final = 300.0
MOST_METRICS: Final = 1000
"""MLflow takes no more at once."""

_NO_SUCH_RUN: Final = (
    ErrorCode.Name(RESOURCE_DOES_NOT_EXIST),
    ErrorCode.Name(INVALID_PARAMETER_VALUE),
)


class RunStore:
    """All runs of one store.

    Safe to use from several threads and processes at once.

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

    def create(
        self,
        config: TrainingConfig,
        *,
        name: str,
        parent: str = "",
        members: Sequence[str] = (),
    ) -> str:
        """Record that a training was asked for; the run waits in the queue.

        Args:
            config: What to train.
            name: What to call the run.
            parent: Id of a run that it goes on with, if there is one.
            members: Ids of the runs to combine; none unless it is an ensemble.

        Returns:
            The id of the new run.
        """
        tags = {
            "mlflow.runName": name,
            "inklab.config": compact(config.to_json()),
            "inklab.owner": str(Owner.this_process()),
        }
        if parent:
            # MLflow's own tools show a run below the one that this tag names.
            tags |= {"inklab.parent": parent, "mlflow.parentRunId": parent}
        if members:
            tags["inklab.members"] = ",".join(members)
        with plain_errors():
            run_id: str = self._client.create_run(
                self._experiment, tags=tags
            ).info.run_id
            params = [Param(key, value) for key, value in config.flat().items()]
            self._client.log_batch(run_id, params=params)
            self._client.update_run(run_id, status="SCHEDULED")
        return run_id

    def get(self, run_id: str) -> Run:
        """Return a run as it is now.

        Args:
            run_id: Its id, or `latest` for the newest with a model.

        Raises:
            UnknownRunError: If there is none.
        """
        if run_id == LATEST:
            return self._latest()
        with plain_errors():
            try:
                found = self._client.get_run(run_id)
            except MlflowException as error:
                if error.error_code in _NO_SUCH_RUN:
                    raise _unknown(run_id) from error
                raise
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
            found = listing.active_runs(self._client, self._uri, self._experiment)
        readable = []
        for each in found:
            with contextlib.suppress(RunStoreError, SchemaError, ConfigError):
                readable.append(self._checked(run_of(each), each))
        return tuple(readable)

    def delete(self, run_id: str) -> None:
        """Take a run out of all lists, and stop it; MLflow can restore it."""
        run = self.get(run_id)
        self.request_stop(run.id)
        with plain_errors():
            self._client.delete_run(run.id)

    def restore(self, run_id: str) -> None:
        """Undo a deletion; a run that was not over then is stopped.

        Raises:
            UnknownRunError: If there was no such run, or it is gone for good.
        """
        with plain_errors():
            try:
                self._client.restore_run(run_id)
            except MlflowException as error:
                if error.error_code in _NO_SUCH_RUN:
                    raise _unknown(run_id) from error
                raise
            found = self._client.get_run(run_id)
            # Its worker gave up when nothing could be written to it any more.
            if "inklab.saving" in found.data.tags:
                self._client.delete_tag(run_id, "inklab.saving")
        if found.info.status in ("SCHEDULED", "RUNNING"):
            self.stop(run_id)

    def annotate(
        self, run_id: str, *, name: str = "", tags: Mapping[str, str] | None = None
    ) -> None:
        """Change what people call a run or wrote about it; see `curation`.

        Args:
            run_id: Any run.
            name: Its new name; empty leaves it.
            tags: What is kept with it, by key.

        Raises:
            UnknownRunError: If there is no such run.
        """
        run = self.get(run_id)
        with plain_errors():
            if name:
                self._client.update_run(run.id, name=name)
            for key, value in (tags or {}).items():
                self._client.set_tag(run.id, key, value)

    def start(self, run_id: str) -> bool:
        """Record that this process now works on a run.

        Returns:
            False if the run was stopped while it waited.

        Raises:
            UnknownRunError: If there is no such run, or none any more.
        """
        if self.get(run_id).status is not RunStatus.QUEUED:
            return False
        with plain_errors():
            self._client.set_tag(run_id, "inklab.owner", str(Owner.this_process()))
            self._client.set_tag(run_id, "inklab.heartbeat", str(time.time()))
            self._client.update_run(run_id, status="RUNNING")
        return True

    def log(self, run_id: str, progress: Sequence[Progress]) -> None:
        """Append what a training reported, and that its process is alive."""
        metrics = [metric for each in progress for metric in progress_metrics(each)]
        heartbeat = RunTag("inklab.heartbeat", str(time.time()))
        with plain_errors():
            self._client.log_batch(run_id, tags=[heartbeat])
            self._log_metrics(run_id, metrics)

    def inherit(self, run_id: str, parent: str) -> None:
        """Let the curves of a run begin with those of the run it goes on with."""
        with plain_errors():
            metrics = [
                metric
                for key in CURVES
                for metric in self._client.get_metric_history(parent, key)
            ]
            self._log_metrics(run_id, metrics)

    def keep(
        self, run_id: str, *, scores: RunScores, files: Path, compiler: str = ""
    ) -> None:
        """Store the results of a run; what it is called afterwards is told next.

        Args:
            run_id: A run whose training is over.
            scores: Test accuracy and times; fields that are None are left out.
            files: A folder whose files are kept with the run.
            compiler: What compiled the training loop, if that is known.
        """
        metrics = score_metrics(scores)
        with plain_errors():
            self._client.log_artifacts(run_id, str(files))
            if compiler:
                self._client.set_tag(run_id, "inklab.compiler", compiler)
            # Last, because whoever sees the scores takes the files for complete.
            self._client.log_batch(run_id, metrics=metrics)

    def finish(self, run_id: str) -> None:
        """Mark a run finished."""
        with plain_errors():
            self._client.set_terminated(run_id, "FINISHED")

    def fail(self, run_id: str, reason: str) -> None:
        """Mark a run failed, with a reason in plain words."""
        with plain_errors():
            self._client.set_tag(run_id, "inklab.reason", reason)
            self._client.set_terminated(run_id, "FAILED")

    def stop(self, run_id: str, *, saving: bool = False) -> None:
        """Mark a run stopped on request.

        Args:
            run_id: A run that is not over.
            saving: Whether what it learned will be kept in a moment.
        """
        with plain_errors():
            if saving:
                self._client.set_tag(run_id, "inklab.saving", str(time.time()))
            self._client.set_terminated(run_id, "KILLED")

    def request_stop(self, run_id: str) -> None:
        """Ask for a run to stop; one that still waits is stopped at once."""
        run = self.get(run_id)
        if run.status.is_over:
            return
        # Also when it waits: the worker may start it at this very moment.
        with plain_errors():
            self._client.set_tag(run_id, "inklab.stop", "requested")
        if run.status is RunStatus.QUEUED:
            self.stop(run_id)

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
                if not uri.startswith("file:"):
                    return Path(self._client.download_artifacts(run_id, name))
                # MLflow would make a copy that nobody deletes, each time.
                folder = Path(url2pathname(urlsplit(uri).path))
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
            files = None
            if uri.startswith("sqlite"):
                files = (settings.home() / "artifacts").as_uri()
            try:
                return self._client.create_experiment(
                    EXPERIMENT, artifact_location=files
                )
            except MlflowException:
                # Another process may have created it since we looked.
                found = self._client.get_experiment_by_name(EXPERIMENT)
                if found is None:
                    raise
        experiment_id: str = found.experiment_id
        return experiment_id

    def _log_metrics(self, run_id: str, metrics: Sequence[Metric]) -> None:
        for start in range(0, len(metrics), MOST_METRICS):
            part = metrics[start : start + MOST_METRICS]
            self._client.log_batch(run_id, metrics=part)

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
            is_saving = may_come and _is_worked_on(run.status, tags)
            return replace(run, is_saving=is_saving)
        if run.status.is_over or _is_worked_on(run.status, tags):
            return run
        # It may have finished, and its process ended, since we read it.
        with plain_errors():
            now = run_of(self._client.get_run(run.id))
        if now.status is not run.status:
            return now
        self.fail(run.id, "The training process ended unexpectedly. Start it again.")
        return self.get(run.id)

    def _points(self, run_id: str, key: str) -> list[Metric]:
        with plain_errors():
            points = self._client.get_metric_history(run_id, key)
        # MLflow sorts by time, and a computer's clock may be set back.
        return sorted(points, key=lambda point: point.step)


def _is_worked_on(status: RunStatus, tags: dict[str, str]) -> bool:
    owner = Owner.from_text(tags["inklab.owner"])
    if owner.is_here:
        return owner.is_alive
    silence = time.time() - float(tags.get("inklab.heartbeat", time.time()))
    return status is RunStatus.QUEUED or silence < HEARTBEAT_LIMIT_SECONDS


def _values(points: Sequence[Metric]) -> tuple[float, ...]:
    return tuple(point.value for point in points)


def _unknown(run_id: str) -> UnknownRunError:
    message = (
        f"Expected the id of a run in the store, got {run_id!r}. "
        "`python -m core runs list` shows them."
    )
    return UnknownRunError(message)
