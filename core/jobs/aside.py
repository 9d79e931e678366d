"""What another process answers beside its task, at once.

A pool of processes hands out one task after the other, and a training takes minutes.
What somebody waits for at the screen takes this way, into a thread of the process that
trains, because only that one has TensorFlow.
"""

import contextlib
import queue
import secrets
import threading
import time
import traceback
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.connection import Client, Connection, Listener
from typing import Any, Final, NamedTuple, ParamSpec, TypeVar

from core.errors import AsideError

P = ParamSpec("P")
T = TypeVar("T")

PATIENCE_SECONDS: Final = 60.0
"""How long a question waits for a process, and for its answer; one that begins imports
TensorFlow."""

WAKE_SECONDS: Final = 1.0
"""Whoever starts processes may find out only now that the last one has ended."""

PAUSE_SECONDS: Final = 0.1
MOST_TRIES: Final = 2


class Door(NamedTuple):
    """Where a process asks for questions.

    Attributes:
        address: Of a socket or a pipe of this machine; a port has two parts.
        key: Proves that both ends belong together.
    """

    address: str | tuple[str, int]
    key: bytes


class _Answer(NamedTuple):
    value: object
    trouble: str


class Aside:
    """Asks the process that came last through a door, one question after the other.

    Args:
        wake: Called while there is no process, so that one is started.
    """

    def __init__(self, wake: Callable[[], object] = lambda: None) -> None:
        key = secrets.token_bytes()
        self._wake = wake
        self._listener = _listener(key)
        self.door: Final = Door(self._listener.address, key)
        self._comers: queue.SimpleQueue[Connection] = queue.SimpleQueue()
        self._questions: queue.SimpleQueue[tuple[Future[Any], object]] = (
            queue.SimpleQueue()
        )
        self._line: Connection | None = None
        for work in (self._let_in, self._ask_all):
            threading.Thread(target=work, daemon=True).start()

    def submit(
        self, function: Callable[P, T], /, *args: P.args, **kwargs: P.kwargs
    ) -> "Future[T]":
        """Have the other process call a function.

        Args:
            function: One that can be imported there.
            args: Its arguments, which can be sent there.
            kwargs: Likewise.

        Returns:
            What it will return, or `AsideError`: the function raised an error, the
            process ended, or there was no process or no answer for a minute. What
            cannot be sent is an error of its own.
        """
        future: Future[T] = Future()
        self._questions.put((future, (function, args, kwargs)))
        return future

    def _let_in(self) -> None:
        while True:
            try:
                self._comers.put(self._listener.accept())
            except Exception:  # noqa: BLE001 - the next one may be right
                # Somebody else, or a process that ended meanwhile. If files are short,
                # it would be so at once again.
                time.sleep(PAUSE_SECONDS)

    def _ask_all(self) -> None:
        while True:
            future, question = self._questions.get()
            if not future.set_running_or_notify_cancel():
                continue
            try:
                answer = self._ask(question)
            except Exception as error:  # noqa: BLE001 - it is told to whoever asked
                future.set_exception(error)
                continue
            if answer.trouble:
                future.set_exception(AsideError(answer.trouble))
            else:
                future.set_result(answer.value)

    def _ask(self, question: object) -> _Answer:
        for _ in range(MOST_TRIES):
            line = self._newest_line()
            try:
                line.send(question)
                if line.poll(PATIENCE_SECONDS):
                    answer: _Answer = line.recv()
                    return answer
                problem = f"gave no answer within {PATIENCE_SECONDS:g} s"
                break
            except (OSError, EOFError):
                # Maybe long ago; the next process may answer.
                problem = "has ended"
                self._drop_line()
        # An answer that comes late would be taken for that to the next question.
        self._drop_line()
        message = f"The process that was to answer {problem}. Try again."
        raise AsideError(message)

    def _drop_line(self) -> None:
        if self._line:
            self._line.close()
        self._line = None

    def _newest_line(self) -> Connection:
        """Return the line to the process that came last; wait if there is none."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._line is None or not self._comers.empty():
            if self._line is None:
                self._wake()
            with contextlib.suppress(queue.Empty):
                comer = self._comers.get(timeout=WAKE_SECONDS)
                self._drop_line()
                self._line = comer
            if self._line is None and time.monotonic() > deadline:
                message = (
                    "Expected a process that answers, but none came within "
                    f"{PATIENCE_SECONDS:g} s. Try again."
                )
                raise AsideError(message)
        return self._line


def _listener(key: bytes) -> Listener:
    """Let processes come, each of which has to know the key."""
    try:
        return Listener(authkey=key)
    except OSError:
        # The folder for temporary files has a name that is too long for a socket.
        return Listener(("localhost", 0), authkey=key)


def answer(door: Door) -> None:
    """Answer what is asked until nobody is there any more; for a thread of its own.

    Args:
        door: Of the process that asks.
    """
    with contextlib.suppress(OSError):
        while True:
            # If the line was dropped there, another one is wanted.
            with Client(door.address, authkey=door.key) as line:
                _answer_all(line)


def _answer_all(line: Connection) -> None:
    """Answer what comes through a line until it is closed."""
    while True:
        try:
            function, args, kwargs = line.recv()
            line.send(_call(function, args, kwargs))
        except (OSError, EOFError):
            return
        except Exception:  # noqa: BLE001 - what cannot be sent ends nothing
            line.send(_Answer(None, traceback.format_exc()))


def _call(
    function: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> _Answer:
    try:
        return _Answer(function(*args, **kwargs), "")
    except Exception:  # noqa: BLE001 - it is told to whoever asked
        return _Answer(None, traceback.format_exc())
