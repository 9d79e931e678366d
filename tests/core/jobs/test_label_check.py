"""Out-of-sample probabilities of training images, from k-fold trainings."""

from dataclasses import replace

import numpy as np
import pytest

from core.config import EnsembleConfig
from core.datasets.store import Dataset
from core.errors import ArtifactError
from core.jobs import worker
from core.jobs.kinds import label_check
from core.jobs.kinds.label_check import CheckLabels
from core.records import Progress, RunStatus
from core.runs.store import RunStore
from core.training import train
from tests.small_data import SMALL


def test_each_image_is_judged_by_who_has_not_seen_it(
    run_store: RunStore, small_mnist: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And each fold is learned from by all others."""
    learned: list[np.ndarray] = []
    fit = train.fit

    def watched(*args: object, among: np.ndarray, **options: object) -> train.Fitted:
        learned.append(among)
        return fit(*args, among=among, **options)

    monkeypatch.setattr(train, "fit", watched)
    run_id = run_store.create(SMALL, name="run")
    task = CheckLabels(subject=run_id, folds=2)

    worker.perform(task.create(run_store, name="check"))

    found = label_check.find(run_store, run_id)
    assert found is not None
    assert found[0] == task
    said = label_check.read(run_store, run_id, found[1], split=small_mnist.train)
    assert (said.shape, said.dtype) == ((600, 10), np.float32)
    np.testing.assert_allclose(said.sum(axis=1), 1, atol=1e-5)
    assert np.sort(np.concatenate(learned)).tolist() == list(range(600))
    # Far better than chance, on images that were not learned.
    assert (said.argmax(axis=1) == small_mnist.train.labels).mean() > 0.4


def test_other_images_than_those_that_were_checked_are_noticed(
    run_store: RunStore, small_mnist: Dataset, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(label_check, "_fit", lambda *_: None)
    monkeypatch.setattr(
        label_check,
        "_predict",
        lambda _, __, part: [(part, np.full((len(part), 10), 0.1, np.float32))],
    )
    run_id = run_store.create(SMALL, name="run")
    worker.perform(CheckLabels(subject=run_id).create(run_store, name="check"))
    found = label_check.find(run_store, run_id)
    assert found is not None

    with pytest.raises(ArtifactError, match=r"about other images\. Check them"):
        label_check.read(run_store, run_id, found[1], split=small_mnist.test)


def test_an_ensemble_is_refused_in_words(
    run_store: RunStore, small_mnist: Dataset
) -> None:
    """It has no recipe that could be trained without some of the images."""
    assert small_mnist
    config = EnsembleConfig(members=(SMALL.network, SMALL.network))
    run_id = run_store.create(config, name="both", members=("1", "2"))
    job_id = CheckLabels(subject=run_id).create(run_store, name="check")

    worker.perform(job_id)

    job = run_store.job(job_id)
    assert job.status is RunStatus.FAILED
    assert job.reason.startswith("Expected a run that learned by one recipe, got both")


def test_it_can_be_stopped_between_two_chunks(
    run_store: RunStore, small_mnist: Dataset
) -> None:
    """A training that is stopped by itself would go on to the next fold."""
    assert small_mnist
    run_id = run_store.create(SMALL, name="run")
    job_id = CheckLabels(subject=run_id).create(run_store, name="check")

    def stop(_report: Progress | object) -> None:
        run_store.request_stop(job_id)

    worker.perform(job_id, on_report=stop)

    assert run_store.job(job_id).status is RunStatus.STOPPED
    assert label_check.find(run_store, run_id) is None


def test_validation_images_are_held_out_only_where_something_depends_on_them(
    run_store: RunStore,
) -> None:
    """More images to learn from is all that they can do otherwise."""
    task = CheckLabels(subject="x", epochs=7)
    config = replace(SMALL, validation_fraction=0.2)
    recipes = [
        task.recipe(run_store.get(run_store.create(each, name="run")))
        for each in (config, replace(config, patience=3))
    ]

    assert [each.validation_fraction for each in recipes] == [0.0, 0.2]
    assert [each.epochs for each in recipes] == [7, 7]
