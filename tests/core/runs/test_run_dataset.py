"""Which data set a run learned from, also when that one is gone or is another."""

from dataclasses import replace
from datetime import UTC, datetime

import numpy as np
import pytest

from core.config import TrainingConfig
from core.datasets import catalog, store
from core.datasets.spec import DatasetSpec, write_spec
from core.errors import UnknownDatasetError
from core.records import Run, RunScores, RunStatus
from core.runs import run_dataset
from core.runs.store import RunStore

SPEC = DatasetSpec(
    name="signs",
    title="Signs",
    classes=("x", "y"),
    image_shape=(8, 8),
    num_train=2,
    num_test=2,
)


def make(*, ink: int = 255) -> str:
    """Write a data set of two images twice, and return its fingerprint."""
    with store.create(SPEC) as draft:
        images = np.full((2, 8, 8), ink, np.uint8)
        for part in ("train", "test"):
            draft.content.append(part, images, np.arange(2, dtype=np.uint8))
    return catalog.card("signs").fingerprint


def trained(run_store: RunStore, fingerprint: str) -> Run:
    """Record a run that has begun to learn from it."""
    run_id = run_store.create(TrainingConfig(dataset="signs"), name="run")
    run_store.note_dataset(run_id, write_spec(SPEC), fingerprint=fingerprint)
    return run_store.get(run_id)


def test_a_run_finds_its_data_set(run_store: RunStore) -> None:
    """As long as it is there and has not changed."""
    run = trained(run_store, make())

    assert run_dataset.spec_of(run_store, run) == catalog.spec("signs")
    assert run_dataset.dataset_of(run).fingerprint == run.fingerprint


def test_a_run_remembers_a_data_set_that_was_deleted(run_store: RunStore) -> None:
    """Its classes and scores can still be shown, its images cannot."""
    run = trained(run_store, make())
    store.delete("signs")

    assert run_dataset.spec_of(run_store, run) == SPEC
    with pytest.raises(UnknownDatasetError, match="not in this home"):
        run_dataset.dataset_of(run)


def test_another_data_set_of_that_name_is_not_taken_for_it(
    run_store: RunStore,
) -> None:
    """Scores on other images would be wrong numbers."""
    run = trained(run_store, make())
    store.delete("signs")
    make(ink=100)

    assert not run_dataset.is_here(run)
    with pytest.raises(UnknownDatasetError, match="another data set has their name"):
        run_dataset.dataset_of(run)


def test_a_run_that_remembers_nothing_says_so(run_store: RunStore) -> None:
    """It waited when its data set was deleted."""
    run_id = run_store.create(TrainingConfig(dataset="signs"), name="run")

    with pytest.raises(UnknownDatasetError, match="Import it again"):
        run_dataset.spec_of(run_store, run_store.get(run_id))


@pytest.mark.parametrize("fingerprint", ["", "0" * 64], ids=["old", "new"])
def test_a_run_of_mnist_finds_it_always(fingerprint: str) -> None:
    """It comes with Inklab, and runs of earlier versions have noted nothing."""
    run = Run(
        id="0" * 32,
        name="run",
        status=RunStatus.FINISHED,
        reason="",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        config=TrainingConfig(),
        scores=RunScores(),
    )

    assert run_dataset.is_here(replace(run, fingerprint=fingerprint))
