"""Novelty thresholds of runs: left by a training, or made by a task."""

from dataclasses import replace

import numpy as np
import pytest

from core.datasets.store import Dataset
from core.errors import ArtifactError
from core.evaluation.novelty import MIN_ASIDE
from core.jobs import worker
from core.jobs.kinds import novelty
from core.jobs.kinds.novelty import FitNovelty
from core.records import ARRAYS, Attachment
from core.runs.store import RunStore
from tests.small_data import SMALL


def attachment(store: RunStore, run_id: str) -> Attachment:
    task = FitNovelty(subject=run_id)
    made = store.attachment(run_id, task.result_name, key=task.key)
    assert made is not None
    return made


@pytest.mark.usefixtures("small_mnist")
def test_a_training_leaves_thresholds_from_its_validation_images(
    run_store: RunStore,
) -> None:
    config = replace(SMALL, validation_fraction=0.25)
    worker.perform(run_id := run_store.create(config, name="run"))

    found = novelty.of_run(run_store, run_store.get(run_id))

    said = run_store.validation(run_id)
    assert found is not None
    assert said is not None
    assert found.is_held_out
    assert (found.num_aside, found.num_images) == (150, 450)
    metrics = attachment(run_store, run_id).metrics
    assert metrics["n"] == 150
    assert metrics["distance"] == found.thresholds().novelty


def test_the_task_sets_training_images_aside_where_none_were_held_out(
    run_store: RunStore, small_mnist: Dataset
) -> None:
    """And says so; what a training has left is the same, and is replaced."""
    config = replace(SMALL, validation_fraction=0.0)
    worker.perform(run_id := run_store.create(config, name="run"))
    first = novelty.of_run(run_store, run_store.get(run_id))

    job_id = FitNovelty(subject=run_id).create(run_store, name="novelty")
    worker.perform(job_id)

    found = novelty.of_run(run_store, run_store.get(run_id))
    assert first is not None
    assert found is not None
    assert not found.is_held_out
    num = len(small_mnist.train.labels)
    assert found.num_aside + found.num_images == num
    assert found.num_aside >= MIN_ASIDE
    np.testing.assert_allclose(found.novelty, first.novelty, atol=1e-3)


@pytest.mark.parametrize(
    "arrays",
    [
        {},
        {"features": np.zeros((0, 3)), "confidence": np.ones(2), "novelty": np.ones(2)},
        {"features": np.ones((9, 3)), "confidence": np.ones(2), "novelty": np.ones(3)},
    ],
    ids=["empty", "no images", "not a pair"],
)
def test_damaged_thresholds_are_told(
    run_store: RunStore, tmp_path_factory: pytest.TempPathFactory, arrays: dict
) -> None:
    run_id = run_store.create(SMALL, name="run")
    folder = tmp_path_factory.mktemp("made")
    np.savez(folder / ARRAYS, is_held_out=np.array(1), **arrays)
    task = FitNovelty(subject=run_id)
    made = Attachment(name=task.result_name, title="T", key=task.key)
    run_store.attach(run_id, made, folder)

    with pytest.raises(ArtifactError, match="damaged"):
        novelty.read(run_store, run_id, attachment(run_store, run_id))
