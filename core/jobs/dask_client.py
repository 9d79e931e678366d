"""The only module that imports Dask, and only when it is called: it is an option."""

import contextlib
import functools
import importlib
import logging
from typing import TYPE_CHECKING, Final

from core.errors import ClusterError
from core.jobs import remote

if TYPE_CHECKING:
    from distributed import Client

ANSWER_SECONDS: Final = 5.0


@functools.cache
def client_class() -> "type[Client]":
    """Import Dask, have it say less and give up sooner, and return its client."""
    try:
        dask, distributed = map(importlib.import_module, ("dask", "distributed"))
    except ImportError as error:
        message = (
            "Expected the library Dask, because INKLAB_SCHEDULER is set, but it is not "
            "installed. Install it: `pip install -r requirements-cluster.txt -c "
            "constraints.txt`."
        )
        raise ClusterError(message) from error
    logging.getLogger("distributed").setLevel(logging.CRITICAL)
    seconds = {"connect": f"{ANSWER_SECONDS}s", "tcp": f"{3 * ANSWER_SECONDS}s"}
    dask.config.set({"distributed.comm.timeouts": seconds})

    class ClosedClient(distributed.Client):  # type: ignore[misc, name-defined]
        """One that is closed if it cannot be made.

        Otherwise it is closed when Python collects it, maybe while another one is
        made: both then wait for the same lock for ever.
        """

        def __init__(self, *args: object, **kwargs: object) -> None:
            try:
                super().__init__(*args, **kwargs)
            except BaseException:
                with contextlib.suppress(Exception):
                    self.close(timeout=ANSWER_SECONDS)
                raise

    return ClosedClient


def make_plugin() -> object:
    """Make what gets each worker ready, also those that come later."""
    from distributed import WorkerPlugin  # noqa: PLC0415 - see the module

    class Readiness(WorkerPlugin):  # type: ignore[misc]
        name = "inklab"
        # A second server finds it there, and leaves it.
        idempotent = True

        def setup(self, worker: object) -> None:  # noqa: ARG002 - Dask's interface
            remote.begin_to_get_ready()

        async def teardown(self, worker: object) -> None:  # noqa: ARG002
            await remote.finish()

    return Readiness()
