"""Prepare what the engine learns from next, while it still learns."""

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Self

import numpy as np
from numpy.typing import NDArray

from core.config import TrainingConfig
from core.datasets import batch_order
from core.datasets.store import Split
from core.training.augment import Augmenter
from core.types import ByteImages, Indices, Labels


@dataclass(frozen=True, kw_only=True)
class Chunk:
    """What one call of the engine learns from.

    Attributes:
        images: Changed at random, uint8 of shape (n, height, width).
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


class Prefetcher:
    """Gathers and changes images, a chunk ahead of the training.

    Use it as a context manager: it has a thread of its own.

    Args:
        split: All training images.
        config: Gives the batch size, the changes, and the seed.
        num_images: How many of the images are learned from in an epoch.
    """

    def __init__(
        self, split: Split, config: TrainingConfig, *, num_images: int
    ) -> None:
        self._split = split
        self._batch_size = config.batch_size
        self._chunk_batches = batch_order.batches_per_chunk(
            num_images, batch_size=config.batch_size
        )
        self._augmenter = Augmenter(config.augmentation, seed=config.seed)
        self._helper = ThreadPoolExecutor(max_workers=1)

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(self, *_: object) -> None:
        """Wait for what is being prepared, and end."""
        self._helper.shutdown()

    def chunks(
        self, indices: Indices, rates: NDArray[np.float32], *, before: int
    ) -> Iterator[Chunk]:
        """Give one chunk after the other; each is prepared during the one before.

        Args:
            indices: The images of what is left of an epoch, in their order, int64
                of shape (n,); n is the number of batches times the batch size.
            rates: Learning rate of each batch, float32 of shape (batches,), with at
                least one.
            before: How many images were learned from before these.

        Yields:
            The chunks.
        """
        size = self._chunk_batches

        def prepare(first: int) -> Chunk:
            start = first * self._batch_size
            part = indices[start : start + size * self._batch_size]
            images = self._split.images[part]
            return Chunk(
                images=self._augmenter(images, position=before + start),
                labels=self._split.labels[part],
                rates=rates[first : first + size],
                number=first // size + 1,
                of=math.ceil(len(rates) / size),
            )

        coming = self._helper.submit(prepare, 0)
        for first in range(size, len(rates), size):
            ready, coming = coming.result(), self._helper.submit(prepare, first)
            yield ready
        yield coming.result()
