"""The training loop: epochs of chunks, reported, stopped and resumed."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.config import TrainingConfig
from core.config.schedules import learning_rates
from core.datasets import batch_order
from core.datasets.store import Split
from core.errors import DivergedError, TrainingStopped
from core.records import History, Progress
from core.runs.checkpoint import Checkpoint
from core.runs.training_state import BatchMetrics
from core.training.dead_units import share_of_dead_units
from core.training.engine import EVALUATION_BATCH, Engine
from core.training.prefetch import Chunk, Prefetcher
from core.types import ByteImages, Indices, Labels

Report = Callable[[Progress], None]
AskPinned = Callable[[], ByteImages | None]
"""Gives the drawing that is pinned to the training, uint8 of shape (height, width)."""

OfferCheckpoint = Callable[[Callable[[], Checkpoint]], None]
"""Takes what makes a checkpoint, which costs time only if it is wanted."""

Weights = tuple[NDArray[Any], ...]

NUM_PROBED: Final = 500
"""So many training images show which units are dead, and whether a step diverged."""

VALIDATION_PART: Final = 10 * EVALUATION_BATCH


@dataclass(kw_only=True)
class Loop:
    """A training that is going on.

    Attributes:
        engine: What learns; its weights are those to start from.
        config: How to learn.
        report: Told after each chunk; `TrainingStopped` from it ends the training.
        offer_checkpoint: Called after each chunk but the last with what makes a
            checkpoint.
        fingerprint: Of the data set.
        split: All training images.
        learned: Which of them to learn from.
        held_out: Which of them to validate with.
        ask_pinned: Asked after each epoch for the drawing to ask the network about.
        num_steps: Steps of the optimizer made so far.
        history: Scores of the epochs finished so far.
        chunk_metrics: What the chunks of the epoch under way added up to.
        best: Weights of the best epoch so far, or empty.
        val_predicted: Predicted classes of the held-out images, uint8 of shape (n,),
            after each of the epochs that are known.
        is_stopped: Whether it was ended before its last chunk on request.
        is_out_of_patience: Whether its validation score got no better for too long.
        seconds: Time it took, with that of a training that it resumed.
    """

    engine: Engine
    config: TrainingConfig
    report: Report
    offer_checkpoint: OfferCheckpoint
    fingerprint: str
    split: Split
    learned: Indices
    held_out: Indices
    ask_pinned: AskPinned = lambda: None
    num_steps: int = 0
    history: History = field(default_factory=History)
    chunk_metrics: tuple[BatchMetrics, ...] = ()
    best: Weights = ()
    val_predicted: tuple[Labels, ...] = ()
    is_stopped: bool = False
    is_out_of_patience: bool = False
    seconds: float = 0.0
    _started: float = field(default_factory=time.perf_counter)
    _first_chunk_seconds: float = 0.0
    _images_of_first_chunk: int = 0
    _epochs_before: int = 0
    _seconds_before: float = 0.0

    def resume(self, checkpoint: Checkpoint) -> None:
        """Go on where a training with the same configuration stood.

        Args:
            checkpoint: Of a training that may have had fewer epochs to make.

        Raises:
            ValueError: If its arrays are not those of this network.
        """
        self.engine.restore(checkpoint.state)
        self.num_steps = checkpoint.num_steps
        self.history = checkpoint.history
        self.chunk_metrics = checkpoint.chunk_metrics
        self.best = checkpoint.best
        self.val_predicted = tuple(checkpoint.val_predicted)
        self._epochs_before = self.history.num_epochs
        self._seconds_before = checkpoint.seconds

    def run(self) -> None:
        """Learn all epochs that are left, until the end, a stop, or no patience."""
        self._started = time.perf_counter()
        try:
            num_images = len(self.learned)
            with Prefetcher(
                self.split, self.config, num_images=num_images
            ) as prefetcher:
                for positions, rates in self._epochs():
                    indices, before = self.learned[positions], self._images_done
                    self._epoch(prefetcher.chunks(indices, rates, before=before))
                    if self.is_out_of_patience:
                        break
        except TrainingStopped:
            self.is_stopped = True
        self.seconds = self._seconds_before + self._seconds_so_far

    def checkpoint(self) -> Checkpoint:
        """Return where the training stands."""
        return Checkpoint(
            fingerprint=self.fingerprint,
            num_steps=self.num_steps,
            epochs_done=self._epochs_done,
            seconds=self._seconds_before + self._seconds_so_far,
            history=self.history,
            chunk_metrics=self.chunk_metrics,
            state=self.engine.state(),
            best=self.best,
            val_predicted=self.val_predicted,
        )

    def result(self) -> Weights:
        """Return the weights that the training leaves.

        They are those of the best epoch if there is one and it was asked for,
        by patience or by a stop; or else the latest.
        """
        return self.best if self._keeps_best else self._weights()

    @property
    def kept_epoch(self) -> int:
        """The epoch (from 1) of the weights that the training leaves; 0 if none."""
        if self._keeps_best:
            return self.history.best_epoch_by(self.config.monitor)
        return self.history.num_epochs

    @property
    def _keeps_best(self) -> bool:
        return bool(self.best and (self.config.patience or self.is_stopped))

    @property
    def _images_done(self) -> int:
        return self.num_steps * self.config.batch_size

    @property
    def _images_to_do(self) -> int:
        """Count the images of all epochs, but those that fill no last batch."""
        total = self.config.epochs * len(self.learned)
        return total - total % self.config.batch_size

    @property
    def _epochs_done(self) -> float:
        return self._images_done / self._images_to_do * self.config.epochs

    @property
    def _seconds_so_far(self) -> float:
        return time.perf_counter() - self._started

    def _epochs(self) -> Iterator[tuple[Indices, NDArray[np.float32]]]:
        """Give the images and the learning rates of what is left of each epoch."""
        config, num_images = self.config, len(self.learned)
        num_steps = num_images * config.epochs // config.batch_size
        sizes = {"batch_size": config.batch_size, "num_epochs": config.epochs}
        starts = batch_order.epoch_starts(num_images, **sizes)
        epoch_rates = np.split(learning_rates(config, num_steps=num_steps), starts)
        stream = batch_order.shuffled_stream(num_images, **sizes, seed=config.seed)
        to_skip = self.num_steps
        for positions, rates in zip(stream, epoch_rates, strict=True):
            skipped = min(to_skip, len(rates))
            to_skip -= skipped
            if skipped < len(rates):
                yield positions[skipped * config.batch_size :], rates[skipped:]

    def _epoch(self, chunks: Iterator[Chunk]) -> None:
        for chunk in chunks:
            metrics = self.engine.learn(chunk.images, chunk.labels, chunk.rates)
            self._check_loss(metrics)
            self.num_steps += len(chunk.rates)
            self.chunk_metrics += (metrics,)
            if not self._first_chunk_seconds:
                self._first_chunk_seconds = self._seconds_so_far
                self._images_of_first_chunk = self._images_done
            if chunk.ends_epoch:
                self._finish_epoch()
            self._report(metrics, chunk)
            if self._images_done < self._images_to_do:
                self.offer_checkpoint(self.checkpoint)

    def _check_loss(self, metrics: BatchMetrics) -> None:
        if math.isfinite(metrics.loss):
            return
        message = (
            f"Expected a finite loss, but it became {metrics.loss} in epoch "
            f"{self.history.num_epochs + 1}: lower the learning rate "
            f"(it was {self.config.learning_rate:g})."
        )
        raise DivergedError(message)

    def _finish_epoch(self) -> None:
        past, learned = self.history, _sum_up(self.chunk_metrics)
        history = History(
            loss=(*past.loss, learned.loss),
            accuracy=(*past.accuracy, learned.accuracy),
            dead_units=self._dead_units(),
        )
        scores, predicted = self._validate()
        self._check_loss(scores)
        if len(self.held_out):
            history = replace(
                history,
                val_loss=(*past.val_loss, scores.loss),
                val_accuracy=(*past.val_accuracy, scores.accuracy),
            )
        self.history, self.chunk_metrics = history, ()
        if len(self.held_out):
            self.val_predicted += (predicted,)
            self._update_best()

    def _dead_units(self) -> tuple[float, ...]:
        probed = self.split.images[self.learned[:NUM_PROBED]]
        share = share_of_dead_units(self.engine.model, probed)
        if share is None:
            return ()
        past = self.history
        unknown = past.num_epochs - len(past.dead_units)
        return (*past.dead_units, *[math.nan] * unknown, share)

    def _update_best(self) -> None:
        """Remember the weights of the best epoch, and see whether it was long ago."""
        now = self.history.num_epochs
        best = self.history.best_epoch_by(self.config.monitor)
        if best == now:
            self.best = self._weights()
        waited = now - max(best, self._epochs_before)
        self.is_out_of_patience = 0 < self.config.patience <= waited

    def _weights(self) -> Weights:
        with self.engine.averaged():
            return tuple(self.engine.model.get_weights())

    def _validate(self) -> tuple[BatchMetrics, Labels]:
        """Measure on the held-out images, which are read a part at a time.

        Without any, some training images show whether the last step diverged.
        """
        images, labels = self.split.images, self.split.labels
        scored = self.held_out if len(self.held_out) else self.learned[:NUM_PROBED]
        parts = [
            scored[start : start + VALIDATION_PART]
            for start in range(0, len(scored), VALIDATION_PART)
        ]
        with self.engine.averaged():
            measured = [
                self.engine.evaluate(images[part], labels[part]) for part in parts
            ]
        return (
            _sum_up([metrics for metrics, _ in measured]),
            np.concatenate([predicted for _, predicted in measured]),
        )

    def _pinned(self) -> tuple[float, ...]:
        """Return what the network says of the pinned drawing, as if it were tested."""
        image = self.ask_pinned()
        if image is None or image.shape != self.split.images.shape[1:]:
            return ()
        with self.engine.averaged():
            return tuple(self.engine.probabilities(image[None])[0].tolist())

    def _report(self, metrics: BatchMetrics, chunk: Chunk) -> None:
        since_first = self._images_done - self._images_of_first_chunk
        seconds = self._seconds_so_far - self._first_chunk_seconds
        speed = since_first / max(seconds, 1e-9)
        left = 0 if self.is_out_of_patience else self._images_to_do - self._images_done
        self.report(
            Progress(
                epochs_done=self._epochs_done,
                num_epochs=self.config.epochs,
                chunk=chunk.number,
                num_chunks=chunk.of,
                loss=metrics.loss,
                accuracy=metrics.accuracy,
                images_per_second=speed,
                seconds_left=left / speed if speed > 0 else None,
                ends_epoch=chunk.ends_epoch,
                history=self.history,
                pinned=self._pinned() if chunk.ends_epoch else (),
            )
        )


def _sum_up(chunk_metrics: Sequence[BatchMetrics]) -> BatchMetrics:
    sizes = [each.num_images for each in chunk_metrics]
    loss = np.average([each.loss for each in chunk_metrics], weights=sizes)
    accuracy = np.average([each.accuracy for each in chunk_metrics], weights=sizes)
    return BatchMetrics(float(loss), float(accuracy), sum(sizes))
