"""What a run says about the images that it learned from."""

import numpy as np

from core.datasets.store import Dataset
from core.jobs import worker
from core.jobs.kinds.training_images import PredictTraining
from core.runs.store import RunStore
from tests.small_data import SMALL


def test_predictions_for_the_training_images_are_those_of_the_run(
    run_store: RunStore, small_mnist: Dataset
) -> None:
    """Of the images held out, the run itself says the same."""
    worker.perform(run_id := run_store.create(SMALL, name="run"))
    task = PredictTraining(subject=run_id)

    worker.perform(task.create(run_store, name="training images"))

    made = run_store.attachment(run_id, task.kind, key=task.key)
    assert made is not None
    found = run_store.arrays(run_id, made)
    said = run_store.validation(run_id)
    assert said is not None
    assert found["features"].shape == (len(small_mnist.train.labels), 32)
    np.testing.assert_allclose(
        found["probabilities"][said.indices], said.probabilities, atol=1e-5
    )
