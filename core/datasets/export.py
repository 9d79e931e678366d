"""Write a data set in a form that other programs read, and that can be imported again.

The images are read a few thousand at a time. The same data set gives the same bytes.
"""

import gzip
import io
import json
import struct
import zipfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import IO, Final, Literal

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from core import files
from core.datasets import catalog
from core.datasets.arrays import PARTS, Dataset, npy_start
from core.datasets.class_folders import folder_names
from core.datasets.spec import write_spec
from core.errors import DatasetError
from core.types import SplitName

Form = Literal["idx", "npz", "folders"]
"""IDX files, a NumPy archive, or pictures in a folder for each class."""

Report = Callable[[float, str], None]
"""Takes the share that is done, 0.0 to 1.0, and what is done; may raise to stop it."""

CLASSES_FILE: Final = "classes.txt"
"""The name of a class per line, in the order of the labels."""

_CARD: Final = "card.json"
_CHUNK: Final = 4096
_ROWS: Final = 1000
_LEVEL: Final = 6  # the best takes four times as long, and saves a fiftieth
_IDX_PARTS: Final[Mapping[SplitName, str]] = {"train": "train", "test": "t10k"}
_LONG: Final = 2**31 - 1
# The date says nothing, and would make the same data set give other bytes.
_DATE: Final = (1980, 1, 1, 0, 0, 0)
_READABLE: Final = 0o644 << 16


def no_report(_share: float, _text: str) -> None:
    """Ignore progress."""


def file_name(name: str, form: Form) -> str:
    """Return what to call the file of a data set."""
    return f"{name}.npz" if form == "npz" else f"{name}-{form}.zip"


def write(
    dataset: Dataset,
    form: Form,
    path: Path,
    report: Report = no_report,
    *,
    replace: bool = False,
) -> None:
    """Write a data set into one file, which appears when it is whole.

    Args:
        dataset: What to write.
        form: "idx" and "folders" give a zip, "npz" a NumPy archive.
        path: The file, in a folder that exists.
        report: Hears how it goes; may raise to stop it, and then nothing is left.
        replace: Whether a file that is there is replaced.

    Raises:
        DatasetError: If there is such a file, or it cannot be written, or the names of
            the classes do not fit into a list.
    """
    if path.exists() and not replace:
        message = (
            f"Expected the name of a new file, got {path}, which exists. Choose "
            "another name, or have it replaced (in a terminal with --force)."
        )
        raise DatasetError(message)
    progress = _Progress(dataset, report)
    try:
        with (
            files.creating_file(path) as temporary,
            zipfile.ZipFile(temporary, "w") as archive,
        ):
            _WRITERS[form](archive, dataset, progress)
    except OSError as error:
        message = (
            f"Expected to write {path}, got: {error.strerror or error}. Free some "
            "space there, or choose another place."
        )
        raise DatasetError(message) from error


class _Progress:
    """Counts the images that are written."""

    def __init__(self, dataset: Dataset, report: Report) -> None:
        self._report = report
        self._total = len(dataset.train.labels) + len(dataset.test.labels)
        self._done = 0
        self.add(0)

    def add(self, num_images: int) -> None:
        """Say that more images are written."""
        self._done += num_images
        text = f"writing {self._total:,} images"
        self._report(self._done / self._total, text)


def _write_idx(archive: zipfile.ZipFile, dataset: Dataset, progress: _Progress) -> None:
    _write_texts(archive, dataset)
    for part in PARTS:
        split = dataset.part(part)
        for array, name in (
            (split.images, "images-idx3-ubyte.gz"),
            (split.labels, "labels-idx1-ubyte.gz"),
        ):
            write_idx_file(archive, f"{_IDX_PARTS[part]}-{name}", array, progress.add)


def write_idx_file(
    archive: zipfile.ZipFile,
    name: str,
    array: NDArray[np.uint8],
    add: Callable[[int], None] = lambda _: None,
) -> None:
    """Write an array into an archive as a gzipped IDX file.

    Args:
        archive: A zip that is being written.
        name: Of the file.
        array: Images, uint8 of shape (n, height, width), or labels of shape (n,).
        add: Is told how many images were written since it was called last.
    """
    start = struct.pack(f">BBBB{array.ndim}I", 0, 0, 8, array.ndim, *array.shape)
    with (
        _member(archive, name, array.nbytes) as member,
        gzip.GzipFile("", "wb", _LEVEL, fileobj=member, mtime=0) as packed,
    ):
        packed.write(start)
        _write_array(packed, array, add)


def _write_npz(archive: zipfile.ZipFile, dataset: Dataset, progress: _Progress) -> None:
    for part in PARTS:
        split = dataset.part(part)
        for array, name in ((split.images, "x"), (split.labels, "y")):
            with _member(
                archive, f"{name}_{part}.npy", array.nbytes, is_packed=True
            ) as member:
                member.write(npy_start(array.shape))
                _write_array(member, array, progress.add)
    for name, value in (
        ("classes", np.array(dataset.spec.classes)),
        ("card", np.array(_card(dataset))),
    ):
        with _member(archive, f"{name}.npy", value.nbytes, is_packed=True) as member:
            np.lib.format.write_array(member, value, allow_pickle=False)


def _write_folders(
    archive: zipfile.ZipFile, dataset: Dataset, progress: _Progress
) -> None:
    folders = folder_names(dataset.spec.classes)
    write_text(archive, _CARD, _card(dataset))
    for part in PARTS:
        split = dataset.part(part)
        for index, label in enumerate(split.labels):
            name = f"{part}/{folders[label]}/{index:06}.png"
            with _member(archive, name, 0) as member:
                member.write(_png(split.images[index]))
            if index % _ROWS == _ROWS - 1:
                progress.add(_ROWS)
        progress.add(len(split.labels) % _ROWS)


_WRITERS: Final[
    Mapping[Form, Callable[[zipfile.ZipFile, Dataset, _Progress], None]]
] = {"idx": _write_idx, "npz": _write_npz, "folders": _write_folders}


def _member(
    archive: zipfile.ZipFile, name: str, size: int, *, is_packed: bool = False
) -> IO[bytes]:
    """Begin a file in an archive."""
    info = zipfile.ZipInfo(name, _DATE)
    info.external_attr = _READABLE
    info.compress_type = zipfile.ZIP_DEFLATED if is_packed else zipfile.ZIP_STORED
    return archive.open(info, "w", force_zip64=size > _LONG)


def _write_array(
    stream: IO[bytes] | gzip.GzipFile,
    array: NDArray[np.uint8],
    add: Callable[[int], None],
) -> None:
    for chunk in _chunks(array):
        stream.write(np.ascontiguousarray(chunk).data)
        if array.ndim > 1:
            add(len(chunk))


def _chunks(array: NDArray[np.uint8]) -> Iterator[NDArray[np.uint8]]:
    for start in range(0, len(array), _CHUNK):
        yield array[start : start + _CHUNK]


def _png(image: NDArray[np.uint8]) -> bytes:
    content = io.BytesIO()
    Image.fromarray(image).save(content, "png")
    return content.getvalue()


def _write_texts(archive: zipfile.ZipFile, dataset: Dataset) -> None:
    """Write the names of the classes, and what is known of the data set.

    Raises:
        DatasetError: If a name is no line.
    """
    classes = dataset.spec.classes
    lines = "\n".join(classes)
    kept = [line.strip() for line in lines.splitlines() if line.strip()]
    if tuple(kept) != classes:
        message = (
            "Expected names of classes that can stand in a line each, got "
            f"{', '.join(map(repr, classes))[:200]}. Export it as npz."
        )
        raise DatasetError(message)
    write_text(archive, CLASSES_FILE, lines + "\n")
    write_text(archive, _CARD, _card(dataset))


def write_text(archive: zipfile.ZipFile, name: str, text: str) -> None:
    """Write a text file into an archive."""
    with _member(archive, name, len(text), is_packed=True) as member:
        member.write(text.encode())


def _card(dataset: Dataset) -> str:
    """Write what is known of a data set as JSON text."""
    name = dataset.spec.name
    if not catalog.is_bundled(name):
        return catalog.card(name).document()
    described = json.loads(write_spec(dataset.spec))
    return json.dumps({"spec": described, "fingerprint": dataset.fingerprint}, indent=2)
