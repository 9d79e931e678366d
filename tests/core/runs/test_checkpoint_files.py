"""What lies in the home of trainings that broke off is removed when nobody needs it."""

import os
import time
from pathlib import Path

import pytest

from core.config import TrainingConfig
from core.records import RunScores
from core.runs import checkpoint_files
from core.runs.store import RunStore

DAY = 24 * 3600.0


def put(name: str, *, age: float = 0.0) -> Path:
    """Put a file with the states, as old as said."""
    path = checkpoint_files.file_of("any").with_name(name)
    path.parent.mkdir(exist_ok=True)
    path.write_text("a state")
    then = time.time() - age
    os.utime(path, (then, then))
    return path


@pytest.fixture
def run_id(run_store: RunStore) -> str:
    """Return a run that has failed."""
    run_id = run_store.create(TrainingConfig(), name="run")
    run_store.start(run_id)
    run_store.fail(run_id, "its process was killed")
    return run_id


def test_the_state_of_a_run_that_broke_off_stays(
    run_store: RunStore, run_id: str
) -> None:
    """However long ago that was."""
    path = put(f"{run_id}.npz", age=400 * DAY)

    checkpoint_files.sweep(run_store)

    assert path.exists()
    assert checkpoint_files.state_of(run_store, run_store.get(run_id)) == path


def test_the_state_of_a_run_with_a_model_goes(
    run_store: RunStore, run_id: str, tmp_path: Path
) -> None:
    """Its process was killed after it had put the files in their place."""
    files = tmp_path / "files"
    files.mkdir()
    scores = RunScores(test_accuracy=0.9, test_size=10)
    run_store.save_results(run_id, scores=scores, files=files)
    path = put(f"{run_id}.npz")

    checkpoint_files.sweep(run_store)

    assert not path.exists()


@pytest.mark.parametrize(("days", "stays"), [(29, True), (31, False)])
def test_a_deleted_run_may_come_back_for_a_month(
    run_store: RunStore, run_id: str, days: int, *, stays: bool
) -> None:
    run_store.delete(run_id)
    path = put(f"{run_id}.npz", age=days * DAY)

    checkpoint_files.sweep(run_store)

    assert path.exists() is stays


def test_the_month_begins_with_the_deletion(run_store: RunStore, run_id: str) -> None:
    """However old the state is by then: it can be undone at once."""
    path = put(f"{run_id}.npz", age=400 * DAY)
    run_store.delete(run_id)

    checkpoint_files.sweep(run_store)

    run_store.restore(run_id)
    assert checkpoint_files.state_of(run_store, run_store.get(run_id)) == path


def test_a_run_that_cannot_be_read_keeps_its_state_and_stops_no_sweep(
    run_store: RunStore, run_id: str
) -> None:
    """Another version of Inklab made it, and can go on with it."""
    run_store.annotate(run_id, tags={"inklab.config": '{"schema": 99}'})
    unreadable, half = put(f"{run_id}.npz"), put(".0123.part", age=DAY)

    checkpoint_files.sweep(run_store)

    assert unreadable.exists()
    assert not half.exists()


@pytest.mark.parametrize(("hours", "stays"), [(0.9, True), (1.1, False)])
def test_half_of_a_state_goes_after_an_hour(
    run_store: RunStore, hours: float, *, stays: bool
) -> None:
    """Its process was killed while it wrote."""
    path = put(".0123.part", age=hours * 3600)

    checkpoint_files.sweep(run_store)

    assert path.exists() is stays
