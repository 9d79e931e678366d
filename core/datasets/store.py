"""Open a data set: decode its files once, and map the result into memory ever after.

Unpacking MNIST takes a third of a second, mapping the unpacked arrays 2 ms, and all
processes that map them share the same memory. The decoded copy is in the Inklab
home, in a folder named after what it was made from, so a changed source can never
be mistaken for an old one. It is a cache: whenever it looks damaged it is made
again. Missing, cut, lengthened and replaced files look so, single flipped bytes do not.
"""

import contextlib
import errno
import hashlib
import io
import json
import shutil
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core import files, settings
from core.datasets import catalog, idx
from core.datasets.catalog import DatasetSpec
from core.datasets.data_file import DataFile
from core.errors import DatasetFileError, HomeError
from core.types import ByteImages, Labels

# Part of the folder name: raise it when the same files are to be decoded differently.
_DECODER: Final = 1

_META: Final = "meta.json"

# Another process may replace the decoded copy between our check and our opening it.
_MAX_ATTEMPTS: Final = 3


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


def load(name: str) -> Dataset:
    """Open a data set by name.

    Args:
        name: Short name in the catalog, such as "mnist".

    Raises:
        UnknownDatasetError: If no data set has that name.
        DatasetFileError: If one of its files is missing, damaged or unexpected.
        HomeError: If the decoded copy cannot be written.
    """
    return load_spec(catalog.spec(name))


def load_spec(spec: DatasetSpec) -> Dataset:
    """Open the data set that a description describes; see `load`."""
    folder = settings.home() / "datasets" / _folder_name(spec)
    for _ in range(_MAX_ATTEMPTS):
        dataset = _open(folder, spec)
        if dataset is not None:
            return dataset
        _decode(folder, spec)
    message = (
        f"Expected the decoded data in {folder} to stay readable, found it damaged "
        f"{_MAX_ATTEMPTS} times. Check the disk, or set INKLAB_HOME to another folder."
    )
    raise HomeError(message)


def _folder_name(spec: DatasetSpec) -> str:
    sources = (spec.train_images, spec.train_labels, spec.test_images, spec.test_labels)
    sizes = (spec.num_train, spec.num_test, len(spec.classes))
    facts = repr((_DECODER, sizes, [source.sha256 for source in sources]))
    return f"{spec.name}-{hashlib.sha256(facts.encode()).hexdigest()[:16]}"


def _shapes(spec: DatasetSpec) -> dict[str, tuple[int, ...]]:
    """Return the shape of every decoded array, by name and in a fixed order."""
    return {
        "train_images": (spec.num_train, *spec.image_shape),
        "train_labels": (spec.num_train,),
        "test_images": (spec.num_test, *spec.image_shape),
        "test_labels": (spec.num_test,),
    }


def _npy_start(shape: tuple[int, ...]) -> bytes:
    """Return the bytes with which the .npy file of such an array starts."""
    start = io.BytesIO()
    header = {"descr": "|u1", "fortran_order": False, "shape": shape}
    np.lib.format.write_array_header_1_0(start, header)
    return start.getvalue()


def _open(folder: Path, spec: DatasetSpec) -> Dataset | None:
    """Map the decoded arrays, or return None if they are missing or damaged."""
    try:
        fingerprint = json.loads((folder / _META).read_text("utf-8"))["fingerprint"]
        arrays = {
            name: _map(folder / f"{name}.npy", shape)
            for name, shape in _shapes(spec).items()
        }
    except (OSError, ValueError, KeyError, TypeError) as error:
        # The copy is not to blame, and must not be thrown away for it.
        if isinstance(error, OSError) and error.errno == errno.ENOMEM:
            raise MemoryError(str(error)) from error
        return None
    if not isinstance(fingerprint, str):
        return None
    return Dataset(
        spec=spec,
        train=Split(arrays["train_images"], arrays["train_labels"]),
        test=Split(arrays["test_images"], arrays["test_labels"]),
        fingerprint=fingerprint,
    )


def _map(path: Path, shape: tuple[int, ...]) -> NDArray[np.uint8]:
    expected = _npy_start(shape)
    with path.open("rb") as stream:
        start = stream.read(len(expected))
    size = len(expected) + int(np.prod(shape))
    if start != expected or path.stat().st_size != size:
        message = f"Expected {path} of {size} bytes and shape {shape}. Decode it again."
        raise ValueError(message)
    array: NDArray[np.uint8] = np.load(path, mmap_mode="r")
    return array


def _decode(folder: Path, spec: DatasetSpec) -> None:
    """Make the decoded copy, in place of a damaged one if there is one."""
    arrays = _read_sources(spec)
    meta = {"schema": 1, "fingerprint": _fingerprint(arrays)}
    try:
        # Another process may have made it while we were reading.
        if folder.exists() and _open(folder, spec) is None:
            _discard(folder)
        with files.creating_folder(folder) as temporary:
            for name, array in arrays.items():
                with (temporary / f"{name}.npy").open("wb") as stream:
                    stream.write(_npy_start(array.shape))
                    stream.write(array.data)
            (temporary / _META).write_text(json.dumps(meta), "utf-8")
    except OSError as error:
        num_megabytes = sum(array.nbytes for array in arrays.values()) / 1e6
        message = (
            f"Expected {num_megabytes:.1f} MB of free space in {folder.parent}, "
            f"got: {error.strerror or error}. "
            "Free some space, or set INKLAB_HOME to another folder."
        )
        raise HomeError(message) from error


def _discard(folder: Path) -> None:
    """Remove a damaged copy, unless another process is doing it already."""
    # Renamed before it is deleted: nobody shall see a folder that is half deleted.
    grave = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".damaged-"))
    with contextlib.suppress(FileNotFoundError):
        folder.rename(grave / folder.name)
    shutil.rmtree(grave, ignore_errors=True)


def _read_sources(spec: DatasetSpec) -> dict[str, NDArray[np.uint8]]:
    """Check and decode the four files of a data set, by the names of `_shapes`."""
    arrays = {
        "train_images": _images(spec, spec.train_images),
        "train_labels": idx.read_labels(_checked(spec.folder, spec.train_labels)),
        "test_images": _images(spec, spec.test_images),
        "test_labels": idx.read_labels(_checked(spec.folder, spec.test_labels)),
    }
    for split, expected in (("train", spec.num_train), ("test", spec.num_test)):
        images, labels = arrays[f"{split}_images"], arrays[f"{split}_labels"]
        if not len(images) == len(labels) == expected:
            message = (
                f"Expected {expected:,} {split} images and as many labels in "
                f"{spec.title}, got {len(images):,} images and {len(labels):,} labels. "
                "Use files that were published together."
            )
            raise DatasetFileError(message)
        _check_range(labels, spec, split)
    return arrays


def _check_range(labels: Labels, spec: DatasetSpec, split: str) -> None:
    strays = np.flatnonzero(labels >= len(spec.classes))
    if len(strays) > 0:
        message = (
            f"Expected {split} labels of 0 to {len(spec.classes) - 1} in {spec.title}, "
            f"got {labels[strays[0]]} at index {strays[0]} ({len(strays):,} such "
            "labels). Correct the labels, or list the missing classes."
        )
        raise DatasetFileError(message)


def _images(spec: DatasetSpec, source: DataFile) -> ByteImages:
    return idx.read_images(_checked(spec.folder, source), spec.image_shape)


def _checked(folder: Path, source: DataFile) -> Path:
    """Return the path of a source file that has the right size and SHA-256."""
    path = folder / source.name
    try:
        size = path.stat().st_size
        if size == source.size:
            with path.open("rb") as stream:
                sha256 = hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError as error:
        message = (
            f"Expected the data file {path}, got: {error.strerror}. "
            "Put the file there again, or reinstall Inklab."
        )
        raise DatasetFileError(message) from error
    if size != source.size or sha256 != source.sha256:
        received = f"{size:,} bytes" if size != source.size else f"SHA-256 {sha256}"
        message = (
            f"Expected {path} of {source.size:,} bytes with SHA-256 {source.sha256}, "
            f"got {received}. Put the file there again, or reinstall Inklab."
        )
        raise DatasetFileError(message)
    return path


def _fingerprint(arrays: dict[str, NDArray[np.uint8]]) -> str:
    digest = hashlib.sha256()
    for name, array in arrays.items():
        digest.update(f"{name}{array.shape}".encode())
        digest.update(array.data)
    return digest.hexdigest()
