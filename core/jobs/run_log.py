"""Write down what is said while a run is worked on, for whoever asks what happened.

The standard streams are sent straight into the file, not through this process:
so even the last words of native code that ends it are there.
"""

import contextlib
import io
import os
import sys
import threading
import traceback
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Final, Self

from core.errors import InklabError, TrainingStopped
from core.runs import logs

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

MAX_BYTES: Final = 192 * 1024
KEPT_BYTES: Final = 64 * 1024
"""How much of the beginning, and of the end, is kept of a log that grew too long."""

LOOK_SECONDS: Final = 0.2
_STREAMS: Final = (1, 2)


class RunLog:
    """The log of one run, while it is worked on.

    Use it as a context manager: an error that leaves the block is written down
    with its traceback. Nothing that goes wrong with the log itself is raised,
    because a training must not fail for it.

    Args:
        run_id: The run.
        captures_streams: Whether it also takes down all that this process writes to its
            standard streams; that is then seen nowhere else.
    """

    def __init__(self, run_id: str, *, captures_streams: bool = False) -> None:
        self._path: Path | None = None
        self._file = -1
        with contextlib.suppress(OSError, InklabError):
            path = logs.file_of(run_id)
            path.parent.mkdir(exist_ok=True)
            self._file = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o644)
            self._path = path
        self._captures_streams = captures_streams and self._path is not None
        self._opened = contextlib.ExitStack()
        self._lock = threading.Lock()
        self._over = threading.Event()
        self._num_cut = 0

    def say(self, *lines: str) -> None:
        """Write lines, each with the time."""
        now = datetime.now(UTC).astimezone()
        self._write("".join(f"{now:%Y-%m-%d %H:%M:%S} {line}\n" for line in lines))

    def __enter__(self) -> Self:
        """Begin to take down the streams, if that was asked for."""
        if self._captures_streams:
            # A process may have no standard streams, or no thread left.
            with (
                contextlib.suppress(OSError, RuntimeError),
                contextlib.ExitStack() as opened,
            ):
                opened.enter_context(_streams_into(self._file))
                watcher = threading.Thread(target=self._watch, daemon=True)
                watcher.start()
                opened.callback(watcher.join)
                opened.callback(self._over.set)
                self._opened = opened.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Write how it ended, if not well, and close the file."""
        self._opened.close()
        if isinstance(error, TrainingStopped | KeyboardInterrupt):
            self.say("Stopped before a result was saved.")
        elif error is not None:
            self.say("Failed:")
            self._write("".join(traceback.format_exception(error)))
        if self._path is not None:
            os.close(self._file)
            self._path = None

    def _write(self, text: str) -> None:
        if self._path is None:
            return
        with contextlib.suppress(OSError):
            os.write(self._file, text.encode(errors="replace"))
            self._cut(self._path)

    def _watch(self) -> None:
        """Keep a stream that does not end from filling the disk."""
        while not self._over.wait(LOOK_SECONDS):
            if self._path is not None:
                with contextlib.suppress(OSError):
                    self._cut(self._path)

    def _cut(self, path: Path) -> None:
        """Take out the middle if it is too long; what comes is appended as before."""
        with self._lock, path.open("r+b") as file:
            size = file.seek(0, os.SEEK_END)
            if size <= MAX_BYTES:
                return
            file.seek(-KEPT_BYTES, os.SEEK_END)
            end = file.read()
            self._num_cut += size - 2 * KEPT_BYTES
            file.truncate(KEPT_BYTES)
            note = f"\n[... about {self._num_cut:,} bytes were cut here ...]\n"
            os.write(self._file, note.encode() + end)


class _Forgiving(io.FileIO):
    """A stream that takes everything, also when the disk takes nothing more."""

    def write(self, content: "ReadableBuffer", /) -> int:
        with contextlib.suppress(OSError):
            super().write(content)
        return memoryview(content).nbytes


@contextlib.contextmanager
def _streams_into(file: int) -> Iterator[None]:
    """Send what this process says, in Python or past it, into an open file."""
    before = sys.stdout, sys.stderr
    _flush()
    real = [(number, os.dup(number)) for number in _STREAMS]
    try:
        for number in _STREAMS:
            os.dup2(file, number)
        sys.stdout, sys.stderr = map(_text_stream, _STREAMS)
        # Otherwise a warning would be told to the first run only.
        with warnings.catch_warnings():
            yield
    finally:
        _flush()
        sys.stdout, sys.stderr = before
        _flush()
        for number, copy in real:
            os.dup2(copy, number)
            os.close(copy)


def _text_stream(number: int) -> io.TextIOWrapper:
    return io.TextIOWrapper(
        io.BufferedWriter(_Forgiving(number, "wb", closefd=False)),
        encoding="utf-8",
        errors="backslashreplace",
        line_buffering=True,
    )


def _flush() -> None:
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(OSError, ValueError, AttributeError):
            stream.flush()
