"""The run store: MLflow behind a few typed functions.

Only this package knows MLflow. Each run is one MLflow run, so MLflow's own
tools can read the store. The configuration is kept as a tag, from which it is
read back, and as a flat list of parameters, for people.
"""

import contextlib
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Final

from mlflow.entities import Metric, Param, RunTag

from core.config import Recipe
from core.errors import RunStoreError
from core.records import PLACE_TAG, History, Progress, RunScores, RunStatus
from core.runs import checkpoint_files, logs, queue_order, reader
from core.runs.mlflow_mapping import (
    LIVE_CURVES,
    STEPS_PER_EPOCH,
    compact,
    epoch_metrics,
    plain_errors,
    progress_metrics,
    score_metrics,
)
from core.runs.owner import Owner
from core.runs.reader import RunReader

MOST_METRICS: Final = 1000
"""MLflow takes no more at once."""


class RunStore(RunReader):
    """All runs of one store, to read and to write.

    Safe to use from several threads and processes at once.

    Args:
        uri: Address as MLflow takes it: `sqlite:///path` or `http://...`.

    Raises:
        RunStoreError: If the store cannot be opened, for example because a
            newer version has changed it.
    """

    def create(
        self,
        config: Recipe,
        *,
        name: str,
        parent: str = "",
        members: Sequence[str] = (),
    ) -> str:
        """Record that a model was asked for; the run waits, behind all others.

        Args:
            config: What to train, or to combine.
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
            PLACE_TAG: str(queue_order.behind(self.runs())),
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

    def delete(self, run_id: str) -> None:
        """Take a run out of all lists, and stop it; MLflow can restore it."""
        run = self.get(run_id)
        self.request_stop(run.id)
        with plain_errors():
            self._client.delete_run(run.id)
        checkpoint_files.note_deletion(run.id)

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
            # First, because a run that waits must stay with the process that has it
            # in its queue, whatever happens to this one.
            self._client.update_run(run_id, status="RUNNING")
            self._client.set_tag(run_id, "inklab.owner", str(Owner.this_process()))
            self._client.set_tag(run_id, "inklab.heartbeat", str(time.time()))
        return True

    def log(self, run_id: str, progress: Sequence[Progress]) -> None:
        """Append what a training reported, and that its process is alive."""
        metrics = [metric for each in progress for metric in progress_metrics(each)]
        heartbeat = RunTag("inklab.heartbeat", str(time.time()))
        with plain_errors():
            self._client.log_batch(run_id, tags=[heartbeat])
            self._log_metrics(run_id, metrics)

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
            self._log_metrics(run_id, [*live, *epoch_metrics(history)])

    def keep(
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

    def keep_log(self, run_id: str) -> None:
        """Put the log of a run with its files; it need not be there, or be possible."""
        logs.keep(self._client, run_id)

    def finish(self, run_id: str) -> None:
        """Mark a run finished."""
        with plain_errors():
            self._client.set_terminated(run_id, "FINISHED")

    def fail(self, run_id: str, reason: str) -> None:
        """Mark a run failed, with a reason in plain words."""
        with plain_errors():
            reader.mark_failed(self._client, run_id, reason)

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

    def _discard(self, run_id: str, names: Sequence[str]) -> None:
        """Remove files of a run, half of which a full disk may have taken."""
        for name in names:
            with contextlib.suppress(RunStoreError, OSError):
                self.artifact(run_id, name).unlink()

    def _log_metrics(self, run_id: str, metrics: Sequence[Metric]) -> None:
        for start in range(0, len(metrics), MOST_METRICS):
            part = metrics[start : start + MOST_METRICS]
            self._client.log_batch(run_id, metrics=part)
