"""The one function that trains.

It knows neither screen nor queue: it takes a data set and a configuration and
reports after each chunk. The test images are looked at once, at the end.
"""

import functools
import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace

import keras
import numpy as np
from numpy.typing import NDArray

from core.config import MlpConfig, TrainingConfig
from core.datasets.splits import stratified_split
from core.datasets.store import Dataset, Split
from core.errors import ConfigError, DivergedError
from core.models import architectures
from core.runs.records import History, Predictions, Progress
from core.training import order
from core.training.engine import EVALUATION_BATCH, Engine, Tally, scaled
from core.training.schedules import learning_rates
from core.types import Indices

Report = Callable[[Progress], None]


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What a training made.

    Attributes:
        model: The trained network.
        history: Scores by epoch.
        predictions: What the model says about the test images.
        seconds: Time of the training loop, with compilation.
    """

    model: keras.Model
    history: History
    predictions: Predictions
    seconds: float


def train(
    dataset: Dataset, config: TrainingConfig, report: Report = lambda _: None
) -> Trained:
    """Train a network from fresh weights.

    The same configuration, data and machine give the same weights.

    Args:
        dataset: What to learn from and to be tested on.
        config: How.
        report: Called after each chunk, at least four times an epoch; it may
            raise, for example `TrainingStopped`, to end the training.

    Raises:
        ConfigError: If a batch is larger than the images to learn from.
        DivergedError: If the loss stops being a finite number.
    """
    learned, held_out = _split(dataset, config)
    engine = _engine_for(dataset, config, num_images=len(learned))
    engine.reset(seed=config.seed)
    loop = _Loop(
        engine=engine,
        config=config,
        report=report,
        images=dataset.train,
        learned=learned,
        validation=_subset(dataset.train, held_out),
    )
    history = loop.run()
    seconds = loop.seconds
    num_classes = len(dataset.spec.classes)
    model = architectures.build(config.network, num_classes=num_classes)
    model.set_weights(engine.model.get_weights())
    predictions = predict(model, dataset.test)
    return Trained(
        model=model, history=history, predictions=predictions, seconds=seconds
    )


def prepare(dataset: Dataset, config: TrainingConfig) -> None:
    """Compile what a training with this configuration will need, and keep it.

    Args:
        dataset: What will be learned from.
        config: How.

    Raises:
        ConfigError: If a batch is larger than the images to learn from.
    """
    learned, _ = _split(dataset, config)
    _engine_for(dataset, config, num_images=len(learned)).compile()


def predict(model: keras.Model, split: Split) -> Predictions:
    """Ask a model about every image of a split.

    Args:
        model: A model made by `architectures.build`.
        split: The images and their true classes.
    """
    both = architectures.with_features(model)
    parts = [
        both(scaled(split.images[start : start + EVALUATION_BATCH]), training=False)
        for start in range(0, len(split.labels), EVALUATION_BATCH)
    ]
    return Predictions(
        labels=np.array(split.labels),
        probabilities=np.concatenate([np.asarray(part[0]) for part in parts]),
        features=np.concatenate([np.asarray(part[1]) for part in parts]),
    )


def _split(dataset: Dataset, config: TrainingConfig) -> tuple[Indices, Indices]:
    learned, held_out = stratified_split(
        dataset.train.labels, fraction=config.validation_fraction, seed=config.seed
    )
    if config.batch_size > len(learned):
        message = (
            f"Expected a batch of at most the {len(learned):,} images to learn from, "
            f"got a batch size of {config.batch_size:,}. Choose a smaller one."
        )
        raise ConfigError(message)
    return learned, held_out


def _engine_for(dataset: Dataset, config: TrainingConfig, *, num_images: int) -> Engine:
    return _engine(
        config.network,
        len(dataset.spec.classes),
        config.batch_size,
        order.batches_per_chunk(num_images, batch_size=config.batch_size),
    )


@functools.lru_cache(maxsize=4)
def _engine(
    network: MlpConfig, num_classes: int, batch_size: int, chunk_batches: int
) -> Engine:
    """Keep what was compiled, so a second run of the same shape starts at once."""
    return Engine(
        architectures.build(network, num_classes=num_classes),
        keras.optimizers.Adam(),
        batch_size=batch_size,
        chunk_batches=chunk_batches,
    )


@dataclass(kw_only=True)
class _Loop:
    """The state of a training that is going on."""

    engine: Engine
    config: TrainingConfig
    report: Report
    images: Split
    learned: Indices
    validation: Split
    started: float = field(default_factory=time.perf_counter)
    first_chunk_seconds: float = 0.0
    images_done: int = 0
    history: History = field(default_factory=History)

    @property
    def seconds(self) -> float:
        return time.perf_counter() - self.started

    def run(self) -> History:
        """Learn all epochs and return their scores."""
        config, num_images = self.config, len(self.learned)
        num_steps = num_images * config.epochs // config.batch_size
        sizes = {"batch_size": config.batch_size, "num_epochs": config.epochs}
        rates = np.split(
            learning_rates(config, num_steps=num_steps),
            order.epoch_starts(num_images, **sizes),
        )
        stream = order.shuffled_stream(num_images, **sizes, seed=config.seed)
        for positions, epoch_rates in zip(stream, rates, strict=True):
            self._epoch(self.learned[positions], epoch_rates)
        return self.history

    def _epoch(self, indices: Indices, rates: NDArray[np.float32]) -> None:
        batch_size = self.config.batch_size
        chunk = order.batches_per_chunk(len(self.learned), batch_size=batch_size)
        tallies: list[Tally] = []
        for first in range(0, len(rates), chunk):
            part = indices[first * batch_size : (first + chunk) * batch_size]
            tally = self.engine.learn(
                self.images.images[part],
                self.images.labels[part],
                rates[first : first + chunk],
            )
            tallies.append(tally)
            self._check_loss(tally)
            self._count(tally)
            if first + chunk < len(rates):
                self._tell(tally, ends_epoch=False)
        self._finish_epoch(tallies)
        self._tell(tallies[-1], ends_epoch=True)

    def _check_loss(self, tally: Tally) -> None:
        if math.isfinite(tally.loss):
            return
        message = (
            f"Expected a finite loss, but it became {tally.loss} in epoch "
            f"{self.history.num_epochs + 1}: lower the learning rate "
            f"(it was {self.config.learning_rate:g})."
        )
        raise DivergedError(message)

    def _count(self, tally: Tally) -> None:
        self.images_done += tally.num_images
        if not self.first_chunk_seconds:
            self.first_chunk_seconds = self.seconds

    def _finish_epoch(self, tallies: list[Tally]) -> None:
        weights = [tally.num_images for tally in tallies]
        loss = np.average([tally.loss for tally in tallies], weights=weights)
        accuracy = np.average([tally.accuracy for tally in tallies], weights=weights)
        past = self.history
        history = History(
            loss=(*past.loss, float(loss)),
            accuracy=(*past.accuracy, float(accuracy)),
        )
        if len(self.validation.labels):
            scores = self.engine.evaluate(
                self.validation.images, self.validation.labels
            )
            history = replace(
                history,
                val_loss=(*past.val_loss, scores.loss),
                val_accuracy=(*past.val_accuracy, scores.accuracy),
            )
        self.history = history

    def _tell(self, tally: Tally, *, ends_epoch: bool) -> None:
        total = self.config.epochs * len(self.learned)
        total -= total % self.config.batch_size
        share = self.images_done / total
        seconds_after_first = self.seconds - self.first_chunk_seconds
        chunk_images = self.engine.chunk_images
        speed = (self.images_done - chunk_images) / max(seconds_after_first, 1e-9)
        self.report(
            Progress(
                epochs_done=share * self.config.epochs,
                num_epochs=self.config.epochs,
                loss=tally.loss,
                accuracy=tally.accuracy,
                images_per_second=max(speed, 0.0),
                seconds_left=(total - self.images_done) / speed if speed > 0 else None,
                ends_epoch=ends_epoch,
                history=self.history,
            )
        )


def _subset(split: Split, indices: Indices) -> Split:
    return Split(images=split.images[indices], labels=split.labels[indices])
