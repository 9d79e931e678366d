"""Wait for a run store that is a server, and say so.

MLflow's client tries for minutes and says nothing meanwhile. So a server is asked
first whether it is there at all, for a time that is told.
"""

import contextlib
import http.client
import logging
import socket
import ssl
import threading
import time
import urllib.error
import urllib.request
from typing import Final
from urllib.parse import urlsplit

from core.errors import RunStoreError

WAIT_SECONDS: Final = 20.0
FIRST_TRY_SECONDS: Final = 1.0
"""A server that needs longer is worth a word."""

RUNS: Final = ("tracking server", "MLFLOW_TRACKING_URI")
STUDIES: Final = ("database of the studies", "INKLAB_STUDIES")
"""What a server is for, and the variable that names it."""

_PAUSE_SECONDS: Final = 0.5
_PORTS: Final = {"postgresql": 5432, "mysql": 3306, "mssql": 1433}

_logger = logging.getLogger(__name__)


def name_of(uri: str) -> str | None:
    """Return what to call the server of a run store, without passwords.

    Returns:
        Its scheme, host and port, or None if the store is no server's.
    """
    parts = urlsplit(uri)
    if not parts.hostname:
        return None
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


def wait_for(
    uri: str, *, seconds: float = WAIT_SECONDS, what: tuple[str, str] = RUNS
) -> None:
    """Wait until the server of a store answers; other stores need no waiting.

    Args:
        uri: Address of a store, as MLflow or SQLAlchemy takes it.
        seconds: After which time to give up.
        what: What it is for; `RUNS` or `STUDIES`.

    Raises:
        RunStoreError: If it does not answer in this time.
    """
    name, deadline = name_of(uri), time.monotonic() + seconds
    problem = name and _problem(uri, seconds=min(FIRST_TRY_SECONDS, seconds))
    if problem:
        _logger.warning(waiting(uri, seconds=seconds, what=what))
    while problem:
        left = deadline - time.monotonic()
        if left <= 0:
            message = (
                f"Expected the {what[0]} {name} to answer, but it did not within "
                f"{seconds:.0f} s ({problem}). Check that it runs, and that "
                f"{what[1]} is right."
            )
            raise RunStoreError(message)
        threading.Event().wait(min(_PAUSE_SECONDS, left))
        problem = _problem(uri, seconds=max(left, 0.1))


def waiting(
    uri: str, *, seconds: float = WAIT_SECONDS, what: tuple[str, str] = RUNS
) -> str:
    """Say what is waited for, and how long at most."""
    return f"Waiting for the {what[0]} {name_of(uri)}, at most {seconds:.0f} s."


def _problem(uri: str, *, seconds: float) -> str:
    """Ask a server whether it is there; an empty text says that it is."""
    try:
        if uri.startswith(("http://", "https://")):
            _ask(uri, seconds=seconds)
        else:
            _connect(uri, seconds=seconds)
    except TimeoutError:
        return "no answer"
    except (OSError, ValueError, http.client.HTTPException) as error:
        reason = getattr(error, "reason", error)
        return str(getattr(reason, "strerror", None) or reason)
    return ""


def _ask(uri: str, *, seconds: float) -> None:
    # Any answer is one, also that we may not ask this.
    with contextlib.suppress(urllib.error.HTTPError):
        try:
            # The library takes a password in an address for a part of the name.
            address = f"{name_of(uri)}{urlsplit(uri).path.rstrip('/')}/health"
            urllib.request.urlopen(address, timeout=seconds).close()  # noqa: S310 - http
        except urllib.error.URLError as error:
            # Whether its certificate will do is for MLflow to say, which has settings.
            if not isinstance(error.reason, ssl.SSLError):
                raise


def _connect(uri: str, *, seconds: float) -> None:
    parts = urlsplit(uri)
    port = parts.port or _PORTS.get(parts.scheme.partition("+")[0])
    if parts.hostname and port:
        socket.create_connection((parts.hostname, port), timeout=seconds).close()
