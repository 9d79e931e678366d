"""The run store: MLflow behind a few typed functions.

Only this package knows MLflow. Each run is one MLflow run, so MLflow's own
tools can read the store. The configuration is kept as a tag, from which it is
read back, and as a flat list of parameters, for people.
"""

import contextlib
import hashlib
import time
from collections.abc import Mapping, Sequence

from mlflow.entities import Param, RunTag
from mlflow.exceptions import MlflowException
from mlflow.protos.databricks_pb2 import INVALID_PARAMETER_VALUE, ErrorCode

from core import settings
from core.config import Recipe
from core.errors import ConfigError
from core.records import (
    ENSEMBLE,
    PLACE_TAG,
    TRAIN,
    Job,
    RunStatus,
    TaskRecord,
)
from core.runs import checkpoint_files, pinned, queue_order, reader
from core.runs.mlflow_mapping import (
    ADOPTED_TAG,
    OWNER_TAG,
    PINNED_TAG,
    STUDY_TAG,
    TRIAL_TAG,
    compact,
    plain_errors,
    tags_of,
)
from core.runs.owner import Owner, is_gone
from core.runs.recorder import RunRecorder
from core.runs.run_files import DOCUMENT
from core.types import ByteImages


class RunStore(RunRecorder):
    """All runs of one store, to read and to write.

    Safe to use from several threads and processes at once.

    Args:
        uri: Address as MLflow takes it: `sqlite:///path` or `http://...`.

    Raises:
        RunStoreError: If the store cannot be opened, for example because a
            newer version has changed it.
    """

    @settings.changes
    def create(
        self,
        config: Recipe,
        *,
        name: str,
        parent: str = "",
        members: Sequence[str] = (),
        trial: tuple[str, int] | None = None,
        task: TaskRecord | None = None,
    ) -> str:
        """Record that a model was asked for; the run waits, behind all others.

        Args:
            config: What to train, or to combine.
            name: What to call the run.
            parent: Id of a run that it goes on with, if there is one.
            members: Ids of the runs to combine; none unless it is an ensemble.
            trial: The study that it is a trial of, and its number there, if it is one.
            task: The work; None if all that decides it is in the other arguments.

        Returns:
            The id of the new run.
        """
        tags = {"inklab.config": compact(config.to_json())}
        if parent:
            # MLflow's own tools show a run below the one that this tag names.
            tags |= {"inklab.parent": parent, "mlflow.parentRunId": parent}
        if members:
            tags["inklab.members"] = ",".join(members)
        if trial:
            study, number = trial
            tags |= {STUDY_TAG: study, TRIAL_TAG: str(number)}
        task = task or TaskRecord(kind=ENSEMBLE if members else TRAIN)
        params = [Param(key, value) for key, value in config.flat().items()]
        return self._create(task, name=name, tags=tags, params=params)

    @settings.changes
    def create_job(self, task: TaskRecord, *, name: str) -> str:
        """Record that work was asked for that makes no model; it waits for its turn.

        Args:
            task: The work.
            name: What to call it.

        Returns:
            The id of the new job.
        """
        return self._create(task, name=name, tags={}, params=())

    def _create(
        self,
        task: TaskRecord,
        *,
        name: str,
        tags: Mapping[str, str],
        params: Sequence[Param],
    ) -> str:
        place = queue_order.behind(self.open_jobs(), is_background=task.is_background)
        tags = {
            "mlflow.runName": name,
            OWNER_TAG: str(Owner.this_process()),
            PLACE_TAG: str(place),
            **tags_of(task),
            **tags,
        }
        with plain_errors():
            run_id: str = self._client.create_run(
                self._experiment, tags=tags
            ).info.run_id
            try:
                if task.document:
                    self._client.log_text(run_id, task.document, DOCUMENT)
                self._client.log_batch(run_id, params=params)
                self._client.update_run(run_id, status="SCHEDULED")
            except Exception:
                # It would seem to be worked on for as long as this process lives.
                with contextlib.suppress(Exception):
                    self._client.delete_run(run_id)
                raise
        return run_id

    @settings.changes
    def adopt(self, job: Job) -> bool:
        """Take over a job that waits for a process that is gone; keep its place.

        A parameter can be written once only, so of two processes that try at once
        one gets the job.

        Returns:
            Whether it is this process's now.
        """
        me = str(Owner.this_process())
        with plain_errors():
            claims = self._client.get_run(job.id).data.params
            owner = _last_claimant(claims, job.owner)
            if owner is None or not is_gone(owner, since=job.created):
                return False
            try:
                self._client.log_param(job.id, _claim_of(owner), me)
            except MlflowException as error:
                if error.error_code == ErrorCode.Name(INVALID_PARAMETER_VALUE):
                    return False
                raise
            now = str(time.time())
            tags = [RunTag(OWNER_TAG, me), RunTag(ADOPTED_TAG, now)]
            self._client.log_batch(job.id, tags=tags)
        return True

    @settings.changes
    def delete(self, run_id: str) -> None:
        """Take a run out of all lists, and stop it; MLflow can restore it."""
        run = self.job(run_id)
        self.request_stop(run.id)
        with plain_errors():
            self._client.delete_run(run.id)
        checkpoint_files.note_deletion(run.id)

    @settings.changes
    def restore(self, run_id: str) -> None:
        """Undo a deletion; a run that was not over then is stopped.

        Raises:
            UnknownRunError: If there was no such run, or it is gone for good.
        """
        with plain_errors(), reader.finding(run_id):
            self._client.restore_run(run_id)
            found = self._client.get_run(run_id)
            # Its worker gave up when nothing could be written to it any more.
            if "inklab.saving" in found.data.tags:
                self._client.delete_tag(run_id, "inklab.saving")
        if found.info.status in ("SCHEDULED", "RUNNING"):
            self.stop(run_id)

    @settings.changes
    def annotate(
        self, run_id: str, *, name: str = "", tags: Mapping[str, str] | None = None
    ) -> None:
        """Change what people call a run or wrote about it; see `annotations`.

        Args:
            run_id: Any run.
            name: Its new name; empty leaves it.
            tags: What is kept with it, by key.

        Raises:
            UnknownRunError: If there is no such run.
        """
        run = self.job(run_id)
        with plain_errors():
            if name:
                self._client.update_run(run.id, name=name)
            for key, value in (tags or {}).items():
                self._client.set_tag(run.id, key, value)

    @settings.changes
    def pin(self, run_id: str, image: ByteImages) -> None:
        """Pin a drawing to a training: after each epoch its network is asked about it.

        Args:
            run_id: A run that is not over; what was pinned to it before is let go.
            image: The drawing as the network takes it, uint8 of shape (height, width).

        Raises:
            UnknownRunError: If there is no such run.
            ConfigError: If the run is over, or the drawing is too large.
        """
        run = self.get(run_id)
        if run.status.is_over:
            message = (
                f"Expected a training that is going on, but {run.name} ({run.id}) is "
                f"{run.status}. Pin the drawing to the next one."
            )
            raise ConfigError(message)
        tag = pinned.tag_of(image, after=int(run.scores.epochs_done or 0))
        self.annotate(run.id, tags={PINNED_TAG: tag})

    @settings.changes
    def request_stop(self, run_id: str) -> None:
        """Ask for a run to stop; one that still waits is stopped at once."""
        run = self.job(run_id)
        if run.status.is_over:
            return
        # Also when it waits: the worker may start it at this very moment.
        with plain_errors():
            self._client.set_tag(run_id, "inklab.stop", "requested")
        if run.status is RunStatus.QUEUED:
            self.stop(run_id)


def _last_claimant(claims: Mapping[str, str], owner: str) -> str | None:
    """Follow the claims to a job: whoever had claimed it may have ended since.

    Returns:
        Who has it now; None if two machines have claimed it from each other, each of
        which took the other for gone. Then it stays with whom its tag names.
    """
    seen: set[str] = set()
    while (claim := _claim_of(owner)) in claims:
        if claim in seen:
            return None
        seen.add(claim)
        owner = claims[claim]
    return owner


def _claim_of(owner: str) -> str:
    """Name the parameter by which a job of a process that is gone is claimed."""
    # The name of a machine may have characters that MLflow does not take.
    return f"adopted/{hashlib.sha256(owner.encode()).hexdigest()[:16]}"
