"""The beginning of a file that is being downloaded, kept until the rest is there.

It lies beside the file that is to be (`NAME.part`), with a note about which file it is
the beginning of (`NAME.part.json`). Without a note, or with one about another file, it
is worth nothing, since a beginning and an end of two files make a third.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from io import FileIO
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from core import files
from core.errors import DownloadError, HomeError


class Origin(BaseModel):
    """Which file the bytes in a part are the beginning of.

    Attributes:
        url: Where they came from.
        validator: What the server called this state of the file.
        total: Length of the whole file.
    """

    model_config = ConfigDict(frozen=True)

    url: str
    validator: str
    total: int


class PartFile:
    """The beginning of a file; all its methods raise `HomeError` if the disk refuses.

    Args:
        target: The file that it is going to be.

    Attributes:
        target: The file that it is going to be.
        path: Where the beginning is.
        note: Where it says which file that is the beginning of.
    """

    def __init__(self, target: Path) -> None:
        self.target = target
        self.path = target.with_name(f"{target.name}.part")
        self.note = target.with_name(f"{target.name}.part.json")
        self._lock = target.with_name(f"{target.name}.lock")

    @property
    def size(self) -> int:
        """How many bytes are there."""
        return self.path.stat().st_size if self.path.is_file() else 0

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Keep other processes and threads from downloading the same file meanwhile.

        Raises:
            DownloadError: If one of them is doing it already.
        """
        with ExitStack() as stack:
            with writing(self.target.parent):
                self.target.parent.mkdir(parents=True, exist_ok=True)
                is_ours = stack.enter_context(files.locking(self._lock))
            if not is_ours:
                message = (
                    f"Expected to be the only one who downloads {self.target}, but "
                    "somebody else is doing it. Wait for the end of that, or stop it."
                )
                raise DownloadError(message)
            yield

    def origin(self, url: str) -> Origin | None:
        """Return which file of this address it begins; None if there is nothing."""
        try:
            origin = Origin.model_validate_json(self.note.read_bytes())
        except (OSError, ValidationError):
            return None
        is_useful = origin.url == url and 0 < self.size <= origin.total
        return origin if is_useful else None

    def begin(self, origin: Origin | None) -> None:
        """Drop what is there, and note what is going to come, if that can go on."""
        self.discard()
        if origin is not None:
            with (
                writing(self.target.parent),
                files.creating_file(self.note) as temporary,
            ):
                temporary.write_text(origin.model_dump_json(), encoding="utf-8")

    @contextmanager
    def opened(self) -> Iterator[FileIO]:
        """Open it to append to, with no buffer of which a stop would lose the rest."""
        with writing(self.target.parent):
            file = FileIO(self.path, "ab")
        with file:
            yield file

    def append(self, file: FileIO, chunk: bytes) -> None:
        """Write a chunk to the opened file."""
        rest = memoryview(chunk)
        with writing(self.target.parent):
            while rest:
                rest = rest[file.write(rest) :]

    def discard(self) -> None:
        """Drop what is there."""
        with writing(self.target.parent):
            self.path.unlink(missing_ok=True)
            self.note.unlink(missing_ok=True)

    def finish(self) -> None:
        """Give the file its name."""
        with writing(self.target.parent):
            self.path.replace(self.target)
            self.note.unlink(missing_ok=True)


@contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Turn what the disk refuses into an error that says where and what to do."""
    try:
        yield
    except OSError as error:
        message = (
            f"Expected to write to {folder}, got: {error.strerror or error}. Make room "
            "there, or set INKLAB_HOME to another folder."
        )
        raise HomeError(message) from error
