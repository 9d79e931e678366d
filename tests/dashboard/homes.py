"""Finished runs for pages to show, made once and taken over by each test."""

from collections.abc import Callable
from pathlib import Path

from core.config import TrainingConfig
from core.records import RunScores
from core.runs.store import RunStore
from tests import small_data

NUM_RIGHT = 9_750

MakeRun = Callable[..., str]
MakeHome = Callable[[Callable[[RunStore], object]], Path]
TakeRuns = Callable[[Path], list[str]]


def finish_in(store: RunStore, *, name: str, files: Path) -> str:
    """Put a finished run into a store, with files as a worker would write them."""
    run_id = store.create(TrainingConfig(), name=name)
    finish(store, run_id, files=files)
    return run_id


def finish(store: RunStore, run_id: str, *, files: Path) -> None:
    """Let a run that waits finish, with files as a worker would write them."""
    store.start(run_id)
    store.log(run_id, [small_data.progress(10.0)])
    scores = RunScores(
        test_accuracy=NUM_RIGHT / 10_000, test_size=10_000, train_seconds=3.2
    )
    store.save_results(run_id, scores=scores, files=files)
    store.finish(run_id)
