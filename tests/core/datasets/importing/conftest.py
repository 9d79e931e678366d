"""Small data sets in the forms in which people have them."""

import gzip
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from core.datasets.importing.source import Source
from core.types import ByteImages, Labels, SplitName

Read = Callable[[Source, SplitName], tuple[ByteImages, Labels]]


@pytest.fixture
def glyphs() -> Callable[..., NDArray[np.uint8]]:
    """Make upright images: an L whose place says which image it is."""

    def make(count: int, side: int = 28) -> NDArray[np.uint8]:
        images = np.zeros((count, side, side), np.uint8)
        for number, image in enumerate(images):
            left = 2 + number % (side // 3)
            image[2 : side - 2, left] = 255
            image[side - 3, left : side - 3] = 100 + number % 100
        return images

    return make


@pytest.fixture
def write_idx() -> Callable[[Path, NDArray[np.uint8]], None]:
    """Write an array as an IDX file, gzipped if its name says so."""

    def write(path: Path, array: NDArray[np.uint8]) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        start = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
        content = start + np.ascontiguousarray(array).tobytes()
        is_packed = path.suffix == ".gz"
        path.write_bytes(gzip.compress(content, mtime=0) if is_packed else content)

    return write


@pytest.fixture
def write_emnist(
    write_idx: Callable[[Path, NDArray[np.uint8]], None],
) -> Callable[..., None]:
    """Write upright images as EMNIST lies: transposed, in its four files."""

    def write(
        folder: Path,
        split: str,
        images: NDArray[np.uint8],
        labels: NDArray[np.uint8],
        suffix: str = ".gz",
    ) -> None:
        for part in ("train", "test"):
            stem = f"emnist-{split}-{part}"
            lying = images.swapaxes(1, 2)
            write_idx(folder / f"{stem}-images-idx3-ubyte{suffix}", lying)
            write_idx(folder / f"{stem}-labels-idx1-ubyte{suffix}", labels)

    return write


@pytest.fixture
def draw() -> Callable[..., None]:
    """Save a picture of a thick L, dark on light paper, at a place of its own."""

    def save(path: Path, number: int = 0, *, mode: str = "L", side: int = 60) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        paper = np.full((side, side), 230, np.uint8)
        paper[10 : side - 10, 12 : 17 + number % 7] = 20
        paper[side - 16 : side - 10, 12 : 30 + number % 19] = 20
        picture = Image.fromarray(paper)
        if mode == "I;16":
            picture = Image.fromarray(paper.astype(np.uint16) * 257)
        elif mode != "L":
            picture = picture.convert(mode)
        picture.save(path, quality=95)

    return save


@pytest.fixture
def read() -> Read:
    """Stream a part of a source, whole."""

    def stream(source: Source, part: SplitName) -> tuple[ByteImages, Labels]:
        chunks = list(source.chunks(part))
        images, labels = zip(*chunks, strict=True)
        return np.concatenate(images), np.concatenate(labels)

    return stream
