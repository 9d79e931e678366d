"""The one function that trains.

It knows neither screen nor queue: it takes a data set and a configuration and
reports after each chunk. The test images are looked at once, at the end.
"""

import functools
import math
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Final

import keras
import numpy as np
from numpy.typing import NDArray

from core.config import TrainingConfig, trainable
from core.datasets.splits import stratified_split
from core.datasets.store import Dataset, Split
from core.errors import ConfigError, DivergedError
from core.models import architectures
from core.runs.records import History, Predictions, Progress
from core.training import order
from core.training.augment import Augmenter
from core.training.engine import (
    EVALUATION_BATCH,
    Compiler,
    Engine,
    Tally,
    compiler_for,
    scaled,
)
from core.training.optimizers import optimizer_of
from core.training.schedules import learning_rates
from core.types import ByteImages, Indices, Labels

Report = Callable[[Progress], None]
Weights = list[NDArray[np.float32]]

NUM_ENGINES: Final = 6
VALIDATION_PART: Final = 10 * EVALUATION_BATCH


@dataclass(frozen=True, kw_only=True)
class Trained:
    """What a training made.

    Attributes:
        model: The trained network.
        history: Scores by epoch.
        predictions: What the model says about the test images.
        seconds: Time of the training loop, with compilation.
        compiler: What compiled the training loop.
    """

    model: keras.Model
    history: History
    predictions: Predictions
    seconds: float
    compiler: Compiler


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
        ConfigError: If a batch is larger than the images to learn from, or if the
            network is an ensemble, which is made of trained runs.
        DivergedError: If the loss stops being a finite number.
    """
    trainable(config.network)
    learned, held_out = _split(dataset, config)
    engine = _engine_for(dataset, config, num_images=len(learned))
    engine.reset(seed=config.seed)
    augmenter = Augmenter(config.augmentation, seed=config.seed)
    loop = _Loop(
        engine=engine,
        augmenter=augmenter,
        config=config,
        report=report,
        images=dataset.train,
        learned=learned,
        held_out=held_out,
    )
    history = loop.run()
    seconds = loop.seconds
    num_classes = len(dataset.spec.classes)
    model = architectures.build(config.network, num_classes=num_classes)
    model.set_weights(loop.result())
    return Trained(
        model=model,
        history=history,
        predictions=predict(model, dataset.test),
        seconds=seconds,
        compiler=compiler_for(config.network),
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
    Augmenter(config.augmentation, seed=config.seed)(dataset.train.images[:1])


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
    # What is not compiled in must not be part of the key.
    compiled = TrainingConfig(
        network=config.network,
        batch_size=config.batch_size,
        optimizer=config.optimizer,
        weight_decay=config.weight_decay,
        label_smoothing=config.label_smoothing,
        gradient_clip=config.gradient_clip,
        weight_average=config.weight_average,
    )
    num_batches = order.batches_per_chunk(num_images, batch_size=config.batch_size)
    return _engine(compiled, len(dataset.spec.classes), num_batches)


@functools.lru_cache(maxsize=NUM_ENGINES)
def _engine(config: TrainingConfig, num_classes: int, chunk_batches: int) -> Engine:
    """Keep what was compiled, so a second run of the same shape starts at once."""
    return Engine(
        architectures.build(config.network, num_classes=num_classes),
        optimizer_of(config),
        config,
        chunk_batches=chunk_batches,
        compiler=compiler_for(config.network),
    )


@dataclass(frozen=True, kw_only=True)
class _Chunk:
    """What one call of the engine learns from."""

    images: ByteImages
    labels: Labels
    rates: NDArray[np.float32]
    ends_epoch: bool


@dataclass(kw_only=True)
class _Loop:
    """The state of a training that is going on."""

    engine: Engine
    augmenter: Augmenter
    config: TrainingConfig
    report: Report
    images: Split
    learned: Indices
    held_out: Indices
    started: float = field(default_factory=time.perf_counter)
    first_chunk_seconds: float = 0.0
    images_done: int = 0
    history: History = field(default_factory=History)
    best: Weights | None = None
    is_out_of_patience: bool = False

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
        with ThreadPoolExecutor(max_workers=1) as helper:
            for positions, epoch_rates in zip(stream, rates, strict=True):
                self._epoch(self._chunks(self.learned[positions], epoch_rates, helper))
                if self.is_out_of_patience:
                    break
        return self.history

    def result(self) -> Weights:
        """Return the weights of the best epoch if that was asked for, or the last."""
        return self.best if self.best is not None else self._weights()

    def _weights(self) -> Weights:
        with self.engine.averaged():
            weights: Weights = self.engine.model.get_weights()
        return weights

    def _lose_patience(self) -> None:
        """Keep the weights of the best epoch, and see whether it was long ago."""
        if not self.config.patience:
            return
        best = self.history.best_epoch_by(self.config.monitor)
        if best == self.history.num_epochs:
            self.best = self._weights()
        self.is_out_of_patience = self.history.num_epochs - best >= self.config.patience

    def _epoch(self, chunks: Iterator[_Chunk]) -> None:
        tallies: list[Tally] = []
        for chunk in chunks:
            tally = self.engine.learn(chunk.images, chunk.labels, chunk.rates)
            tallies.append(tally)
            self._check_loss(tally)
            self._count(tally)
            if not chunk.ends_epoch:
                self._tell(tally, ends_epoch=False)
        self._finish_epoch(tallies)
        self._lose_patience()
        self._tell(tallies[-1], ends_epoch=True)

    def _chunks(
        self, indices: Indices, rates: NDArray[np.float32], helper: Executor
    ) -> Iterator[_Chunk]:
        """Give one chunk after the other; each is prepared during the one before."""
        batch_size = self.config.batch_size
        size = order.batches_per_chunk(len(self.learned), batch_size=batch_size)

        def prepare(first: int) -> _Chunk:
            part = indices[first * batch_size : (first + size) * batch_size]
            return _Chunk(
                images=self.augmenter(self.images.images[part]),
                labels=self.images.labels[part],
                rates=rates[first : first + size],
                ends_epoch=first + size >= len(rates),
            )

        coming = helper.submit(prepare, 0)
        for first in range(size, len(rates), size):
            ready, coming = coming.result(), helper.submit(prepare, first)
            yield ready
        yield coming.result()

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
        past, learned = self.history, _sum_up(tallies)
        history = History(
            loss=(*past.loss, learned.loss),
            accuracy=(*past.accuracy, learned.accuracy),
        )
        if len(self.held_out):
            scores = self._validate()
            history = replace(
                history,
                val_loss=(*past.val_loss, scores.loss),
                val_accuracy=(*past.val_accuracy, scores.accuracy),
            )
        self.history = history

    def _validate(self) -> Tally:
        """Measure on the held-out images, which are read a part at a time."""
        images, labels = self.images.images, self.images.labels
        parts = [
            self.held_out[start : start + VALIDATION_PART]
            for start in range(0, len(self.held_out), VALIDATION_PART)
        ]
        with self.engine.averaged():
            return _sum_up(
                [self.engine.evaluate(images[part], labels[part]) for part in parts]
            )

    def _tell(self, tally: Tally, *, ends_epoch: bool) -> None:
        total = self.config.epochs * len(self.learned)
        total -= total % self.config.batch_size
        share = self.images_done / total
        seconds_after_first = self.seconds - self.first_chunk_seconds
        chunk_images = self.engine.chunk_images
        speed = (self.images_done - chunk_images) / max(seconds_after_first, 1e-9)
        left = 0 if self.is_out_of_patience else total - self.images_done
        self.report(
            Progress(
                epochs_done=share * self.config.epochs,
                num_epochs=self.config.epochs,
                loss=tally.loss,
                accuracy=tally.accuracy,
                images_per_second=max(speed, 0.0),
                seconds_left=left / speed if speed > 0 else None,
                ends_epoch=ends_epoch,
                history=self.history,
            )
        )


def _sum_up(tallies: list[Tally]) -> Tally:
    sizes = [tally.num_images for tally in tallies]
    loss = np.average([tally.loss for tally in tallies], weights=sizes)
    accuracy = np.average([tally.accuracy for tally in tallies], weights=sizes)
    return Tally(float(loss), float(accuracy), sum(sizes))
