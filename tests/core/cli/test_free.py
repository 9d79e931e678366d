"""Freeing deleted runs from a terminal."""

import json
from pathlib import Path

import pytest

from core import cli
from core.config import TrainingConfig
from core.runs.store import RunStore
from tests import small_data

Captured = pytest.CaptureFixture[str]


@pytest.fixture
def deleted(run_store: RunStore) -> str:
    """Delete a run that was never started."""
    run_id = run_store.create(TrainingConfig(), name="run")
    run_store.delete(run_id)
    return run_id


@pytest.mark.parametrize(
    ("age", "num_freed"),
    [([], 0), (["--older-than", "1d12h"], 0), (["--older-than", "0"], 1)],
)
@pytest.mark.usefixtures("deleted")
def test_what_is_due_is_freed(age: list[str], num_freed: int, capsys: Captured) -> None:
    """Until then it can be restored, and the answer says how many can."""
    code = cli.main(["runs", "free", *age, "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert code == 0
    assert answer["freed_runs"] == num_freed
    assert answer["still_restorable"] == 1 - num_freed


def test_the_time_is_told_in_the_help(capsys: Captured) -> None:
    """Nobody shall find out by losing a run."""
    with pytest.raises(SystemExit):
        cli.main(["runs", "free", "--help"])

    assert "default 7d" in capsys.readouterr().out


@pytest.mark.parametrize("age", ["", "week", "-1d", "7", "d"])
def test_an_age_that_is_none_frees_nothing(
    age: str, run_store: RunStore, deleted: str, capsys: Captured
) -> None:
    """Least of all everything."""
    with pytest.raises(SystemExit):
        cli.main(["runs", "free", f"--older-than={age}"])

    assert "7d" in capsys.readouterr().err
    run_store.restore(deleted)


def test_trials_that_nobody_kept_are_freed_too(
    run_store: RunStore, capsys: Captured, tmp_path: Path
) -> None:
    """With an age of 0, at once; the best of the study stays."""
    (tmp_path / "files").mkdir()
    trials = [
        small_data.finished_trial(run_store, number, files=tmp_path / "files")
        for number in range(3)
    ]

    cli.main(["runs", "free", "--trials", "--older-than", "0", "--json"])

    answer = json.loads(capsys.readouterr().out)
    assert (answer["deleted_trials"], answer["freed_runs"]) == (2, 2)
    assert [run.id for run in run_store.runs()] == trials[2:]
