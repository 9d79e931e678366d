"""EMNIST's files with as many images as one likes, made of those that there are.

Each copy of the images is shifted by another offset, so that no two are the same:
EMNIST leaves two pixels free on each side, so nothing is cut off.
"""

import gzip
import itertools
import math
from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from core.datasets.emnist import SPLITS
from core.types import ByteImages, Labels

OFFSETS = sorted(
    itertools.product(range(-2, 3), repeat=2),
    key=lambda offset: (offset[0] ** 2 + offset[1] ** 2, offset),
)
"""The nearest first."""


def write(source: Path, target: Path, split: str, sizes: dict[str, int]) -> None:
    """Write the four files of a split in the official form.

    Args:
        source: Folder with the files of the split.
        target: An existing folder.
        split: Name of the split, such as "byclass".
        sizes: How many images "train" and "test" shall have.

    Raises:
        ValueError: If there are too few images for different offsets.
    """
    emnist = SPLITS[split]
    for part, size in sizes.items():
        name = emnist.idx_file(part, "labels")
        labels = _read(source / name, header=8)
        num_copies = math.ceil(size / len(labels))
        if num_copies > len(OFFSETS):
            least = math.ceil(size / len(OFFSETS))
            message = f"Expected at least {least:,} images, got {len(labels):,}."
            raise ValueError(message)
        _write(target / name, [np.tile(labels, num_copies)[:size]], (size,))
        name = emnist.idx_file(part, "images")
        images = _read(source / name, header=16).reshape(-1, 28, 28)
        _write(target / name, _shifted(images, size), (size, 28, 28))


def _shifted(images: ByteImages, size: int) -> Iterator[ByteImages]:
    for number, offset in enumerate(OFFSETS):
        count = min(size - number * len(images), len(images))
        if count <= 0:
            return
        yield np.roll(images[:count], offset, axis=(1, 2))


def _read(path: Path, *, header: int) -> Labels:
    return np.frombuffer(gzip.decompress(path.read_bytes()), np.uint8, offset=header)


def _write(
    path: Path, pieces: Iterable[ByteImages | Labels], shape: tuple[int, ...]
) -> None:
    """Write an IDX file of unsigned bytes."""
    start = bytes((0, 0, 8, len(shape))) + np.array(shape, ">u4").tobytes()
    with gzip.open(path, "wb", compresslevel=1) as file:
        file.write(start)
        for piece in pieces:
            file.write(np.ascontiguousarray(piece))
