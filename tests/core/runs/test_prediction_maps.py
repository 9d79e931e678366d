"""Predictions that are mapped from a bounded cache."""

import os
from pathlib import Path

import numpy as np
import pytest

from core.config import TrainingConfig
from core.errors import ArtifactError
from core.records import Predictions, RunScores
from core.runs import prediction_maps
from core.runs.prediction_maps import open_predictions
from core.runs.store import RunStore
from tests import small_data

SIZE = 400 * 62 * 4


def made_up(seed: int) -> Predictions:
    """Make the probabilities of 400 images of 62 classes."""
    generator = np.random.default_rng(seed)
    return Predictions(
        labels=generator.integers(0, 62, 400, dtype=np.uint8),
        probabilities=generator.random((400, 62), dtype=np.float32),
        features=np.ones((400, 2), np.float32),
    )


def run_of(store: RunStore, folder: Path, *, seed: int = 0) -> str:
    """Make a finished run."""
    small_data.write_predictions(folder, made_up(seed))
    run_id = store.create(TrainingConfig(), name=f"run {seed}")
    store.start(run_id)
    scores = RunScores(test_accuracy=0.5, test_size=400, train_seconds=1.0)
    store.save_results(run_id, scores=scores, files=folder)
    store.finish(run_id)
    return run_id


def cached(home: Path) -> list[str]:
    """Return the runs whose predictions are in the cache."""
    folders = (home / "cache" / "predictions").iterdir()
    return [each.name.partition("-")[0] for each in folders]


@pytest.mark.parametrize("look", ["first", "second"])
def test_mapped_predictions_are_exact(
    look: str, run_store: RunStore, tmp_path: Path
) -> None:
    """Numbers on a page must not depend on who has looked before."""
    run_id = run_of(run_store, tmp_path / "files")
    if look == "second":
        open_predictions(run_store, run_id)

    found = open_predictions(run_store, run_id)

    np.testing.assert_array_equal(found.probabilities, made_up(0).probabilities)
    np.testing.assert_array_equal(found.labels, made_up(0).labels)
    assert isinstance(found.probabilities, np.memmap)
    assert not found.probabilities.flags.writeable


def test_cache_is_bounded_and_the_last_opened_stay(
    run_store: RunStore, home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(prediction_maps, "MAX_BYTES", int(2.5 * SIZE))
    runs = [run_of(run_store, tmp_path / str(at), seed=at) for at in range(3)]
    for age, run_id in ((50, runs[0]), (90, runs[1])):
        open_predictions(run_store, run_id)
        (folder,) = (home / "cache" / "predictions").glob(f"{run_id}-*")
        os.utime(folder, (age, age))
    open_predictions(run_store, runs[0])

    open_predictions(run_store, runs[2])

    assert set(cached(home)) == {runs[0], runs[2]}


def test_what_was_opened_can_be_read_after_it_left_the_cache(
    run_store: RunStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A session may still show a run for which there was no more room."""
    monkeypatch.setattr(prediction_maps, "MAX_BYTES", SIZE)
    first = open_predictions(run_store, run_of(run_store, tmp_path / "0"))

    open_predictions(run_store, run_of(run_store, tmp_path / "1", seed=1))

    np.testing.assert_array_equal(first.probabilities, made_up(0).probabilities)


def test_damaged_cache_is_made_anew(
    run_store: RunStore, home: Path, tmp_path: Path
) -> None:
    run_id = run_of(run_store, tmp_path / "files")
    open_predictions(run_store, run_id)
    (file,) = (home / "cache").rglob("probabilities.npy")
    file.write_bytes(file.read_bytes()[:500])

    in_memory = open_predictions(run_store, run_id)
    mapped = open_predictions(run_store, run_id)

    for found in (in_memory, mapped):
        np.testing.assert_array_equal(found.probabilities, made_up(0).probabilities)
    assert isinstance(mapped.probabilities, np.memmap)


def test_cache_that_cannot_be_written_is_done_without(
    run_store: RunStore, home: Path, tmp_path: Path
) -> None:
    """A full disk must not hide results that can be read."""
    run_id = run_of(run_store, tmp_path / "files")
    (home / "cache").write_text("in the way")

    found = open_predictions(run_store, run_id)

    np.testing.assert_array_equal(found.probabilities, made_up(0).probabilities)
    assert found.features.size == 0


def test_damaged_predictions_are_refused_and_leave_nothing(
    run_store: RunStore, home: Path, tmp_path: Path
) -> None:
    run_id = run_of(run_store, tmp_path / "files")
    file = run_store.artifact(run_id, "predictions.npz")
    whole = bytearray(file.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    file.write_bytes(whole)

    with pytest.raises(ArtifactError, match="damaged"):
        open_predictions(run_store, run_id)

    assert not cached(home)
