"""Make files and folders of which a reader sees all or nothing; lock; read arrays."""

import contextlib
import os
import shutil
import sys
import tempfile
import time
import uuid
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from errno import EACCES, EAGAIN, EDEADLK
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.errors import ArtifactError

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

DAMAGED: Final = (
    *(OSError, ValueError, KeyError, EOFError, TypeError, AttributeError),
    *(zipfile.BadZipFile, zlib.error, NotImplementedError),
)
"""What NumPy, zipfile and json raise at a file that is not what it should be: zipfile
takes a flipped bit for a kind of compression that is not implemented."""

_LOOK_SECONDS: Final = 0.01
_LOCKED: Final = (EACCES, EAGAIN, EDEADLK)


@contextmanager
def creating_folder(path: Path, *, must_be_new: bool = False) -> Iterator[Path]:
    """Give a temporary folder to fill, and rename it when the block ends well.

    If another process has created the folder meanwhile, its copy stays and
    ours is thrown away.

    Args:
        path: The folder to create; its parent is created if needed.
        must_be_new: Whether the copy of another process is an error. It is none if
            both make the same from the same sources.

    Yields:
        A new empty folder beside it; it vanishes if the block raises.

    Raises:
        OSError: If the folder cannot be created, or must be new and is not.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    try:
        with holding(temporary):
            yield temporary
        try:
            temporary.rename(path)
        except OSError:
            if must_be_new or not path.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


@contextmanager
def replacing_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder to fill, which takes the place of another at the end.

    Args:
        path: The folder to replace, or to create.

    Yields:
        A new empty folder beside it; it vanishes if the block raises, and what was
        there stays.

    Raises:
        OSError: If a folder cannot be created or renamed.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    grave = Path(tempfile.mkdtemp(dir=path.parent, prefix=".deleted-"))
    old = grave / path.name
    try:
        with holding(temporary):
            yield temporary
        with contextlib.suppress(FileNotFoundError):
            path.rename(old)
        try:
            temporary.rename(path)
        except OSError:
            with contextlib.suppress(FileNotFoundError):
                old.rename(path)
            raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
        shutil.rmtree(grave, ignore_errors=True)


@contextmanager
def reading_arrays(path: Path, *, damage: str) -> Iterator[Mapping[str, NDArray[Any]]]:
    """Open an `.npz` file of plain arrays; nothing is unpickled.

    Args:
        path: The file.
        damage: What to tell when the file is missing or damaged, or when the
            block does not find in it what it should have.

    Yields:
        Its arrays by name, each read when it is asked for.

    Raises:
        ArtifactError: If the file is missing or damaged.
    """
    try:
        # Opened here, because np.load leaves a damaged file open.
        with path.open("rb") as file, np.load(file, allow_pickle=False) as arrays:
            yield arrays
    except DAMAGED as error:
        raise ArtifactError(damage) from error


@contextmanager
def creating_file(path: Path) -> Iterator[Path]:
    """Give the name of a temporary file to write, and rename it when all went well.

    Args:
        path: The file to create, in a folder that exists; it is replaced if it does.

    Yields:
        A path beside it where nothing is yet; what is there vanishes if the block
        raises.
    """
    # Short, because the name of the file itself may be as long as names can be.
    temporary = path.with_name(f".{uuid.uuid4().hex}.part")
    try:
        yield temporary
        temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


@contextmanager
def locking(path: Path) -> Iterator[bool]:
    """Hold a lock that no other process and no other thread has at the same time.

    The system takes it back from a process that was killed.

    Args:
        path: File that stands for the lock, in a folder that exists. It stays: if it
            were removed, two could hold a lock on two files of that name.

    Yields:
        Whether the lock could be had; it is not waited for.
    """
    with path.open("ab") as file:
        try:
            if sys.platform == "win32":
                msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
            else:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in _LOCKED:
                raise
            yield False
        else:
            yield True


@contextmanager
def waiting_lock(path: Path, *, seconds: float) -> Iterator[None]:
    """Hold a lock like `locking`, and wait for whoever holds it.

    Args:
        path: File that stands for the lock, in a folder that exists.
        seconds: How long to wait at most.

    Raises:
        TimeoutError: If somebody else holds it for so long.
        OSError: If the file cannot be written.
    """
    deadline = time.monotonic() + seconds
    while True:
        with locking(path) as is_ours:
            if is_ours:
                yield
                return
        if time.monotonic() > deadline:
            message = f"another process holds {path} for more than {seconds:.0f} s"
            raise TimeoutError(message)
        time.sleep(_LOOK_SECONDS)


@contextmanager
def holding(folder: Path) -> Iterator[None]:
    """Hold a folder, so that others can tell when this process has ended.

    Windows cannot lock a folder, nor can some file systems; there it does nothing.

    Raises:
        OSError: If the folder cannot be opened.
    """
    if sys.platform == "win32":
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with contextlib.suppress(OSError):
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        yield
    finally:
        os.close(descriptor)


def is_let_go(folder: Path) -> bool:
    """Tell whether nobody holds a folder; False too where nobody can tell.

    Raises:
        OSError: If the folder cannot be opened.
    """
    if sys.platform == "win32":
        return False
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    else:
        return True
    finally:
        os.close(descriptor)
