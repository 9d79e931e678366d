"""Addresses of files and folders, as the libraries that open them read these.

SQLAlchemy takes what follows `sqlite:///` apart at `?` and decodes the percent signs of
the rest, so the folder `my%20runs` would be taken for `my runs`. SQLite itself and
MLflow's artifacts follow the rules of `file:` addresses, as Python's `as_uri` does.
"""

import re
from pathlib import Path
from typing import Final
from urllib.parse import quote, unquote, urlsplit
from urllib.request import url2pathname

_DATABASE: Final = re.compile(r"sqlite(?:\+pysqlite)?:///(?P<path>[^?]*)", re.DOTALL)
_MEANT: Final = re.compile(r"[%?#\x00-\x1f\x7f]")
"""What has a meaning in an address, or none: it is written as its number."""


def of_database(path: Path) -> str:
    """Return the address of a SQLite file, as SQLAlchemy and MLflow take it."""
    quoted = _MEANT.sub(lambda found: quote(found[0]), str(path))
    # Of an address without a driver MLflow takes the path as it stands there, and
    # makes its folder: an empty one, beside ours, where percent signs stand for others.
    driver = "" if quoted == str(path) else "+pysqlite"
    return f"sqlite{driver}:///{quoted}"


def database_of(address: str) -> Path | None:
    """Return the SQLite file that an address of SQLAlchemy's names.

    Returns:
        Its path, or None if the address is that of a server, or of a database that is
        in memory or named by a `file:` address of its own.
    """
    found = _DATABASE.match(address)
    name = unquote(found["path"]) if found else ""
    return None if name in ("", ":memory:") or name.startswith("file:") else Path(name)


def of_existing_database(path: Path) -> str:
    """Return the address by which SQLite opens a file and never makes one."""
    return f"{path.absolute().as_uri()}?mode=rw"


def folder_of(address: str) -> Path | None:
    """Return the folder that an address of files names; None if it is elsewhere."""
    if not address.startswith("file:"):
        return None
    return Path(url2pathname(urlsplit(address).path))
