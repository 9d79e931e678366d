"""MNIST, which comes with Inklab: what it is, and its decoding.

Its decoded copy in the home is a cache, in a folder named after what it was made
from, so a changed source can never be mistaken for an old one. Whenever it looks
damaged it is made again. Where Inklab is read-only, there may be none: the arrays are
in memory then.
"""

import contextlib
import hashlib
import json
import shutil
import tempfile
from pathlib import Path
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core import files, settings
from core.datasets import arrays, idx
from core.datasets.arrays import Dataset
from core.datasets.data_file import DataFile
from core.datasets.spec import BundledSpec
from core.errors import DatasetFileError, HomeError
from core.types import ByteImages, Labels

MNIST: Final = BundledSpec(
    name="mnist",
    title="MNIST",
    classes=("0", "1", "2", "3", "4", "5", "6", "7", "8", "9"),
    image_shape=(28, 28),
    ink_style="mnist",
    origin="bundled",
    folder=Path(__file__).parent / "mnist",
    train_images=DataFile(
        "train-images-idx3-ubyte.gz",
        size=9_630_610,
        sha256="71524e2cd1ad2968737f7f2f2ff69cbfc32df8ccddff51593f7cb2d4e0eb5b64",
    ),
    train_labels=DataFile(
        "train-labels-idx1-ubyte.gz",
        size=28_878,
        sha256="fe03b8bd7915f70bf5aa08be480aa413fbd85afcaa58b35d230d335f284fd88e",
    ),
    test_images=DataFile(
        "t10k-images-idx3-ubyte.gz",
        size=1_602_050,
        sha256="5634745efa576a17e7d4cf5cd9d09123c75e6538e5114267c2d156edaf519341",
    ),
    test_labels=DataFile(
        "t10k-labels-idx1-ubyte.gz",
        size=4_517,
        sha256="ae18e77e031ccde52407f794d123116439864147d33ac992975f85dd4dc42af6",
    ),
    num_train=60_000,
    num_test=10_000,
    licence="CC BY-SA 3.0 (Yann LeCun, Corinna Cortes, Christopher J. C. Burges)",
    citation=(
        "Y. LeCun, L. Bottou, Y. Bengio and P. Haffner, "
        '"Gradient-based learning applied to document recognition", '
        "Proceedings of the IEEE 86 (11), 2278-2324, 1998."
    ),
)

# Part of the folder name: raise it when the same files are to be decoded differently.
_DECODER: Final = 1

_META: Final = "meta.json"

# Another process may replace the decoded copy between our check and our opening it.
_MAX_ATTEMPTS: Final = 3


def load(spec: BundledSpec) -> Dataset:
    """Open a bundled data set; see `core.datasets.store.load`."""
    folder = settings.home() / "datasets" / _folder_name(spec)
    for _ in range(_MAX_ATTEMPTS):
        dataset = _open(folder, spec)
        if dataset is not None:
            return dataset
        if settings.is_read_only():
            return arrays.in_memory(spec, _read_sources(spec))
        _decode(folder, spec)
    message = (
        f"Expected the decoded data in {folder} to stay readable, found it damaged "
        f"{_MAX_ATTEMPTS} times. Check the disk, or set INKLAB_HOME to another folder."
    )
    raise HomeError(message)


def _folder_name(spec: BundledSpec) -> str:
    sources = (spec.train_images, spec.train_labels, spec.test_images, spec.test_labels)
    sizes = (spec.num_train, spec.num_test, len(spec.classes))
    facts = repr((_DECODER, sizes, [source.sha256 for source in sources]))
    return f"{spec.name}-{hashlib.sha256(facts.encode()).hexdigest()[:16]}"


def _open(folder: Path, spec: BundledSpec) -> Dataset | None:
    """Map the decoded arrays, or return None if they are missing or damaged."""
    try:
        fingerprint = json.loads((folder / _META).read_text("utf-8"))["fingerprint"]
        if not isinstance(fingerprint, str):
            return None
        return arrays.open_folder(folder, spec, fingerprint=fingerprint)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _decode(folder: Path, spec: BundledSpec) -> None:
    """Make the decoded copy, in place of a damaged one if there is one."""
    decoded = _read_sources(spec)
    meta = {"schema": 1, "fingerprint": arrays.fingerprint_of(decoded)}
    try:
        # Another process may have made it while we were reading.
        if folder.exists() and _open(folder, spec) is None:
            _discard(folder)
        with files.creating_folder(folder) as temporary:
            for name, array in decoded.items():
                arrays.write_array(temporary / f"{name}.npy", array)
            (temporary / _META).write_text(json.dumps(meta), "utf-8")
    except OSError as error:
        num_megabytes = sum(array.nbytes for array in decoded.values()) / 1e6
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


def _read_sources(spec: BundledSpec) -> dict[str, NDArray[np.uint8]]:
    """Check and decode the four files, by the names that the copy gives them."""
    decoded = {
        "train_images": _images(spec, spec.train_images),
        "train_labels": idx.read_labels(_checked(spec.folder, spec.train_labels)),
        "test_images": _images(spec, spec.test_images),
        "test_labels": idx.read_labels(_checked(spec.folder, spec.test_labels)),
    }
    for split, expected in (("train", spec.num_train), ("test", spec.num_test)):
        images, labels = decoded[f"{split}_images"], decoded[f"{split}_labels"]
        if not len(images) == len(labels) == expected:
            message = (
                f"Expected {expected:,} {split} images and as many labels in "
                f"{spec.title}, got {len(images):,} images and {len(labels):,} labels. "
                "Use files that were published together."
            )
            raise DatasetFileError(message)
        _check_range(labels, spec, split)
    return decoded


def _check_range(labels: Labels, spec: BundledSpec, split: str) -> None:
    strays = np.flatnonzero(labels >= len(spec.classes))
    if len(strays) > 0:
        message = (
            f"Expected {split} labels of 0 to {len(spec.classes) - 1} in {spec.title}, "
            f"got {labels[strays[0]]} at index {strays[0]} ({len(strays):,} such "
            "labels). Correct the labels, or list the missing classes."
        )
        raise DatasetFileError(message)


def _images(spec: BundledSpec, source: DataFile) -> ByteImages:
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
