"""Small data sets in real IDX files."""

import gzip
import hashlib
import struct
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray

from core.datasets.data_file import DataFile
from core.datasets.spec import BundledSpec


@pytest.fixture
def idx_bytes() -> Callable[..., bytes]:
    """Encode an array as IDX; type and dimensions can be made to lie."""

    def encode(
        array: NDArray[np.uint8],
        *,
        type_code: int = 0x08,
        dimensions: tuple[int, ...] | None = None,
    ) -> bytes:
        shape = array.shape if dimensions is None else dimensions
        start = struct.pack(f">BBBB{len(shape)}I", 0, 0, type_code, len(shape), *shape)
        return start + array.tobytes()

    return encode


@pytest.fixture
def make_spec(
    tmp_path: Path, idx_bytes: Callable[..., bytes]
) -> Callable[..., BundledSpec]:
    """Write a data set of 12 and 6 random images of 3 classes, and describe it."""
    generator = np.random.default_rng(0)
    defaults = {
        "train_images": generator.integers(0, 256, (12, 28, 28), dtype=np.uint8),
        "train_labels": np.arange(12, dtype=np.uint8) % 3,
        "test_images": generator.integers(0, 256, (6, 28, 28), dtype=np.uint8),
        "test_labels": np.arange(6, dtype=np.uint8) % 3,
    }

    def make(**arrays: NDArray[np.uint8]) -> BundledSpec:
        folder = tmp_path / "source"
        folder.mkdir(exist_ok=True)
        described = {}
        for name, array in (defaults | arrays).items():
            content = gzip.compress(idx_bytes(array), mtime=0)
            (folder / f"{name}.gz").write_bytes(content)
            sha256 = hashlib.sha256(content).hexdigest()
            described[name] = DataFile(f"{name}.gz", len(content), sha256)
        return BundledSpec(
            name="tiny",
            title="Tiny",
            classes=("a", "b", "c"),
            image_shape=(28, 28),
            folder=folder,
            num_train=12,
            num_test=6,
            licence="none",
            citation="none",
            **described,
        )

    return make
