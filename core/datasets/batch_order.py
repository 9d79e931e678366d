"""Which image is learned from when: a stream of shuffled passes, cut into full batches.

Each pass visits every image once. Where the last batch of a pass is not full,
its images open the next pass, so all batches have one size, nothing is
compiled twice and no image is seen less often than another; only the very
last images of the very last pass (fewer than one batch) may go unused.
"""

from collections.abc import Iterator
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.types import Indices

MAX_CHUNK_IMAGES: Final = 65_536
MIN_CHUNKS: Final = 4


def epoch_starts(
    num_images: int, *, batch_size: int, num_epochs: int
) -> NDArray[np.int64]:
    """Give the number of the batch with which each epoch but the first starts.

    Args:
        num_images: Images to learn from.
        batch_size: Images per batch, at most `num_images`.
        num_epochs: Passes to make.

    Returns:
        Batch numbers, int64 of shape (num_epochs - 1,).
    """
    return np.arange(1, num_epochs) * num_images // batch_size


def batches_per_chunk(num_images: int, *, batch_size: int) -> int:
    """Choose how many batches the compiled loop runs before it reports.

    Returns:
        So many that a chunk has at most 65,536 images (one batch at least) and
        an epoch at least four chunks (if it has four batches).
    """
    by_memory = max(1, MAX_CHUNK_IMAGES // batch_size)
    fewest, most = num_images // batch_size, -(-num_images // batch_size)
    quarter = -(-most // MIN_CHUNKS)
    if quarter > 1 and -(-fewest // quarter) < MIN_CHUNKS:
        quarter -= 1
    return min(by_memory, quarter)


def shuffled_stream(
    num_images: int, *, batch_size: int, num_epochs: int, seed: int
) -> Iterator[Indices]:
    """Give the images of each epoch in the order of learning.

    Args:
        num_images: Images to learn from.
        batch_size: Images per batch, at most `num_images`.
        num_epochs: Passes to make.
        seed: Decides the order.

    Yields:
        For each epoch the positions of its images, int64, a whole number of
        batches long.
    """
    generator = np.random.default_rng(seed)
    left_over = np.empty(0, np.int64)
    for _ in range(num_epochs):
        stream = np.concatenate([left_over, generator.permutation(num_images)])
        whole = stream.size - stream.size % batch_size
        left_over = stream[whole:]
        yield stream[:whole]
