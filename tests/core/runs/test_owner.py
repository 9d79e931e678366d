"""Which process is responsible for a run, and whether it still lives."""

import os
import subprocess
import sys
from dataclasses import replace

import psutil
import pytest

from core.runs.owner import Owner


def test_this_process_is_here_and_alive() -> None:
    """Or every run would fail as soon as it is asked for."""
    owner = Owner.this_process()

    assert owner.pid == os.getpid()
    assert owner.is_here
    assert owner.is_alive


def test_an_owner_survives_being_written() -> None:
    """It is kept as a tag; the start time to the last digit."""
    owner = Owner.this_process()

    assert Owner.from_text(str(owner)) == owner


def test_a_host_may_have_spaces_in_its_name() -> None:
    """Names of computers are chosen by people."""
    owner = Owner("the old laptop", 12, 1.5)

    assert Owner.from_text(str(owner)) == owner


@pytest.mark.parametrize("text", ["", "host", "host 12", "host x 1.5", "host 12 x"])
def test_text_that_is_no_owner_is_refused(text: str) -> None:
    """A process that is guessed at is the wrong one."""
    with pytest.raises(ValueError, match=r"."):
        Owner.from_text(text)


def test_a_process_that_has_ended_is_not_alive() -> None:
    """A run whose process is gone must not be "running" for ever."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    owner = Owner.of_process(process.pid)
    was_alive = owner.is_alive

    process.communicate(b"\n")

    assert was_alive
    assert not owner.is_alive


def test_a_killed_process_that_nobody_has_waited_for_is_not_alive() -> None:
    """The system lists such a process until its parent asks."""
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    child = psutil.Process(process.pid)
    owner = Owner.of_process(process.pid)

    process.kill()
    os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)

    assert child.status() == psutil.STATUS_ZOMBIE
    assert not owner.is_alive
    process.communicate()


def test_a_number_that_was_given_again_is_another_process() -> None:
    """After a restart, the old number often belongs to somebody else."""
    mine = Owner.this_process()

    assert not replace(mine, started=mine.started - 60).is_alive


def test_a_process_of_another_machine_is_not_here() -> None:
    """Its number says nothing on this one."""
    assert not replace(Owner.this_process(), host="elsewhere").is_here


def test_a_clock_that_is_set_ends_no_process(monkeypatch: pytest.MonkeyPatch) -> None:
    """Linux tells when a process started by the clock of now, minus its age."""
    owner = Owner.this_process()
    now, started = psutil.boot_time(), psutil.Process().create_time()

    for module in ("psutil", "psutil._psplatform"):
        monkeypatch.setattr(f"{module}.boot_time", lambda: now - 3600)

    assert psutil.Process().create_time() < started - 1800 or not psutil.LINUX
    assert owner.is_alive
