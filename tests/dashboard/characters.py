"""A data set of 62 characters in images that are no squares, and a run of it."""

from pathlib import Path

import numpy as np

from core.config import TrainingConfig
from core.datasets import store as datasets
from core.datasets.arrays import Dataset
from core.datasets.spec import DatasetSpec
from core.predictions import Predictions
from core.records import RunScores
from core.runs.store import RunStore
from tests import small_data

CLASSES = (
    *"0123456789",
    *"ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    *"abcdefghijklmnopqrstuvwxyz",
)
PER_CLASS = 20


def make_dataset(
    classes: tuple[str, ...] = CLASSES, *, shape: tuple[int, int] = (20, 16)
) -> Dataset:
    """Write a data set of noise to the home, 20 test images of each class."""
    generator = np.random.default_rng(0)
    spec = DatasetSpec(
        name="characters",
        title="Characters",
        classes=classes,
        image_shape=shape,
        ink_style="emnist",
        num_train=1,
        num_test=1,
        licence="mine",
    )
    labels = np.arange(PER_CLASS * len(classes), dtype=np.int64) % len(classes)
    with datasets.create(spec) as draft:
        for part in ("train", "test"):
            images = generator.integers(0, 256, (len(labels), *shape), dtype=np.uint8)
            draft.content.append(part, images, labels.astype(np.uint8))
    return datasets.load(spec.name)


def made_up(dataset: Dataset) -> Predictions:
    """Make predictions: of class i, 1 of 20 is taken for i + 1, O mostly for 0."""
    labels = np.array(dataset.test.labels)
    num_classes = len(dataset.spec.classes)
    said = labels.astype(np.int64)
    said[:num_classes] = (said[:num_classes] + 1) % num_classes
    if "O" in dataset.spec.classes:
        capital = np.flatnonzero(labels == dataset.spec.classes.index("O"))
        said[capital[:12]] = 0
    sure = np.linspace(0.6, 0.9, len(labels), dtype=np.float32)
    rest = (1 - sure)[:, np.newaxis] / np.float32(num_classes - 1)
    probabilities = np.repeat(rest, num_classes, axis=1)
    probabilities[np.arange(len(labels)), said] = sure
    return Predictions(
        labels=labels,
        probabilities=probabilities,
        features=np.zeros((len(labels), 1), np.float32),
    )


def make_run(store: RunStore, dataset: Dataset, folder: Path) -> str:
    """Put a finished run of a data set into a store; it has no model."""
    predictions = made_up(dataset)
    small_data.write_predictions(folder, predictions)
    run_id = store.create(TrainingConfig(dataset=dataset.spec.name), name="chars")
    store.start(run_id)
    store.log(run_id, [small_data.progress(10.0)])
    scores = RunScores(
        test_accuracy=0.94, test_size=len(predictions.labels), train_seconds=3.2
    )
    store.save_results(run_id, scores=scores, files=folder)
    store.finish(run_id)
    return run_id
