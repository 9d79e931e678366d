"""What a process writes while it works on a job, and when that is over."""

import contextlib
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from mlflow.entities import Metric, RunTag
from mlflow.exceptions import MlflowException
from mlflow.store.artifact.artifact_repository_registry import get_artifact_repository

from core import settings
from core.errors import RunStoreError
from core.records import (
    DATASET,
    Attachment,
    History,
    Progress,
    Report,
    RunScores,
    RunStatus,
)
from core.runs import attachments, checkpoint_files, logs, pinned, reader
from core.runs.mlflow_mapping import (
    ACTIVITY_TAG,
    FINGERPRINT_TAG,
    LIVE_CURVES,
    OWNER_TAG,
    PINNED_TAG,
    PRUNED_TAG,
    STEPS_PER_EPOCH,
    epoch_metrics,
    plain_errors,
    report_metrics,
    score_metrics,
)
from core.runs.owner import Owner
from core.runs.reader import RunReader

FEW_METRICS: Final = 800
"""So many go with tags in one request: it takes no more than 1,000 of all."""

MAX_METRICS: Final = 1000
"""MLflow takes no more at once."""


class RunRecorder(RunReader):
    """The part of the run store that a worker writes with."""

    @settings.changes
    def start(self, run_id: str) -> bool:
        """Record that this process now works on a run.

        Returns:
            False if the run was stopped while it waited.

        Raises:
            UnknownRunError: If there is no such run, or none any more.
        """
        if self.job(run_id).status is not RunStatus.QUEUED:
            return False
        with plain_errors():
            # First, because a run that waits must stay with the process that has it
            # in its queue, whatever happens to this one.
            self._client.update_run(run_id, status="RUNNING")
            self._client.set_tag(run_id, OWNER_TAG, str(Owner.this_process()))
            self._client.set_tag(run_id, "inklab.heartbeat", str(time.time()))
        return True

    @settings.changes
    def log(self, run_id: str, reports: Sequence[Progress | Report]) -> None:
        """Append what some work reported, and that its process is alive."""
        metrics = [metric for each in reports for metric in report_metrics(each)]
        tags = [RunTag("inklab.heartbeat", str(time.time()))]
        tags += [
            RunTag(ACTIVITY_TAG, each.text)
            for each in reports[-1:]
            if isinstance(each, Report)
        ]
        with plain_errors():
            self._client.log_batch(run_id, metrics=metrics[:FEW_METRICS], tags=tags)
            self._log_metrics(run_id, metrics[FEW_METRICS:])

    @settings.changes
    def note_dataset(
        self, run_id: str, document: str, *, fingerprint: str = ""
    ) -> None:
        """Keep with a run from which data set it learns, should that one go.

        Args:
            run_id: A run that begins.
            document: The description of the data set, as text.
            fingerprint: Of the data set; empty as long as the run waits.
        """
        with plain_errors():
            self._client.log_text(run_id, document, DATASET)
            if fingerprint:
                self._client.set_tag(run_id, FINGERPRINT_TAG, fingerprint)

    @settings.changes
    def inherit(
        self, run_id: str, parent: str, *, history: History, epochs_done: float
    ) -> None:
        """Let the curves of a run begin with those of the run it goes on with.

        What the store has of a run that was killed may end before or after the moment
        in which its state was kept.

        Args:
            run_id: A run that begins.
            parent: The run before it.
            history: The scores by epoch with which it goes on.
            epochs_done: How many passes were made then, with fractions.
        """
        last = round(epochs_done * STEPS_PER_EPOCH)
        with plain_errors():
            live = [
                metric
                for key in LIVE_CURVES
                for metric in self._client.get_metric_history(parent, key)
                if metric.step <= last
            ]
            said = pinned.copied(self._client, parent, last=history.num_epochs)
            self._inherit_pinned(run_id, parent)
            self._log_metrics(run_id, [*live, *epoch_metrics(history), *said])

    @settings.changes
    def save_results(
        self, run_id: str, *, scores: RunScores, files: Path, compiler: str = ""
    ) -> None:
        """Store the results of a run; what it is called afterwards is told next.

        Args:
            run_id: A run whose training is over.
            scores: Test accuracy and times; fields that are None are left out.
            files: A folder whose files are kept with the run.
            compiler: What compiled the training loop, if that is known.

        Raises:
            RunStoreError: If it cannot be stored; then none of the files is.
        """
        metrics = score_metrics(scores)
        try:
            with plain_errors():
                self._client.log_artifacts(run_id, str(files))
        except RunStoreError:
            self._discard(run_id, [each.name for each in files.iterdir()])
            raise
        with plain_errors():
            if compiler:
                self._client.set_tag(run_id, "inklab.compiler", compiler)
            # Last, because whoever sees the scores takes the files for complete.
            self._client.log_batch(run_id, metrics=metrics)

    @settings.changes
    def save_log(self, run_id: str) -> None:
        """Put the log of a run with its files; it need not be there, or be possible."""
        logs.save(self._client, run_id)

    @settings.changes
    def finish(self, run_id: str) -> None:
        """Mark a run finished."""
        with plain_errors():
            self._client.set_terminated(run_id, "FINISHED")

    @settings.changes
    def fail(self, run_id: str, reason: str, *, is_lost: bool = False) -> None:
        """Mark a run failed.

        Args:
            run_id: A run that is not over.
            reason: Why, in plain words.
            is_lost: Whether the process that worked on it is gone.
        """
        with plain_errors():
            reader.mark_failed(self._client, run_id, reason, is_lost=is_lost)

    @settings.changes
    def stop(self, run_id: str, *, saving: bool = False, pruned: bool = False) -> None:
        """Mark a run stopped on request, or because its study pruned it.

        Args:
            run_id: A run that is not over.
            saving: Whether what it learned will be kept in a moment.
            pruned: Whether nobody asked, but it was not promising.
        """
        with plain_errors():
            if pruned:
                self._client.set_tag(run_id, PRUNED_TAG, "pruned")
            if saving:
                self._client.set_tag(run_id, "inklab.saving", str(time.time()))
            self._client.set_terminated(run_id, "KILLED")

    @settings.changes
    def attach(self, run_id: str, made: Attachment, files: Path) -> None:
        """Put what an analysis made with the run that it is about.

        Args:
            run_id: The run.
            made: What it is; the names of its files are taken from the folder.
            files: A folder with its files.

        Raises:
            UnknownRunError: If there is no such run, or none any more.
        """
        run = self.get(run_id)
        with plain_errors():
            attachments.save(self._client, run.id, made, files)

    @settings.changes
    def save_state(self, run_id: str, state: Path) -> None:
        """Keep where a training stands, and its log so far, beside its worker.

        Args:
            run_id: A run that is worked on.
            state: What `checkpoint_files` keeps at home.

        Raises:
            RunStoreError: If it cannot be kept.
        """
        with plain_errors():
            self._client.log_artifact(run_id, str(state), checkpoint_files.FOLDER)
        logs.save(self._client, run_id, is_over=False)

    @settings.changes
    def discard_state(self, run_id: str) -> None:
        """Remove what `save_state` kept; it need not be there, or be possible."""
        self._remove_file(run_id, checkpoint_files.path_in_store(run_id))

    def _inherit_pinned(self, run_id: str, parent: str) -> None:
        """Pin what is pinned to the run before, unless something is pinned already."""
        tag = self._client.get_run(parent).data.tags.get(PINNED_TAG)
        if tag and PINNED_TAG not in self._client.get_run(run_id).data.tags:
            self._client.set_tag(run_id, PINNED_TAG, tag)

    def _remove_file(self, run_id: str, name: str) -> None:
        with contextlib.suppress(MlflowException, OSError, RunStoreError):
            uri = self._client.get_run(run_id).info.artifact_uri
            repository = get_artifact_repository(uri, tracking_uri=self._uri)
            repository.delete_artifacts(name)  # type: ignore[no-untyped-call]

    def _discard(self, run_id: str, names: Sequence[str]) -> None:
        """Remove files of a run, half of which a full disk may have taken."""
        for name in names:
            self._remove_file(run_id, name)

    def _log_metrics(self, run_id: str, metrics: Sequence[Metric]) -> None:
        for start in range(0, len(metrics), MAX_METRICS):
            part = metrics[start : start + MAX_METRICS]
            self._client.log_batch(run_id, metrics=part)
