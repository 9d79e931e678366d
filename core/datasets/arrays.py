"""The four arrays of a data set: mapped from `.npy` files, and written to them.

All processes that map them share the same memory. Anybody can open them with NumPy.
"""

import errno
import hashlib
import io
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self, get_args

import numpy as np
from numpy.typing import NDArray

from core.datasets.spec import DatasetSpec
from core.types import ByteImages, Labels, SplitName

PARTS: Final[tuple[SplitName, ...]] = get_args(SplitName)

_HASH_BYTES: Final = 1 << 24


@dataclass(frozen=True, eq=False)
class Split:
    """Images and what they show, mapped from disk and read-only.

    Attributes:
        images: uint8 of shape (n, height, width), upright, 0 for paper and 255 for
            full ink.
        labels: Class of each image, uint8 of shape (n,).
    """

    images: ByteImages
    labels: Labels


@dataclass(frozen=True)
class Dataset:
    """A data set that is ready to use. Two are equal if spec and fingerprint are.

    Attributes:
        spec: Its description.
        train: Images to learn and validate with.
        test: Images that are looked at once, at the end.
        fingerprint: SHA-256 of the decoded arrays, 64 hexadecimal digits: the
            key for whatever is computed from them.
    """

    spec: DatasetSpec
    train: Split = field(compare=False)
    test: Split = field(compare=False)
    fingerprint: str

    def part(self, name: SplitName) -> Split:
        """Return its training or its test images."""
        return self.train if name == "train" else self.test


def open_folder(folder: Path, spec: DatasetSpec, *, fingerprint: str) -> Dataset:
    """Map the arrays in a folder.

    Raises:
        OSError: If a file is missing or cannot be read.
        ValueError: If one has another shape or length than the description says.
        MemoryError: If there is no memory for it.
    """
    try:
        mapped = {
            name: _map(folder / f"{name}.npy", shape)
            for name, shape in _shapes(spec).items()
        }
    except OSError as error:
        # The files are not to blame, and must not be thrown away for it.
        if error.errno == errno.ENOMEM:
            raise MemoryError(str(error)) from error
        raise
    return Dataset(
        spec=spec,
        train=Split(mapped["train_images"], mapped["train_labels"]),
        test=Split(mapped["test_images"], mapped["test_labels"]),
        fingerprint=fingerprint,
    )


def in_memory(spec: DatasetSpec, decoded: Mapping[str, NDArray[np.uint8]]) -> Dataset:
    """Return arrays as a data set, for homes that cannot be written.

    Args:
        spec: Its description.
        decoded: The four arrays by name; they are read-only from then on.
    """
    for array in decoded.values():
        array.setflags(write=False)
    return Dataset(
        spec=spec,
        train=Split(decoded["train_images"], decoded["train_labels"]),
        test=Split(decoded["test_images"], decoded["test_labels"]),
        fingerprint=fingerprint_of(decoded),
    )


def fingerprint_of(arrays: Mapping[str, NDArray[np.uint8]]) -> str:
    """Return the SHA-256 of arrays and their names, in the order of the mapping."""
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(f"{name}{array.shape}".encode())
        flat = array.reshape(-1)
        for start in range(0, len(flat), _HASH_BYTES):
            digest.update(flat[start : start + _HASH_BYTES].data)
    return digest.hexdigest()


def fingerprint(dataset: Dataset) -> str:
    """Return the SHA-256 of the arrays of a data set as they are now."""
    return fingerprint_of(_named(dataset))


def write_array(path: Path, array: NDArray[np.uint8]) -> None:
    """Write an array as an `.npy` file."""
    with path.open("wb") as stream:
        stream.write(npy_start(array.shape))
        stream.write(np.ascontiguousarray(array).data)


class ArrayFolder:
    """A folder whose arrays are written piece by piece, with bounded memory.

    Args:
        folder: An empty folder.
        image_shape: Height and width of the images, in pixels.
    """

    def __init__(self, folder: Path, image_shape: tuple[int, int]) -> None:
        self._folder = folder
        self._image_shape = image_shape
        self._sizes = dict.fromkeys(PARTS, 0)
        self._open_files = ExitStack()
        self._streams = {
            name: self._open_files.enter_context((folder / f"{name}.npy").open("wb"))
            for name in _names()
        }
        for name, stream in self._streams.items():
            stream.write(npy_start(self._shape(name)))

    def __enter__(self) -> Self:
        """Return itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Write how many images there are, and close the files."""
        with self._open_files:
            for name, stream in self._streams.items():
                if kind is None:
                    stream.seek(0)
                    stream.write(npy_start(self._shape(name)))

    @property
    def sizes(self) -> Mapping[SplitName, int]:
        """How many images there are so far."""
        return self._sizes

    def append(self, part: SplitName, images: ByteImages, labels: Labels) -> None:
        """Add images to a part.

        Args:
            part: Which one.
            images: uint8 of shape (n, height, width), upright, 255 for full ink.
            labels: Their classes, uint8 of shape (n,).
        """
        self._streams[f"{part}_images"].write(np.ascontiguousarray(images).data)
        self._streams[f"{part}_labels"].write(np.ascontiguousarray(labels).data)
        self._sizes[part] += len(labels)

    def _shape(self, name: str) -> tuple[int, ...]:
        part: SplitName = "train" if name.startswith("train") else "test"
        side = self._image_shape if name.endswith("images") else ()
        return (self._sizes[part], *side)


def _names() -> Iterable[str]:
    return [f"{part}_{kind}" for part in PARTS for kind in ("images", "labels")]


def _named(dataset: Dataset) -> dict[str, NDArray[np.uint8]]:
    return {name: getattr(getattr(dataset, name[:-7]), name[-6:]) for name in _names()}


def _shapes(spec: DatasetSpec) -> dict[str, tuple[int, ...]]:
    """Return the shape of every array, by name and in a fixed order."""
    return {
        "train_images": (spec.num_train, *spec.image_shape),
        "train_labels": (spec.num_train,),
        "test_images": (spec.num_test, *spec.image_shape),
        "test_labels": (spec.num_test,),
    }


def npy_start(shape: tuple[int, ...]) -> bytes:
    """Return the bytes with which the .npy file of an array of bytes starts."""
    start = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(start, header)
    return start.getvalue()


def _map(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    expected = npy_start(shape)
    with path.open("rb") as stream:
        start = stream.read(len(expected))
    size = len(expected) + int(np.prod(shape))
    if start != expected or path.stat().st_size != size:
        message = f"Expected {path} of {size} bytes and shape {shape}. Decode it again."
        raise ValueError(message)
    array: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return array
