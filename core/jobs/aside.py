"""What another process answers beside its task, at once.

A pool of processes hands out one task after the other, and a training takes minutes.
What somebody waits for at the screen takes this way, into a thread of the process that
trains, because only that one has TensorFlow.
"""

import contextlib
import itertools
import pickle
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


class _Question(NamedTuple):
    number: int
    call: tuple[Callable[..., object], tuple[Any, ...], dict[str, Any]]


class _Answer(NamedTuple):
    number: int
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
        self._questions: queue.SimpleQueue[tuple[Future[Any], _Question]] = (
            queue.SimpleQueue()
        )
        self._numbers = itertools.count()
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
        question = _Question(next(self._numbers), (function, args, kwargs))
        self._questions.put((future, question))
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

    def _ask(self, question: _Question) -> _Answer:
        for _ in range(MOST_TRIES):
            line = self._newest_line()
            try:
                line.send(question)
                return _answer_to(question.number, line)
            except (OSError, EOFError):
                # That process has ended, maybe long ago; the next one may answer.
                self._line = None
        message = "The process that was to answer has ended. Try again."
        raise AsideError(message)

    def _newest_line(self) -> Connection:
        """Return the line to the process that came last; wait if there is none."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while self._line is None or not self._comers.empty():
            if self._line is None:
                self._wake()
            with contextlib.suppress(queue.Empty):
                self._line = self._comers.get(timeout=WAKE_SECONDS)
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


def _answer_to(number: int, line: Connection) -> _Answer:
    """Wait for the answer to a question; late ones to others are passed over."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while line.poll(max(deadline - time.monotonic(), 0.0)):
        answer: _Answer = line.recv()
        if answer.number == number:
            return answer
    message = (
        f"The process that was to answer gave no answer within {PATIENCE_SECONDS:g} s. "
        "Try again."
    )
    raise AsideError(message)


def answer(door: Door) -> None:
    """Answer what is asked until nobody is there any more; for a thread of its own.

    Args:
        door: Of the process that asks.
    """
    with (
        contextlib.suppress(OSError, EOFError),
        Client(door.address, authkey=door.key) as line,
    ):
        while True:
            question: _Question = line.recv()
            reply = _reply(question)
            try:
                line.send(reply)
            except (TypeError, AttributeError, pickle.PicklingError) as error:
                # What cannot be sent ends nothing.
                line.send(reply._replace(value=None, trouble=repr(error)))


def _reply(question: _Question) -> _Answer:
    function, args, kwargs = question.call
    try:
        return _Answer(question.number, function(*args, **kwargs), "")
    except Exception:  # noqa: BLE001 - it is told to whoever asked
        return _Answer(question.number, None, traceback.format_exc())
