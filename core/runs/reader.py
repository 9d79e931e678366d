"""Reading the run store: what runs there are, how they do, what they left."""

import contextlib
import logging
import math
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Final

from mlflow.entities import Metric, ViewType
from mlflow.entities import Run as MlflowRun
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import (
    INVALID_PARAMETER_VALUE,
    RESOURCE_DOES_NOT_EXIST,
    ErrorCode,
)
from mlflow.tracking import MlflowClient

from core import addresses, settings
from core.errors import (
    ConfigError,
    RunStoreError,
    SchemaError,
    UnknownRunError,
)
from core.records import (
    History,
    Job,
    LivePoints,
    Pinned,
    Requests,
    Run,
    RunStatus,
)
from core.runs import curves, database, logs, pinned, sql_listing
from core.runs.curves import Curves
from core.runs.mlflow_mapping import (
    LOST_TAG,
    OWNER_TAG,
    PINNED_TAG,
    STEPS_PER_EPOCH,
    job_of,
    plain_errors,
)
from core.runs.owner import Owner
from core.runs.run_files import RunFiles

EXPERIMENT: Final = "inklab"
LATEST: Final = "latest"
HEARTBEAT_LIMIT_SECONDS: Final = 60.0
LATE_SECONDS: Final = 20.0
SAVING_LIMIT_SECONDS: Final = 300.0
ABANDONED: Final = (
    "The training process ended unexpectedly, for example because memory ran out. "
    "Start it again."
)

_NO_EXPERIMENT: Final = "-1"
"""What a store has that nobody wrote to, and that may not be written."""

_NO_SUCH_RUN: Final = (
    ErrorCode.Name(RESOURCE_DOES_NOT_EXIST),
    ErrorCode.Name(INVALID_PARAMETER_VALUE),
)


class RunReader(RunFiles):
    """The half of the run store that reads.

    It writes two things: a run whose process is gone is marked failed when it is read,
    and where files are is put right when a store is opened that was moved. If Inklab is
    read-only, it writes neither.

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
        self._heartbeats: dict[str, tuple[str, float]] = {}

    @property
    def is_server(self) -> bool:
        """Whether what is read and written goes through a network."""
        return self._uri.startswith(("http://", "https://"))

    @property
    def database(self) -> Path | None:
        """The SQLite file of the store; None if the store is a server's."""
        return addresses.database_of(self._uri)

    @property
    def experiment(self) -> str:
        """Id of the experiment that all runs belong to."""
        return self._experiment

    def get(self, run_id: str) -> Run:
        """Return a run as it is now.

        Args:
            run_id: Its id, or `latest` for the newest with a model.

        Raises:
            UnknownRunError: If there is none.
        """
        found = self.job(run_id)
        if isinstance(found, Run):
            return found
        raise _unknown(run_id)

    def job(self, job_id: str) -> Job:
        """Return a job as it is now: a run, or other work; see `get`."""
        if job_id == LATEST:
            return self._latest()
        with plain_errors(), finding(job_id):
            found = self._client.get_run(job_id)
        if found.info.lifecycle_stage != "active":
            raise _unknown(job_id)
        return self._checked(job_of(found), found)

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
        return tuple(job for job in self.jobs() if isinstance(job, Run))

    def jobs(self) -> tuple[Job, ...]:
        """Return all jobs, newest first: the runs, and other work."""
        return self._jobs(are_under_way=False)

    def open_jobs(self) -> tuple[Job, ...]:
        """Return those of all jobs that are not over, however many there are."""
        jobs = self._jobs(are_under_way=True)
        return tuple(job for job in jobs if not job.status.is_over)

    def has_had_runs(self) -> bool:
        """Tell whether there is any run, be it deleted (but not gone for good)."""
        with plain_errors():
            found = self._client.search_runs(
                [self._experiment],
                filter_string="tags.`inklab.config` != ''",
                run_view_type=ViewType.ALL,
                max_results=1,
            )
        return len(found) > 0

    def _jobs(self, *, are_under_way: bool) -> tuple[Job, ...]:
        with plain_errors():
            found = sql_listing.active_runs(
                self._client,
                self._uri,
                self._experiment,
                are_under_way=are_under_way,
            )
        readable = []
        for each in found:
            with contextlib.suppress(RunStoreError, SchemaError, ConfigError):
                readable.append(self._checked(job_of(each), each))
        return tuple(readable)

    def is_stop_requested(self, run_id: str) -> bool:
        """Whether somebody asked for a run to stop."""
        return self.requests(run_id).stop

    def requests(self, run_id: str) -> Requests:
        """Return what people ask of a run that is worked on, all with one question."""
        with plain_errors():
            tags = self._client.get_run(run_id).data.tags
        return Requests(stop="inklab.stop" in tags, pinned=tags.get(PINNED_TAG, ""))

    def pinned(self, run_id: str) -> Pinned | None:
        """Return the drawing that is pinned to a run, with what was said of it.

        Returns:
            None if there is none, or it is damaged.
        """
        with plain_errors():
            return pinned.read(self._client, self._uri, run_id)

    def heartbeat(self, run_id: str) -> str:
        """Return what changes as long as the process lives that works on a run."""
        with plain_errors(), finding(run_id):
            tags = self._client.get_run(run_id).data.tags
        return str(tags.get("inklab.heartbeat", ""))

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

    def curves(self, run_ids: Sequence[str]) -> Mapping[str, Curves]:
        """Return the scores by epoch of several runs at once, with their moments."""
        with plain_errors():
            return curves.read(self._client, self._uri, run_ids)

    def live_points(self, run_id: str) -> LivePoints:
        """Return the scores within the epochs."""
        loss = self._points(run_id, "progress/loss")
        accuracy = self._points(run_id, "progress/accuracy")
        return LivePoints(
            epochs=tuple(point.step / STEPS_PER_EPOCH for point in loss),
            loss=_values(loss),
            accuracy=_values(accuracy[: len(loss)]),
        )

    def _find_or_create_experiment(self, uri: str) -> str:
        found = self._client.get_experiment_by_name(EXPERIMENT)
        if found is None:
            if settings.is_read_only():
                return _NO_EXPERIMENT
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

    def _checked(self, job: Job, found: MlflowRun) -> Job:
        tags = found.data.tags
        is_stopped = job.status is RunStatus.STOPPED
        if "inklab.saving" in tags and is_stopped and isinstance(job, Run):
            silence = _seconds_since(tags["inklab.saving"])
            may_come = not job.has_model and silence < SAVING_LIMIT_SECONDS
            is_saving = may_come and _is_worked_on(found)
            return replace(job, is_saving=is_saving)
        # One that waits is adopted by the next server if its process is gone.
        if (
            job.status is not RunStatus.RUNNING
            or _is_worked_on(found)
            or self._may_be_late(found)
        ):
            return job
        # It may have finished, and its process ended, since we read it.
        with plain_errors():
            now = job_of(self._client.get_run(job.id))
        if now.status is not job.status:
            return now
        if settings.is_read_only():
            return replace(job, status=RunStatus.FAILED, reason=ABANDONED)
        try:
            with plain_errors():
                mark_failed(self._client, job.id, ABANDONED, is_lost=True)
        except RunStoreError:
            # A full disk, for example: it is true all the same.
            return replace(job, status=RunStatus.FAILED, reason=ABANDONED, is_lost=True)
        return self.job(job.id)

    def _may_be_late(self, found: MlflowRun) -> bool:
        """Whether a heartbeat may only be late because the server was away.

        That is so until it was seen not to change for a while.
        """
        if not self.is_server:
            return False
        with contextlib.suppress(ValueError):
            if Owner.from_text(found.data.tags.get(OWNER_TAG, "")).is_here:
                return False
        run_id, now = found.info.run_id, time.monotonic()
        heartbeat = found.data.tags.get("inklab.heartbeat", "")
        known, since = self._heartbeats.get(run_id, ("", now))
        if heartbeat != known:
            since = now
        self._heartbeats[run_id] = heartbeat, since
        return now - since < LATE_SECONDS

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


def mark_failed(
    client: MlflowClient, run_id: str, reason: str, *, is_lost: bool
) -> None:
    """Mark a run failed, with a reason in plain words; its process writes no more."""
    logs.save(client, run_id)
    if is_lost:
        client.set_tag(run_id, LOST_TAG, "lost")
    client.set_tag(run_id, "inklab.reason", reason)
    client.set_terminated(run_id, "FAILED")


def _is_worked_on(found: MlflowRun) -> bool:
    """Whether the process that works on a run lives."""
    tags = found.data.tags
    try:
        owner = Owner.from_text(tags.get(OWNER_TAG, ""))
    except ValueError:
        return False
    if owner.is_here:
        return owner.is_alive
    silence = _seconds_since(tags.get("inklab.heartbeat", str(time.time())))
    return silence < HEARTBEAT_LIMIT_SECONDS


def _seconds_since(text: str) -> float:
    """Read a time; MLflow's own pages let people write anything there."""
    try:
        return time.time() - float(text)
    except ValueError:
        return math.inf


def _values(points: Sequence[Metric]) -> tuple[float, ...]:
    return tuple(point.value for point in points)


def _unknown(run_id: str) -> UnknownRunError:
    message = (
        f"Expected the id of a run in the store, got {run_id!r}. "
        "`python -m core runs list` shows them."
    )
    return UnknownRunError(message)
