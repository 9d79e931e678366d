"""Make folders and files so that a reader sees all of one or none of it."""

import shutil
import tempfile
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def creating_folder(path: Path) -> Iterator[Path]:
    """Give a temporary folder to fill, and rename it when the block ends well.

    If another process has created the folder meanwhile, its copy stays and
    ours is thrown away: both made the same from the same sources.

    Args:
        path: The folder to create; its parent is created if needed.

    Yields:
        A new empty folder beside it; it vanishes if the block raises.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = Path(tempfile.mkdtemp(dir=path.parent, prefix=f".{path.name}-"))
    try:
        yield temporary
        try:
            temporary.rename(path)
        except OSError:
            if not path.is_dir():
                raise
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


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
