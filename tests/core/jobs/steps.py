"""An executor whose tasks are over when a test says so."""

from collections.abc import Callable
from concurrent.futures import Executor, Future
from concurrent.futures.process import BrokenProcessPool

from core.jobs import worker
from core.records import RunStatus
from core.runs.store import RunStore


class Steps(Executor):
    """Takes tasks down; each is over when the test says so."""

    def __init__(self) -> None:
        self.tasks: list[tuple[str, ...]] = []
        self.futures: list[Future[None]] = []
        self.refuses = False

    def submit(self, task: Callable[..., None], /, *args: str) -> Future[None]:
        """Note the name of the task and what it was given."""
        if self.refuses:
            message = "can't start new thread"
            raise RuntimeError(message)
        self.tasks.append((task.__name__, *args))
        self.futures.append(Future())
        return self.futures[-1]

    def finish(self, store: RunStore) -> None:
        """Be a worker that does the newest task."""
        _, job_id = self.tasks[-1]
        if store.job(job_id).status is RunStatus.QUEUED:
            store.start(job_id)
            store.finish(job_id)
        self.futures[-1].set_result(None)

    def work(self) -> None:
        """Be a worker that really does the newest task."""
        name, *arguments = self.tasks[-1]
        if name == worker.perform_queued.__name__:
            worker.perform(*arguments)
        self.futures[-1].set_result(None)

    def work_stopped(self, store: RunStore) -> None:
        """Be a worker that is told to stop within the newest task."""
        store.stop(self.tasks[-1][1])
        self.futures[-1].set_result(None)

    def die(self, error: Exception | None = None) -> None:
        """Be a worker that ends in the newest task."""
        self.futures[-1].set_exception(error or BrokenProcessPool())
