"""Which process is responsible for a run, and whether it still lives.

A run whose process is gone would otherwise be "running" for ever. A process
number alone is not enough, since numbers are given again: the start time
belongs to it, told so that it does not change when the clock is set.
"""

import functools
import os
import socket
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

import psutil

SAME_SECONDS: Final = 1.0
WAITING_LIMIT: Final = timedelta(days=1)


@dataclass(frozen=True)
class Owner:
    """A process on a machine.

    Attributes:
        host: Name of the machine.
        pid: Process number there.
        started: When the process started, in seconds: on Linux since the machine
            did, elsewhere since 1970.
    """

    host: str
    pid: int
    started: float

    @staticmethod
    def this_process() -> "Owner":
        """Return the process that asks, always under the same name."""
        return _this_process(os.getpid())

    @classmethod
    def of_process(cls, pid: int) -> Self:
        """Return a process of this machine.

        Raises:
            psutil.Error: If there is none with that number.
        """
        return cls(socket.gethostname(), pid, _start_of(psutil.Process(pid)))

    @classmethod
    def from_text(cls, text: str) -> Self:
        """Read what `str` wrote.

        Raises:
            ValueError: If it is something else.
        """
        host, pid, started = text.rsplit(" ", 2)
        return cls(host, int(pid), float(started))

    def __str__(self) -> str:
        return f"{self.host} {self.pid} {self.started}"

    @property
    def is_here(self) -> bool:
        """Whether it is (or was) a process of this machine."""
        return self.host == socket.gethostname()

    @property
    def is_alive(self) -> bool:
        """Whether it still runs; only this machine can tell (see `is_here`)."""
        try:
            process = psutil.Process(self.pid)
            same = abs(_start_of(process) - self.started) < SAME_SECONDS
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


def is_gone(owner: str, *, since: datetime) -> bool:
    """Tell whether nobody will begin what waits for a process.

    Args:
        owner: The process, as `str` wrote it.
        since: When the wait began, with time zone.

    Returns:
        Whether it is a process of this machine that has ended, or one of another that
        has not begun in a day: nobody here can tell whether that one lives.
    """
    try:
        process = Owner.from_text(owner)
    except ValueError:
        return True
    if process.is_here:
        return not process.is_alive
    return datetime.now(UTC) - since > WAITING_LIMIT


@functools.cache
def _this_process(pid: int) -> Owner:
    """Return a process as it was at first.

    A laptop gets another name in another network; a process would no longer find
    the runs that wait for it.
    """
    return Owner.of_process(pid)


def _start_of(process: psutil.Process) -> float:
    started: float = process.create_time()
    # Linux counts from its own start, to which psutil adds what the clock says now.
    return started - psutil.boot_time() if psutil.LINUX else started
