"""Folders and environment variables: the only module that reads the environment.

| variable              | meaning                              | default            |
|-----------------------|--------------------------------------|--------------------|
| `INKLAB_HOME`         | folder for decoded data and runs     | `~/.inklab`        |
| `MLFLOW_TRACKING_URI` | run store                            | SQLite in the home |
| `INKLAB_STUDIES`      | storage of hyperparameter studies    | SQLite in the home |
| `INKLAB_EMNIST_URL`   | mirror to download EMNIST's zip from | NIST               |
| `INKLAB_WORKERS`      | processes that compute, at once      | 1                  |
| `INKLAB_SCHEDULER`    | scheduler of a Dask cluster          | none               |
| `INKLAB_READ_ONLY`    | 1: look and draw, but change nothing | 0                  |
| `INKLAB_FIRST_MODEL`  | off: train no model by itself        | on                 |
"""

import functools
import os
import re
import tempfile
import unicodedata
from collections.abc import Callable
from pathlib import Path
from typing import Final, ParamSpec, TypeVar

from core import addresses
from core.errors import HomeError, ReadOnlyError, SettingError

MAX_WORKERS: Final = 256
_SCHEDULER: Final = re.compile(r"(tcp|tls|ws|wss)://[^/\s]+:\d+/?")

P = ParamSpec("P")
T = TypeVar("T")

READ_ONLY: Final = (
    "This Inklab is read-only (INKLAB_READ_ONLY=1): runs, data sets and files can be "
    "looked at and tried, and nothing can be changed"
)

_READ_ONLY_VALUES: Final = {"": False, "0": False, "1": True}
_FIRST_MODEL_VALUES: Final = {
    **dict.fromkeys(("", "1", "on"), True),
    **dict.fromkeys(("0", "off"), False),
}


def is_read_only() -> bool:
    """Tell whether nothing may be changed here.

    Raises:
        HomeError: If what stands in `INKLAB_READ_ONLY` says neither.
    """
    value = os.environ.get("INKLAB_READ_ONLY", "").strip()
    try:
        return _READ_ONLY_VALUES[value]
    except KeyError as error:
        message = (
            "Expected 1 (read-only), 0 or nothing in INKLAB_READ_ONLY, got "
            f"{value!r}. Set one of these, then start Inklab again."
        )
        raise HomeError(message) from error


def check_writable() -> None:
    """Go on only if things may be changed here.

    Raises:
        ReadOnlyError: If this Inklab is read-only.
    """
    if is_read_only():
        message = (
            f"{READ_ONLY}. To change something, start Inklab without INKLAB_READ_ONLY, "
            "as a user who may write to its home."
        )
        raise ReadOnlyError(message)


def changes(function: Callable[P, T]) -> Callable[P, T]:
    """Mark what changes something: it is refused where Inklab is read-only.

    Raises:
        ReadOnlyError: See `check_writable`; before anything is done.
    """

    @functools.wraps(function)
    def checked(*args: P.args, **kwargs: P.kwargs) -> T:
        check_writable()
        return function(*args, **kwargs)

    return checked


def home() -> Path:
    """Return the Inklab home, created if it does not exist yet.

    Returns:
        An absolute path to a folder that this process may write to; if Inklab is
        read-only, it need not be writable, and need not be there.

    Raises:
        HomeError: If it cannot be created or written, or nobody knows which it is.
    """
    folder = _named_home()
    if any(unicodedata.category(each) == "Cs" for each in str(folder)):
        message = (
            f"Expected a folder whose name is UTF-8, got {folder!r}. Set INKLAB_HOME "
            "to another folder."
        )
        raise HomeError(message)
    if is_read_only():
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        message = (
            f"Expected a folder that can be written, got {folder} ({error.strerror}). "
            "Make it writable, set INKLAB_HOME to another folder, or set "
            "INKLAB_READ_ONLY=1 to look at what is there."
        )
        raise HomeError(message) from error
    return folder


def tracking_uri() -> str:
    """Return the address of the run store: MLflow's variable, or a file at home."""
    return named_store() or addresses.of_database(home() / "runs.db")


def named_store() -> str:
    """Return the address of the run store that MLflow's variable names, if it does."""
    return os.environ.get("MLFLOW_TRACKING_URI", "")


def studies_uri() -> str:
    """Return the address of the studies: as SQLAlchemy has it, or a file at home."""
    return named_studies() or addresses.of_database(home() / "studies.db")


def may_have_studies() -> bool:
    """Tell whether studies are named, or have a file at home; nothing is created.

    Raises:
        HomeError: If nobody knows which home it is.
    """
    return bool(named_studies()) or (_named_home() / "studies.db").exists()


def named_studies() -> str:
    """Return the address of the storage of the studies that somebody named, if so."""
    return os.environ.get("INKLAB_STUDIES", "")


def emnist_mirror() -> str:
    """Return the address of EMNIST's zip that somebody named; empty for NIST's."""
    return os.environ.get("INKLAB_EMNIST_URL", "")


def workers() -> int:
    """Return how many processes of this machine compute at the same time.

    Raises:
        SettingError: If that is no number, or an impossible one.
    """
    text = os.environ.get("INKLAB_WORKERS", "").strip() or "1"
    if text.isascii() and text.isdigit() and 1 <= int(text) <= MAX_WORKERS:
        return int(text)
    message = (
        f"Expected INKLAB_WORKERS to be a whole number from 1 to {MAX_WORKERS}, got "
        f"{text!r}. Set it to how many trainings are to run at the same time."
    )
    raise SettingError(message)


def scheduler() -> str:
    """Return the address of the scheduler of a cluster; empty if there is none.

    Raises:
        SettingError: If it is no address.
    """
    text = os.environ.get("INKLAB_SCHEDULER", "").strip()
    if not text or _SCHEDULER.fullmatch(text):
        return text
    message = (
        "Expected INKLAB_SCHEDULER to be the address of a Dask scheduler, like "
        f"tcp://10.0.0.1:8786, got {text!r}. `dask scheduler` prints its address."
    )
    raise SettingError(message)


def wants_first_model() -> bool:
    """Tell whether a home without runs gets a model without being asked.

    Raises:
        SettingError: If what stands in `INKLAB_FIRST_MODEL` says neither.
    """
    text = os.environ.get("INKLAB_FIRST_MODEL", "").strip()
    try:
        return _FIRST_MODEL_VALUES[text.lower()]
    except KeyError as error:
        message = (
            "Expected on (train a first model), off or nothing in INKLAB_FIRST_MODEL, "
            f"got {text!r}. Set one of these, then start Inklab again."
        )
        raise SettingError(message) from error


def check() -> None:
    """Make sure that what the environment says can be used.

    Raises:
        SettingError: If it cannot.
        HomeError: If `INKLAB_READ_ONLY` says neither.
    """
    workers()
    scheduler()
    wants_first_model()
    is_read_only()


def _named_home() -> Path:
    try:
        named = Path(os.environ.get("INKLAB_HOME") or "~/.inklab").expanduser()
    except RuntimeError as error:
        message = (
            "Expected a user with a home folder, because INKLAB_HOME is not set, but "
            f"there is none ({error}). Set INKLAB_HOME to a folder that can be written."
        )
        raise HomeError(message) from error
    return named.absolute()
