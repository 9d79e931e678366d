"""Which process is responsible for a run, and whether it still lives.

A run whose process is gone would otherwise be "running" for ever. A process
number alone is not enough, since numbers are given again: the start time
belongs to it.
"""

import functools
import os
import socket
from dataclasses import dataclass
from typing import Self

import psutil


@dataclass(frozen=True)
class Owner:
    """A process on a machine.

    Attributes:
        host: Name of the machine.
        pid: Process number there.
        started: When the process started, in seconds since 1970.
    """

    host: str
    pid: int
    started: float

    @classmethod
    def this_process(cls) -> Self:
        """Return the process that asks, always under the same name."""
        host, started = _name_of(os.getpid())
        return cls(host, os.getpid(), started)

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
            same = abs(process.create_time() - self.started) < 1.0
            return same and process.status() != psutil.STATUS_ZOMBIE
        except psutil.Error:
            return False


@functools.cache
def _name_of(pid: int) -> tuple[str, float]:
    """Return the host of a process and its start, as they were at first.

    A laptop gets another name in another network, and a clock that is set moves the
    start; a process would no longer find the runs that wait for it.
    """
    return socket.gethostname(), psutil.Process(pid).create_time()
