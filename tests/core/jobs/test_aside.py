"""Questions to another process; here a thread takes its place."""

import multiprocessing
import operator
import os
import threading
from multiprocessing import AuthenticationError, util
from multiprocessing.connection import Client
from pathlib import Path

import pytest

from core.errors import AsideError
from core.jobs import aside
from core.jobs.aside import Aside, Door, answer
from tests.small_data import wait_until

SECONDS = 60
RELEASED = threading.Event()


@pytest.fixture
def asking() -> Aside:
    return Aside()


def let_come(door: Door) -> threading.Thread:
    """Have somebody come who answers."""
    thread = threading.Thread(target=answer, args=(door,), daemon=True)
    thread.start()
    return thread


def test_the_other_side_answers_one_question_after_the_other(asking: Aside) -> None:
    let_come(asking.door)

    sums = [asking.submit(operator.add, 1, number) for number in range(5)]

    assert [each.result(SECONDS) for each in sums] == [1, 2, 3, 4, 5]


def test_names_of_arguments_are_kept(asking: Aside) -> None:
    let_come(asking.door)

    assert asking.submit(sorted, [1, 3, 2], reverse=True).result(SECONDS) == [3, 2, 1]


def test_what_goes_wrong_there_is_told_here_and_ends_nothing(asking: Aside) -> None:
    let_come(asking.door)

    wrong = asking.submit(operator.truediv, 1, 0)
    right = asking.submit(operator.truediv, 1, 1)

    with pytest.raises(AsideError, match="ZeroDivisionError: division by zero"):
        wrong.result(SECONDS)
    assert right.result(SECONDS) == 1


def test_what_cannot_be_sent_ends_nothing(asking: Aside) -> None:
    let_come(asking.door)

    unsendable = asking.submit(threading.Lock)
    right = asking.submit(operator.neg, 1)

    with pytest.raises(AsideError, match="pickle"):
        unsendable.result(SECONDS)
    assert right.result(SECONDS) == -1


def test_a_late_answer_is_not_taken_for_that_to_the_next_question(
    asking: Aside, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A process that was suspended says what it was asked before."""
    monkeypatch.setattr(aside, "PATIENCE_SECONDS", 0.01)
    let_come(asking.door)
    wait_until(lambda: asking.submit(operator.neg, 7).exception(SECONDS) is None)
    slow = asking.submit(hold)

    with pytest.raises(AsideError, match=r"gave no answer within 0\.01 s"):
        slow.result(SECONDS)
    monkeypatch.setattr(aside, "PATIENCE_SECONDS", SECONDS)
    RELEASED.set()

    assert asking.submit(operator.neg, 1).result(SECONDS) == -1


def hold() -> None:
    """Give no answer until the test says so."""
    RELEASED.wait(SECONDS)


def test_a_folder_with_a_long_name_does_not_keep_anybody_out(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A socket in it cannot be named."""
    folder = tmp_path / ("long" * 30)
    folder.mkdir()
    monkeypatch.setattr(util, "get_temp_dir", lambda: str(folder))
    asking = Aside()
    let_come(asking.door)

    assert asking.submit(operator.neg, 1).result(SECONDS) == -1


def test_a_question_waits_until_somebody_comes(asking: Aside) -> None:
    """The process that trains takes seconds to import what it needs."""
    early = asking.submit(operator.neg, 1)
    assert not early.done()

    let_come(asking.door)

    assert early.result(SECONDS) == -1


def test_a_question_that_nobody_wants_any_more_is_passed_over(asking: Aside) -> None:
    """Who moves a slider along wants the last picture only."""
    wanted = asking.submit(operator.neg, 1)
    unwanted = asking.submit(operator.neg, 2)
    assert unwanted.cancel()

    let_come(asking.door)

    assert wanted.result(SECONDS) == -1
    assert asking.submit(operator.neg, 3).result(SECONDS) == -3
    assert unwanted.cancelled()


def test_the_next_one_answers_when_one_has_ended() -> None:
    """A process that is killed with a question takes only that one along."""
    asking = Aside(wake=lambda: let_process_come(asking.door))
    with pytest.raises(AsideError, match="was to answer has ended"):
        asking.submit(os._exit, 0).result(SECONDS)

    assert asking.submit(operator.neg, 1).result(SECONDS) == -1


def let_process_come(door: Door) -> None:
    """Have a process of its own come, which may be ended."""
    multiprocessing.get_context("spawn").Process(
        target=answer, args=(door,), daemon=True
    ).start()


def test_who_does_not_know_the_key_is_not_asked(asking: Aside) -> None:
    with pytest.raises(AuthenticationError):
        Client(asking.door.address, authkey=b"guessed")
    let_come(asking.door)

    assert asking.submit(operator.neg, 1).result(SECONDS) == -1


def test_nobody_waits_for_ever(asking: Aside, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aside, "PATIENCE_SECONDS", 0.01)

    with pytest.raises(AsideError, match=r"none came within 0\.01 s"):
        asking.submit(operator.neg, 1).result(SECONDS)


def test_who_finds_nobody_to_ask_them_ends(asking: Aside) -> None:
    address, key = asking.door
    thread = let_come(Door(f"{address}-gone", key))

    thread.join(SECONDS)

    assert not thread.is_alive()
