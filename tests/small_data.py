"""Small data and values that tests of several parts build on."""

import contextlib
import gzip
import hashlib
import itertools
import resource
import shutil
import sqlite3
import struct
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from mlflow.tracking._tracking_service import utils
from numpy.typing import NDArray

from core.config import (
    Dimensions,
    MlpConfig,
    ResidualStage,
    ResNetConfig,
    TrainingConfig,
)
from core.datasets import bundled, catalog, idx
from core.datasets.data_file import DataFile
from core.datasets.spec import BundledSpec, DatasetSpec, write_spec
from core.datasets.store import Dataset, Split
from core.errors import TrainingStopped
from core.predictions import Predictions
from core.records import TRIAL, History, Progress, RunScores, TaskRecord
from core.runs import open_store
from core.runs.checkpoint import Checkpoint
from core.runs.store import RunStore
from core.runs.training_state import EngineState

NUM_TRAIN = 600
NUM_TEST = 200

SMALL = TrainingConfig(network=MlpConfig(hidden=(32,)), epochs=2, batch_size=30)
"""A training of 18 batches an epoch on `small_mnist`: quick to compile and run."""


RESIDUAL = ResNetConfig(
    stem_filters=4,
    stem_kernel=4,
    stages=(ResidualStage(filters=16, blocks=2), ResidualStage(filters=16)),
    dropout=0.2,
)
"""A small residual network: its first block changes the width, the others do not."""


def small_mnist(folder: Path) -> BundledSpec:
    """Write 600 and 200 of MNIST's test images as IDX files, and describe them."""
    full = bundled.MNIST
    images = idx.read_images(full.folder / full.test_images.name, full.image_shape)
    labels = idx.read_labels(full.folder / full.test_labels.name)
    step = len(labels) // (NUM_TRAIN + NUM_TEST)
    train = slice(0, NUM_TRAIN * step, step)
    test = slice(NUM_TRAIN * step, (NUM_TRAIN + NUM_TEST) * step, step)
    return replace(
        full,
        folder=folder,
        train_images=_write(folder / "train-images.gz", images[train]),
        train_labels=_write(folder / "train-labels.gz", labels[train]),
        test_images=_write(folder / "test-images.gz", images[test]),
        test_labels=_write(folder / "test-labels.gz", labels[test]),
        num_train=len(labels[train]),
        num_test=len(labels[test]),
    )


def dimensions(num_classes: int) -> Dimensions:
    """Tell what a data set of images like MNIST's asks of a network."""
    height, width = catalog.spec("mnist").image_shape
    return Dimensions(height=height, width=width, num_classes=num_classes)


def stripes(num_train: int, *, num_test: int = 40, num_classes: int = 4) -> Dataset:
    """Make noisy images with a bright stripe at a height that is their class."""
    generator = np.random.default_rng(0)
    spec = replace(
        catalog.spec("mnist"),
        classes=tuple("abcdefghij"[:num_classes]),
        title="Stripes",
    )

    def split(num_images: int) -> Split:
        labels = np.arange(num_images, dtype=np.uint8) % num_classes
        images = generator.integers(0, 60, (num_images, 28, 28), dtype=np.uint8)
        images[np.arange(num_images), labels * 5 + 4] = 255
        return Split(images, labels)

    return Dataset(spec, split(num_train), split(num_test), fingerprint="stripes")


def stop_after(num_reports: int) -> Callable[[Progress], None]:
    """Make a report function that stops a training after some of its chunks."""
    left = itertools.count(num_reports - 1, -1)

    def report(progress: Progress) -> None:
        if next(left) <= 0:
            raise TrainingStopped(str(progress.share))

    return report


def progress(epochs_done: float, *, history: History | None = None) -> Progress:
    """Make a report from a training of two epochs; with a history it ends an epoch."""
    return Progress(
        epochs_done=epochs_done,
        num_epochs=2,
        chunk=3,
        num_chunks=4,
        loss=2.0 - epochs_done,
        accuracy=epochs_done / 4,
        images_per_second=1000.0,
        seconds_left=3.0,
        ends_epoch=history is not None,
        history=history or History(),
    )


def predictions() -> Predictions:
    """Make what a model says about three images of two classes."""
    return Predictions(
        labels=np.array([0, 1, 1], np.uint8),
        probabilities=np.array([[0.9, 0.1], [0.2, 0.8], [0.6, 0.4]], np.float32),
        features=np.arange(12, dtype=np.float32).reshape(3, 4),
    )


def checkpoint(*, num_epochs: int) -> Checkpoint:
    """Make the state of a training that had finished some epochs, without weights."""
    return Checkpoint(
        fingerprint="stripes",
        num_steps=18 * num_epochs,
        epochs_done=float(num_epochs),
        seconds=1.0,
        history=History(loss=(0.5,) * num_epochs, accuracy=(0.8,) * num_epochs),
        chunk_metrics=(),
        state=EngineState(variables=(), optimizer=(), averages=()),
        best=(),
    )


def write_predictions(folder: Path, made: Predictions) -> None:
    """Write predictions the way a worker does."""
    folder.mkdir(exist_ok=True)
    np.savez_compressed(
        folder / "predictions.npz",
        labels=made.labels,
        probabilities=made.probabilities,
        features=made.features,
    )


def wait_until(condition: Callable[[], bool], *, seconds: float = 30.0) -> None:
    """Wait for what another process does.

    Raises:
        TimeoutError: If it does not come about in time.
    """
    deadline = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > deadline:
            message = f"Expected it to come about within {seconds} s."
            raise TimeoutError(message)
        # Each look costs the process that is waited for some of the processor.
        threading.Event().wait(0.1)


def copy_runs(source: Path, target: Path) -> None:
    """Put the runs of one home into the place of those of the home of this test."""
    target.mkdir(exist_ok=True)
    if (source / "artifacts").exists():
        shutil.copytree(source / "artifacts", target / "artifacts")
    with (
        contextlib.closing(sqlite3.connect(source / "runs.db")) as made,
        contextlib.closing(sqlite3.connect(target / "runs.db")) as database,
    ):
        # Not the file itself, because an open store would keep the old one.
        made.backup(database)
    # MLflow remembers by the id of a run where its files are.
    utils._artifact_repos_cache.clear()  # noqa: SLF001 - it has no public way
    # A store that is opened finds out where its files are.
    open_store()


@contextlib.contextmanager
def no_room(beyond: int = 0) -> Iterator[None]:
    """Let no file of this process grow beyond a size, as if the disk were full.

    Only around what is tested: pytest itself may write its report into a file.
    """
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (beyond, limits[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)


def _write(path: Path, array: NDArray[np.uint8]) -> DataFile:
    start = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    content = gzip.compress(start + array.tobytes(), compresslevel=1, mtime=0)
    path.write_bytes(content)
    return DataFile(path.name, len(content), hashlib.sha256(content).hexdigest())


def finished_trial(store: RunStore, number: int, *, files: Path) -> str:
    """Put a trial that is over into the store, the better the higher its number."""
    trial = store.create(
        TrainingConfig(),
        name=f"trial {number}",
        task=TaskRecord(kind=TRIAL),
        trial=("study", number),
    )
    store.start(trial)
    scores = RunScores(validation_accuracy=0.5 + number / 10)
    store.save_results(trial, scores=scores, files=files)
    store.finish(trial)
    return trial


def move_to_gone_dataset(store: RunStore, run_id: str) -> None:
    """Let a run have learned from a data set of ten letters that is gone."""
    spec = DatasetSpec(
        name="gone",
        title="Gone",
        classes=tuple("ABCDEFGHIJ"),
        image_shape=(28, 28),
        num_train=1,
        num_test=1,
    )
    config = store.get(run_id).config.to_json().replace('"mnist"', '"gone"')
    store.annotate(run_id, tags={"inklab.config": config})
    store.note_dataset(run_id, write_spec(spec), fingerprint="0" * 64)
