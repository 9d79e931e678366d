"""The training loop: epochs of chunks, reported, stopped and taken up again."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Executor, ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from core.config import TrainingConfig
from core.datasets.store import Split
from core.errors import DivergedError, TrainingStopped
from core.runs.records import History, Progress
from core.training import order
from core.training.augment import Augmenter
from core.training.checkpoint import Checkpoint
from core.training.dead_units import share_of_dead_units
from core.training.engine import EVALUATION_BATCH, Engine, Tally
from core.training.schedules import learning_rates
from core.types import ByteImages, Indices, Labels

Report = Callable[[Progress], None]
Weights = tuple[NDArray[Any], ...]

NUM_PROBED: Final = 500
"""A unit that answers to none of so many images is taken for dead."""

VALIDATION_PART: Final = 10 * EVALUATION_BATCH


@dataclass(frozen=True, kw_only=True)
class _Chunk:
    """What one call of the engine learns from.

    Attributes:
        images: Changed at random, uint8 of shape (n, 28, 28).
        labels: uint8 of shape (n,).
        rates: Learning rate of each batch, float32 of shape (batches,).
        number: Its place in what is left of the epoch, from 1.
        of: How many chunks that is.
    """

    images: ByteImages
    labels: Labels
    rates: NDArray[np.float32]
    number: int
    of: int

    @property
    def ends_epoch(self) -> bool:
        """Whether it is the last one of its epoch."""
        return self.number == self.of


@dataclass(kw_only=True)
class Loop:
    """A training that is going on.

    Attributes:
        engine: What learns; its weights are those to start from.
        config: How to learn.
        report: Told after each chunk; `TrainingStopped` from it ends the training.
        split: All training images.
        learned: Which of them to learn from.
        held_out: Which of them to validate with.
        num_steps: Steps of the optimizer made so far.
        history: Scores of the epochs finished so far.
        tallies: What the chunks of the epoch under way added up to.
        best: Weights of the best epoch so far, or empty.
        is_stopped: Whether it was ended before its last chunk on request.
    """

    engine: Engine
    config: TrainingConfig
    report: Report
    split: Split
    learned: Indices
    held_out: Indices
    num_steps: int = 0
    history: History = field(default_factory=History)
    tallies: tuple[Tally, ...] = ()
    best: Weights = ()
    is_stopped: bool = False
    is_out_of_patience: bool = False
    seconds: float = 0.0
    _started: float = field(default_factory=time.perf_counter)
    _first_chunk_seconds: float = 0.0
    _images_of_first_chunk: int = 0
    _epochs_before: int = 0

    def take_up(self, checkpoint: Checkpoint) -> None:
        """Go on where a training with the same configuration stood.

        Args:
            checkpoint: Of a training that may have had fewer epochs to make.

        Raises:
            ValueError: If its arrays are not those of this network.
        """
        self.engine.restore(checkpoint.state)
        self.num_steps = checkpoint.num_steps
        self.history = checkpoint.history
        self.tallies = checkpoint.tallies
        self.best = checkpoint.best
        self._epochs_before = self.history.num_epochs

    def run(self) -> None:
        """Learn all epochs that are left, until the end, a stop, or no patience."""
        self._started = time.perf_counter()
        try:
            with ThreadPoolExecutor(max_workers=1) as helper:
                for positions, rates in self._epochs():
                    self._epoch(self._chunks(self.learned[positions], rates, helper))
                    if self.is_out_of_patience:
                        break
        except TrainingStopped:
            self.is_stopped = True
        self.seconds = self._seconds_so_far

    def checkpoint(self, fingerprint: str) -> Checkpoint:
        """Return where the training stands."""
        return Checkpoint(
            fingerprint=fingerprint,
            num_steps=self.num_steps,
            history=self.history,
            tallies=self.tallies,
            state=self.engine.state(),
            best=self.best,
        )

    def result(self) -> Weights:
        """Return the weights that the training leaves.

        They are those of the best epoch if there is one and it was asked for,
        by patience or by a stop; or else the latest.
        """
        takes_best = self.config.patience or self.is_stopped
        return self.best if takes_best and self.best else self._weights()

    @property
    def _images_done(self) -> int:
        return self.num_steps * self.config.batch_size

    @property
    def _seconds_so_far(self) -> float:
        return time.perf_counter() - self._started

    def _epochs(self) -> Iterator[tuple[Indices, NDArray[np.float32]]]:
        """Give the images and the learning rates of what is left of each epoch."""
        config, num_images = self.config, len(self.learned)
        num_steps = num_images * config.epochs // config.batch_size
        sizes = {"batch_size": config.batch_size, "num_epochs": config.epochs}
        starts = order.epoch_starts(num_images, **sizes)
        epoch_rates = np.split(learning_rates(config, num_steps=num_steps), starts)
        stream = order.shuffled_stream(num_images, **sizes, seed=config.seed)
        to_skip = self.num_steps
        for positions, rates in zip(stream, epoch_rates, strict=True):
            skipped = min(to_skip, len(rates))
            to_skip -= skipped
            if skipped < len(rates):
                yield positions[skipped * config.batch_size :], rates[skipped:]

    def _epoch(self, chunks: Iterator[_Chunk]) -> None:
        for chunk in chunks:
            tally = self.engine.learn(chunk.images, chunk.labels, chunk.rates)
            self._check_loss(tally)
            self.num_steps += len(chunk.rates)
            self.tallies += (tally,)
            if not self._first_chunk_seconds:
                self._first_chunk_seconds = self._seconds_so_far
                self._images_of_first_chunk = self._images_done
            if chunk.ends_epoch:
                self._finish_epoch()
            self._tell(tally, chunk)

    def _chunks(
        self, indices: Indices, rates: NDArray[np.float32], helper: Executor
    ) -> Iterator[_Chunk]:
        """Give one chunk after the other; each is prepared during the one before."""
        batch_size = self.config.batch_size
        size = order.batches_per_chunk(len(self.learned), batch_size=batch_size)
        augmenter = Augmenter(self.config.augmentation, seed=self.config.seed)
        before = self._images_done

        def prepare(first: int) -> _Chunk:
            start = first * batch_size
            part = indices[start : start + size * batch_size]
            return _Chunk(
                images=augmenter(self.split.images[part], position=before + start),
                labels=self.split.labels[part],
                rates=rates[first : first + size],
                number=first // size + 1,
                of=math.ceil(len(rates) / size),
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

    def _finish_epoch(self) -> None:
        past, learned = self.history, _sum_up(self.tallies)
        history = History(
            loss=(*past.loss, learned.loss),
            accuracy=(*past.accuracy, learned.accuracy),
            dead_units=self._dead_units(),
        )
        if len(self.held_out):
            scores = self._validate()
            history = replace(
                history,
                val_loss=(*past.val_loss, scores.loss),
                val_accuracy=(*past.val_accuracy, scores.accuracy),
            )
        self.history, self.tallies = history, ()
        if len(self.held_out):
            self._keep_the_best()

    def _dead_units(self) -> tuple[float, ...]:
        probed = self.split.images[self.learned[:NUM_PROBED]]
        share = share_of_dead_units(self.engine.model, probed)
        if share is None:
            return ()
        past = self.history
        unknown = past.num_epochs - len(past.dead_units)
        return (*past.dead_units, *[math.nan] * unknown, share)

    def _keep_the_best(self) -> None:
        """Keep the weights of the best epoch, and see whether it was long ago."""
        now = self.history.num_epochs
        best = self.history.best_epoch_by(self.config.monitor)
        if best == now:
            self.best = self._weights()
        waited = now - max(best, self._epochs_before)
        self.is_out_of_patience = 0 < self.config.patience <= waited

    def _weights(self) -> Weights:
        with self.engine.averaged():
            return tuple(self.engine.model.get_weights())

    def _validate(self) -> Tally:
        """Measure on the held-out images, which are read a part at a time."""
        images, labels = self.split.images, self.split.labels
        parts = [
            self.held_out[start : start + VALIDATION_PART]
            for start in range(0, len(self.held_out), VALIDATION_PART)
        ]
        with self.engine.averaged():
            return _sum_up(
                [self.engine.evaluate(images[part], labels[part]) for part in parts]
            )

    def _tell(self, tally: Tally, chunk: _Chunk) -> None:
        total = self.config.epochs * len(self.learned)
        total -= total % self.config.batch_size
        since_first = self._images_done - self._images_of_first_chunk
        seconds = self._seconds_so_far - self._first_chunk_seconds
        speed = since_first / max(seconds, 1e-9)
        left = 0 if self.is_out_of_patience else total - self._images_done
        self.report(
            Progress(
                epochs_done=self._images_done / total * self.config.epochs,
                num_epochs=self.config.epochs,
                chunk=chunk.number,
                num_chunks=chunk.of,
                loss=tally.loss,
                accuracy=tally.accuracy,
                images_per_second=speed,
                seconds_left=left / speed if speed > 0 else None,
                ends_epoch=chunk.ends_epoch,
                history=self.history,
            )
        )


def _sum_up(tallies: Sequence[Tally]) -> Tally:
    sizes = [tally.num_images for tally in tallies]
    loss = np.average([tally.loss for tally in tallies], weights=sizes)
    accuracy = np.average([tally.accuracy for tally in tallies], weights=sizes)
    return Tally(float(loss), float(accuracy), sum(sizes))
