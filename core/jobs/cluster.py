"""The workers of a Dask cluster, behind the standard library's executor interface.

Dask is an option: only what is called here imports it. Every process of the cluster
does one task at a time. Dask gives the task of a worker that was killed to another
one, which leaves it alone, because a job begins only once: see `core.jobs.queue`.
"""

import contextlib
import socket
import threading
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, ParamSpec, TypeVar
from urllib.parse import urlsplit

from core.errors import ClusterError, InklabError
from core.jobs import dask_client, versions
from core.jobs.dask_client import ANSWER_SECONDS

if TYPE_CHECKING:
    from distributed import Client
    from distributed import Future as DaskFuture

P = ParamSpec("P")
T = TypeVar("T")

CONNECT_SECONDS: Final = 2.0
GPU: Final = "GPU"
"""Name of the resource by which a worker says that it has a graphics card."""

_CLOSED: Final = "it closed the connection"
_SILENT: Final = "no answer"


class LostError(ClusterError):
    """The scheduler is gone, and with it what it knew of a task."""


@dataclass(frozen=True)
class ClusterState:
    """How a cluster is.

    Attributes:
        address: Of its scheduler.
        num_workers: How many tasks it does at the same time.
        problem: Why it does none, in plain words; empty if it does.
        remarks: What else should be known, in plain words.
    """

    address: str
    num_workers: int = 0
    problem: str = ""
    remarks: tuple[str, ...] = ()


class Cluster(Executor):
    """The workers of a cluster. Safe to use from several threads at once.

    Args:
        address: Of the scheduler, like `tcp://10.0.0.1:8786`.
    """

    def __init__(self, address: str) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._client: Client | None = None
        self._scheduler = ""
        self._tasks: set[DaskFuture] = set()
        self._met: set[str] = set()
        self._remarks: dict[str, str] = {}

    def submit(
        self, fn: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> Future[T]:
        """Have a worker do a task.

        Raises:
            ClusterError: If the scheduler cannot be reached.
        """
        with self._lock:
            client, workers = self._asked()
            resources = {GPU: 1} if _have_cards(workers) else None
            with self._plainly():
                task = client.submit(
                    fn, *args, **kwargs, pure=False, retries=0, resources=resources
                )
            # Dask forgets a task that nobody holds.
            self._tasks.add(task)
        future: Future[T] = Future()
        future.set_running_or_notify_cancel()
        task.add_done_callback(lambda done: self._pass_on(done, future))
        return future

    def num_slots(self) -> int:
        """Ask how many tasks are done at the same time: one by each worker.

        If any has a graphics card, only those that have one count.

        Raises:
            ClusterError: If the scheduler cannot be reached.
        """
        with self._lock:
            return len(_able(self._asked()[1]))

    def state(self) -> ClusterState:
        """Ask how the cluster is; a problem is said and not raised."""
        try:
            with self._lock:
                _, workers = self._asked()
                said = {self._remarks.get(each) for each in workers}
                remarks = tuple(sorted(filter(None, said)))
        except InklabError as error:
            return ClusterState(self._address, problem=str(error))
        problem = "" if _able(workers) else self._no_worker()
        return ClusterState(self._address, len(_able(workers)), problem, remarks)

    # The names, the order and the defaults are the standard library's.
    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:  # noqa: ARG002, FBT001, FBT002
        """Leave the cluster; what is at work there is done all the same."""
        with self._lock, contextlib.suppress(Exception):
            client, self._client = self._client, None
            if client is not None:
                client.close(timeout=ANSWER_SECONDS)

    def _pass_on(self, task: "DaskFuture", future: "Future[Any]") -> None:
        """Tell whoever waits what became of a task."""
        with self._lock:
            self._tasks.discard(task)
        if task.status == "finished":
            future.set_result(None)
            return
        error = task.exception() if task.status == "error" else None
        future.set_exception(_in_plain_words(error, self._address))

    def _asked(self) -> "tuple[Client, Mapping[str, Any]]":
        """Return what speaks to the scheduler, and what that says of its workers."""
        client = self._connected()
        with self._plainly():
            info = client.sync(
                client.scheduler.identity,
                n_workers=-1,
                callback_timeout=ANSWER_SECONDS,
            )
        if info["id"] != self._scheduler:
            # One that was started again knows nothing of its workers.
            self._scheduler, self._met, self._remarks = info["id"], set(), {}
            _in_background(lambda: client.register_plugin(dask_client.make_plugin()))
        if new := set(info["workers"]) - self._met:
            self._met |= new
            _in_background(lambda: self._look_at(client, new))
        return client, info["workers"]

    def _connected(self) -> "Client":
        if self._client is not None and self._client.status == "running":
            return self._client
        if self._client is not None and self._client.status == "connecting":
            raise self._unreachable(_CLOSED)
        make = dask_client.client_class()
        self._check_port()
        with self._plainly():
            self._client = make(
                self._address,
                timeout=ANSWER_SECONDS,
                set_as_default=False,
                name="inklab",
            )
        return self._client

    def _check_port(self) -> None:
        """See whether anything listens: Dask tries for much longer, and says more."""
        parts = urlsplit(self._address)
        try:
            place = (parts.hostname or "", parts.port or 0)
            socket.create_connection(place, timeout=CONNECT_SECONDS).close()
        except TimeoutError as error:
            raise self._unreachable(_SILENT) from error
        except (OSError, ValueError) as error:
            raise self._unreachable(
                getattr(error, "strerror", "") or str(error)
            ) from error

    @contextlib.contextmanager
    def _plainly(self) -> Any:  # noqa: ANN401 - a generator
        try:
            yield
        except InklabError:
            raise
        # Dask raises its own errors, those of its event loop, and those of workers.
        except Exception as error:
            raise self._unreachable(str(error) or type(error).__name__) from error

    def _look_at(self, client: "Client", workers: Collection[str]) -> None:
        """Find out what is wrong with workers that are new."""
        found = client.run(versions.here, workers=list(workers), on_error="return")
        with self._lock:
            for address, theirs in found.items():
                self._remarks[address] = versions.remark(theirs, worker=address)

    def _unreachable(self, problem: str) -> ClusterError:
        return ClusterError(
            f"Expected the scheduler {self._address} to answer, but it did not "
            f"({problem}). Check that it runs (`dask scheduler`), and that "
            "INKLAB_SCHEDULER is right. What waits is begun when it is back."
        )

    def _no_worker(self) -> str:
        return (
            f"Expected a worker of the scheduler {self._address}, but there is none. "
            f"Start one in Inklab's folder: `dask worker {self._address} --nthreads 1`."
            " What waits is begun then."
        )


def _in_background(work: Callable[[], object]) -> None:
    """Ask workers for what nobody waits for: one that hangs would hold up a page."""

    def do() -> None:
        # It is gone again, or its scheduler is; a worker that comes is asked anew.
        with contextlib.suppress(Exception):
            work()

    threading.Thread(target=do, daemon=True).start()


def _have_cards(workers: Mapping[str, Any]) -> bool:
    return any(each["resources"].get(GPU) for each in workers.values())


def _able(workers: Mapping[str, Any]) -> Sequence[str]:
    """Name the workers that tasks are given to."""
    needs_card = _have_cards(workers)
    return [
        address
        for address, each in workers.items()
        if each.get("status", "running") == "running"
        and (each["resources"].get(GPU) or not needs_card)
    ]


def _in_plain_words(error: BaseException | None, address: str) -> BaseException:
    if error is None:
        return LostError(f"The scheduler {address} was started again.")
    if isinstance(error, InklabError):
        return error
    if type(error).__name__ == "KilledWorker":
        return BrokenExecutor(str(error))
    if isinstance(error, ImportError):
        return ClusterError(versions.cannot_import(error, worker=address))
    return error
