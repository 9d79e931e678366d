"""A file that was found in a folder or a zip, with a way to open it."""

import zipfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import BinaryIO, Final

from core.errors import DatasetFileError

_UNREADABLE: Final = (
    *(OSError, EOFError, RuntimeError, ValueError),
    *(zipfile.BadZipFile, zlib.error),
)
"""What a disk and a damaged zip raise; a password is a RuntimeError."""

Opener = Callable[[], BinaryIO]
"""Opens a file from its beginning, again and again."""


@dataclass(frozen=True)
class Entry:
    """A file that was found.

    Attributes:
        path: Where it lies, from the folder or zip that was given, whose own name is
            the first part. In Unicode's composed form (NFC).
        root: Which of the given paths it is from, counted from 0.
        size: Length in bytes, of a member of a zip as it announces it.
        opener: Opens it from its beginning.
    """

    path: PurePosixPath
    root: int
    size: int
    opener: Opener

    def __str__(self) -> str:
        return str(self.path)

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.path.name

    def open(self) -> BinaryIO:
        """Open it from its beginning.

        Raises:
            DatasetFileError: If it cannot be opened.
        """
        try:
            return self.opener()
        except _UNREADABLE as error:
            raise self._unreadable(error) from error

    @contextmanager
    def reading(self) -> Iterator[BinaryIO]:
        """Open it; what goes wrong while it is read leaves as a `DatasetFileError`."""
        with self.open() as stream:
            try:
                yield stream
            except _UNREADABLE as error:
                raise self._unreadable(error) from error

    def _unreadable(self, error: Exception) -> DatasetFileError:
        return DatasetFileError(
            f"Expected to read {self.path}, got: {error}. "
            "Check that you may read it, or download or copy it again."
        )
