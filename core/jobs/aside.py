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
"""How long a question waits for a process: one that begins imports TensorFlow."""

PAUSE_SECONDS: Final = 0.1
MOST_TRIES: Final = 2


class Door(NamedTuple):
    """Where a process asks for questions.

    Attributes:
        address: Of a socket or a pipe of this machine.
        key: Proves that both ends belong together.
    """

    address: str
    key: bytes


class _Answer(NamedTuple):
    value: object
    trouble: str


class Aside:
    """Asks the process that came last through a door, one question after the other."""

    def __init__(self) -> None:
        key = secrets.token_bytes()
        # It accepts one process after the other, each of which says who it is.
        self._listener = Listener(authkey=key)
        self.door: Final = Door(str(self._listener.address), key)
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
            What it will return. `AsideError` is what it raises if the function
            raised anything, or if no process came for a minute.
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
                answer: _Answer = line.recv()
            except (OSError, EOFError):
                # That process has ended, maybe long ago; the next one may answer.
                self._line = None
            else:
                return answer
        message = "The process that was to answer has ended. Try again."
        raise AsideError(message)

    def _newest_line(self) -> Connection:
        """Return the line to the process that came last; wait if there is none."""
        while self._line is None or not self._comers.empty():
            try:
                self._line = self._comers.get(timeout=PATIENCE_SECONDS)
            except queue.Empty:
                message = (
                    "Expected a process that answers, but none came within "
                    f"{PATIENCE_SECONDS:g} s. Try again."
                )
                raise AsideError(message) from None
        return self._line


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
            line.send(_call(*line.recv()))


def _call(
    function: Callable[..., object], args: tuple[Any, ...], kwargs: dict[str, Any]
) -> _Answer:
    try:
        return _Answer(function(*args, **kwargs), "")
    except Exception:  # noqa: BLE001 - it is told to whoever asked
        return _Answer(None, traceback.format_exc())
