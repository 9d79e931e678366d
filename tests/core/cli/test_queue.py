"""The queue from a terminal: places, moving a run, stopping one."""

import json

import pytest

from core import cli
from core.config import TrainingConfig
from core.records import RunStatus
from core.runs.store import RunStore

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def waiting(run_store: RunStore) -> list[str]:
    """Have three runs wait."""
    return [run_store.create(TrainingConfig(), name=name) for name in "abc"]


def listed(captured: Captured) -> dict[str, int | None]:
    """Return the place of each run in the list, by its name."""
    captured.readouterr()
    assert cli.main(["runs", "list", "--json"]) == 0
    runs = json.loads(captured.readouterr().out)["runs"]
    return {run["name"]: run["place"] for run in runs}


def test_the_list_shows_the_places_of_those_that_wait(
    run_store: RunStore, waiting: list[str], capsys: Captured
) -> None:
    run_store.start(waiting[0])

    assert listed(capsys) == {"a": None, "b": 1, "c": 2}


def test_a_run_is_moved(waiting: list[str], capsys: Captured) -> None:
    code = cli.main(["runs", "move", waiting[2], "--to", "1", "--json"])

    printed = json.loads(capsys.readouterr().out)
    assert code == 0
    assert printed == {"moved": waiting[2], "place": 1}
    assert listed(capsys) == {"c": 1, "a": 2, "b": 3}


def test_an_impossible_move_is_told_in_plain_words(
    waiting: list[str], capsys: Captured
) -> None:
    assert cli.main(["runs", "move", waiting[0], "--to", "4"]) == 1

    assert "error: Expected a place from 1 to 3" in capsys.readouterr().err
    assert listed(capsys) == {"a": 1, "b": 2, "c": 3}


def test_a_waiting_run_is_taken_out_of_the_queue(
    run_store: RunStore, waiting: list[str], capsys: Captured
) -> None:
    code = cli.main(["runs", "stop", waiting[0], "--json"])

    printed = json.loads(capsys.readouterr().out)
    assert code == 0
    assert printed == {"run_id": waiting[0], "status": "stopped"}
    assert run_store.get(waiting[0]).status is RunStatus.STOPPED
    assert listed(capsys) == {"a": None, "b": 1, "c": 2}


def test_a_run_at_work_is_asked_to_stop(
    run_store: RunStore, waiting: list[str], capsys: Captured
) -> None:
    """Its worker looks several times a second; the answer says how it stands."""
    run_store.start(waiting[0])

    assert cli.main(["runs", "stop", waiting[0], "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["status"] == "running"
    assert run_store.is_stop_requested(waiting[0])


def test_a_run_that_is_over_stays_as_it_is(
    run_store: RunStore, waiting: list[str], capsys: Captured
) -> None:
    run_store.fail(waiting[0], "The disk is full.")

    assert cli.main(["runs", "stop", waiting[0], "--json"]) == 0

    assert json.loads(capsys.readouterr().out)["status"] == "failed"
