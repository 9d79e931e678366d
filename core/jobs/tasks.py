"""What takes long: a task is a value that says what to do, and does it when asked.

A new kind of task is one module in `core.jobs.kinds` and one line in its list.
Waiting, order, heartbeat, stop, reasons of failure, log and survival of a restart are
the same for all of them, and none waits for another one: with one process for all of
a lane that would never end.
"""

import hashlib
import json
import shutil
import time
from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final, Self

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from core import settings
from core.datasets import results
from core.datasets import store as datasets
from core.datasets.spec import write_spec
from core.datasets.store import Dataset
from core.errors import DatasetFileError, SchemaError
from core.files import DAMAGED
from core.jobs import reporter as reporting
from core.jobs import scratch
from core.jobs.reporter import Reporter
from core.jobs.run_log import RunLog
from core.records import ARRAYS, Attachment, Lane, Progress, Report, TaskRecord
from core.runs import checkpoint_files, server
from core.types import ByteImages

if TYPE_CHECKING:
    from core.runs.store import RunStore

SCHEMA: Final = 1


class Task(BaseModel, ABC):
    """One piece of long work: a value that is written down as JSON.

    Attributes:
        kind: Name of this kind of work; it stands in the store.
        title: What it makes, as people call it.
        version: Of the code that does it: what an earlier one made is made anew.
        lane: Which process does it.
        is_background: Whether it lets all go first that a person asked for.
        subject: Id of the run, or name of the data set, that its result belongs to;
            empty if it is its own.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    kind: ClassVar[str]
    title: ClassVar[str]
    version: ClassVar[int] = 1
    lane: ClassVar[Lane] = Lane.COMPUTE
    is_background: ClassVar[bool] = False

    subject: str = ""

    @abstractmethod
    def work(self, context: "TaskContext") -> None:
        """Do it, in a process that may be killed.

        Args:
            context: Where to report, to ask whether to stop, and to leave the result.

        Raises:
            InklabError: If it cannot be done; the message is shown to people.
            TrainingStopped: If somebody asked it to stop.
        """

    @property
    def key(self) -> str:
        """What is equal for tasks that come to the same result."""
        said = f"{self.version} {self.document()}"
        return hashlib.sha256(said.encode()).hexdigest()[:16]

    @property
    def result_name(self) -> str:
        """Name of its result among those about its subject."""
        return self.kind

    @property
    def result_title(self) -> str:
        """What its result is, as people call it."""
        return self.title

    @property
    def when_memory_runs_out(self) -> str:
        """What somebody can do who has not enough memory for it."""
        return "close other programs"

    def document(self) -> str:
        """Write it as JSON text with a schema number."""
        fields = self.model_dump(mode="json")
        return json.dumps({"schema": SCHEMA, "kind": self.kind, **fields})

    @classmethod
    def from_document(cls, text: str) -> Self:
        """Read what `document` wrote.

        Raises:
            SchemaError: If it is something else, or of a newer program.
        """
        try:
            fields = json.loads(text)
            schema, _ = fields.pop("schema"), fields.pop("kind")
            if schema != SCHEMA:
                message = (
                    f"Expected a task of schema {SCHEMA}, got {schema!r}. It comes "
                    "from another version of Inklab: use that one."
                )
                raise SchemaError(message)
            return cls(**fields)
        except (*DAMAGED, RecursionError) as error:
            message = (
                f"Expected the record of a task of kind {cls.kind}, got "
                f"{text[:60]!r}. It is damaged: start it again."
            )
            raise SchemaError(message) from error

    def record(self) -> TaskRecord:
        """Return what the store keeps of it."""
        return TaskRecord(
            kind=self.kind,
            document=self.document(),
            subject=self.subject,
            key=self.key if self.subject else "",
            lane=self.lane,
            is_background=self.is_background,
        )

    def leave(self, store: "RunStore", made: Attachment, folder: Path) -> None:
        """Leave a result with the subject.

        Args:
            store: Where runs are kept.
            made: What it is.
            folder: Its files.
        """
        store.attach(self.subject, made, folder)

    @settings.changes
    def create(self, store: "RunStore", *, name: str) -> str:
        """Write down that it was asked for.

        Args:
            store: Where its job is kept.
            name: What to call it.

        Returns:
            The id of the new job, which waits for its turn.
        """
        return store.create_job(self.record(), name=name)


class DatasetTask(Task):
    """Work about a data set; its result is kept by the fingerprint of that one.

    Attributes:
        subject: Name of the data set.
        fingerprint: Its fingerprint.
    """

    lane: ClassVar[Lane] = Lane.INPUT_OUTPUT

    subject: str
    fingerprint: str

    def leave(self, store: "RunStore", made: Attachment, folder: Path) -> None:  # noqa: ARG002 - it does not lie with a run
        """Leave a result with the data set; see `Task.leave`."""

        def write(target: Path) -> None:
            shutil.copytree(folder, target, dirs_exist_ok=True)

        results.save(self.fingerprint, made, write=write)

    def dataset(self) -> Dataset:
        """Open the data set.

        Raises:
            UnknownDatasetError: If there is none of that name any more.
            DatasetFileError: If it is damaged, or another one has its name now.
        """
        dataset = datasets.load(self.subject)
        if dataset.fingerprint != self.fingerprint:
            message = (
                f"Expected {self.subject} with the fingerprint {self.fingerprint}, got "
                f"{dataset.fingerprint}: it is another data set now. Look at it again."
            )
            raise DatasetFileError(message)
        return dataset

    def result(self) -> Path | None:
        """Return the folder of what such a task has left, if one has."""
        return results.find(self.fingerprint, kind=self.kind, key=self.key)

    def discard(self) -> None:
        """Remove such a result, because it turned out to be damaged."""
        results.discard_one(self.fingerprint, kind=self.kind, key=self.key)


class TaskContext:
    """What a task has to do with while it works.

    Args:
        store: Where its job and its subject are kept.
        job_id: The job.
        log: Takes down what is said.
        reporter: Tells the store how it goes.
    """

    def __init__(
        self,
        store: "RunStore",
        job_id: str,
        *,
        log: RunLog,
        reporter: Reporter,
    ) -> None:
        self.store: Final = store
        self.job_id: Final = job_id
        self.started: Final = time.perf_counter()
        self.is_stopped = False
        self.is_remote = False
        self._log = log
        self._reporter = reporter

    def report(
        self, share: float, text: str = "", metrics: Mapping[str, float] | None = None
    ) -> None:
        """Say how far the work is.

        Args:
            share: Share of it done, 0 to 1.
            text: What is being done, as a short clause.
            metrics: Numbers known so far, by name.

        Raises:
            TrainingStopped: If somebody asked it to stop.
            RunStoreError: If the store has not answered for a minute.
        """
        self._reporter(Report(share=share, text=text, metrics=metrics or {}))

    def report_training(self, progress: Progress) -> None:
        """Say how far a training is; see `report`."""
        self._reporter(progress)

    def pinned(self) -> ByteImages | None:
        """Return the drawing that is pinned to a training, as far as is known by now.

        It costs nothing: the store is asked anyway whether to stop, in the background.
        """
        from core.runs import pinned  # noqa: PLC0415 - it knows MLflow

        tag = self._reporter.pinned
        return pinned.image_of(tag) if tag else None

    def check(self) -> None:
        """Go on only if nobody asked it to stop; see `report`."""
        self._reporter.check()

    def note_dataset(self, dataset: Dataset) -> None:
        """Keep with the run which data set it learns from."""
        self.store.note_dataset(
            self.job_id, write_spec(dataset.spec), fingerprint=dataset.fingerprint
        )

    def say(self, *lines: str) -> None:
        """Write lines to the log, each with the time."""
        self._log.say(*lines)

    def flush(self) -> None:
        """Have the store know all that was reported before what comes now.

        Raises:
            RunStoreError: If it is a server that has not answered for minutes.
        """
        if self.is_remote:
            server.wait_for(
                settings.tracking_uri(), seconds=reporting.SERVER_PATIENCE_SECONDS
            )
        self._reporter.flush()

    def stop_with_result(self) -> None:
        """Say that it stops on request, and that what it has will be saved."""
        self.is_stopped = True
        self.store.stop(self.job_id, saving=True)

    def prune(self) -> None:
        """Say that it ends because its study sees no promise in it."""
        self.is_stopped = True
        self.store.stop(self.job_id, pruned=True)

    def save_state(self, path: Path) -> None:
        """Keep a copy of where a training stands, if this machine may be lost.

        Args:
            path: The file in the home.

        Raises:
            RunStoreError: If the store does not take it.
        """
        if self.is_remote:
            self.store.save_state(self.job_id, path)

    def discard_state(self) -> None:
        """Remove where a training stood, which is over."""
        checkpoint_files.discard(self.job_id)
        if self.is_remote:
            self.store.discard_state(self.job_id)

    def scratch(self) -> AbstractContextManager[Path]:
        """Give an empty folder, which vanishes when the block ends."""
        return scratch.folder()

    def attach(
        self,
        task: Task,
        *,
        write: Callable[[Path], None],
        metrics: Mapping[str, float] | None = None,
    ) -> None:
        """Leave a result with the subject of a task.

        Args:
            task: What made it.
            write: Writes its files into a folder.
            metrics: Numbers by name.

        Raises:
            UnknownRunError: If the run that it is about is not there any more.
            HomeError: If there is no room for a result about a data set.
        """
        made = Attachment(
            name=task.result_name,
            title=task.result_title,
            key=task.key,
            metrics=metrics or {},
        )
        with self.scratch() as folder:
            write(folder)
            task.leave(self.store, made, folder)

    def attach_arrays(
        self,
        task: Task,
        metrics: Mapping[str, float] | None = None,
        **arrays: NDArray[Any],
    ) -> None:
        """Leave arrays with the subject of a task; `RunStore.arrays` reads them."""
        self.attach(
            task,
            write=lambda folder: np.savez_compressed(
                folder / ARRAYS, allow_pickle=False, **arrays
            ),
            metrics=metrics,
        )
