"""Open, make, check and delete data sets.

Unpacking MNIST takes a third of a second, mapping the unpacked arrays 2 ms. A data set
in the home is a folder that is renamed into its place when it is whole, so a reader
sees all of it or nothing.
"""

import contextlib
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from core import files, settings
from core.datasets import arrays, bundled, catalog, leftovers, results
from core.datasets.arrays import ArrayFolder, Dataset, Split
from core.datasets.spec import (
    BundledSpec,
    DatasetCard,
    DatasetSpec,
    LeftOut,
    base_name,
    checked_name,
    name_of_version,
    version_of,
)
from core.errors import DatasetError, DatasetFileError, DatasetNameError, HomeError
from core.types import SplitName

__all__ = ["Dataset", "Draft", "Split", "create", "delete", "load", "renew", "verify"]


def load(name: str) -> Dataset:
    """Open a data set by name.

    Args:
        name: Its name, such as "mnist" or "letters@2".

    Raises:
        UnknownDatasetError: If no data set has that name.
        DatasetFileError: If one of its files is missing, damaged or unexpected.
        HomeError: If the decoded copy cannot be written.
    """
    return load_spec(catalog.spec(name))


def load_spec(spec: DatasetSpec) -> Dataset:
    """Open the data set that a description describes; see `load`."""
    if isinstance(spec, BundledSpec):
        return bundled.load(spec)
    card = catalog.card(spec.name)
    folder = catalog.folder_of(spec.name)
    try:
        return arrays.open_folder(folder, card.spec, fingerprint=card.fingerprint)
    except (OSError, ValueError) as error:
        message = (
            f"Expected the images and labels of {spec.name} in {folder}, got: {error} "
            "Delete the data set, and import it again."
        )
        raise DatasetFileError(message) from error


def verify(name: str) -> Dataset:
    """Open a data set, and compare every byte of it with its fingerprint.

    Raises:
        DatasetFileError: If it has changed since it was made; see `load` too.
    """
    dataset = load(name)
    found = arrays.fingerprint(dataset)
    if found != dataset.fingerprint:
        message = (
            f"Expected {name} with the fingerprint {dataset.fingerprint}, got {found}: "
            "its files have changed. Delete the data set, and import it again."
        )
        raise DatasetFileError(message)
    return dataset


@dataclass
class Draft:
    """A data set that is being made: images go in piece by piece, with bounded memory.

    Attributes:
        spec: Its description; how many images there are is filled in at the end.
        content: Where images and labels are appended.
        folder: Where it lies until it is whole.
        source: What it is made from, in words.
        remarks: What was noticed.
        left_out: Images that were not taken.
        parent: The data set that it is a version of, if it is one.
        changes: What differs from that one.
    """

    spec: DatasetSpec
    content: ArrayFolder
    folder: Path
    source: str = ""
    remarks: tuple[str, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    parent: Dataset | None = None
    changes: tuple[str, ...] = ()


@settings.changes
@contextmanager
def create(spec: DatasetSpec) -> Iterator[Draft]:
    """Make a data set in the home; it appears when the block ends well.

    Args:
        spec: Its description; the numbers of images are counted while it is made.

    Yields:
        What to append the images to.

    Raises:
        DatasetNameError: If the name is taken or impossible; before anything is read,
            and again if another process was quicker.
        DatasetFileError: If there is no training or no test image, or a class that
            does not occur in the training images.
        HomeError: If there is no room, or the home cannot be written.
    """
    name = check_free(spec.name)
    leftovers.sweep()
    folder = catalog.folder_of(name)
    try:
        with (
            files.creating_folder(folder, must_be_new=True) as temporary,
            _drafting(replace(spec, name=name), temporary) as draft,
        ):
            yield draft
    except OSError as error:
        # Another process may have been quicker.
        check_free(name)
        raise _no_room(folder, error) from error


@settings.changes
@contextmanager
def renew(spec: DatasetSpec) -> Iterator[Draft]:
    """Make a data set in the place of the one of its name, if there is one.

    Args:
        spec: Its description; see `create`.

    Yields:
        What to append the images to.

    Raises:
        DatasetNameError: If the name is impossible.
        DatasetFileError: If something is missing; see `create`. The one before stays.
        HomeError: If there is no room, or the home cannot be written.
    """
    name = checked_name(spec.name)
    leftovers.sweep()
    folder = catalog.folder_of(name)
    before = _fingerprint_in(folder)
    try:
        with (
            files.replacing_folder(folder) as temporary,
            _drafting(replace(spec, name=name), temporary) as draft,
        ):
            yield draft
    except OSError as error:
        raise _no_room(folder, error) from error
    _discard_results(before)


@contextmanager
def _drafting(spec: DatasetSpec, folder: Path) -> Iterator[Draft]:
    with ArrayFolder(folder, spec.image_shape) as content:
        draft = Draft(spec=spec, content=content, folder=folder)
        yield draft
    card = _card(draft, folder)
    (folder / catalog.CARD).write_text(card.document(), "utf-8")


def _no_room(folder: Path, error: OSError) -> HomeError:
    message = (
        f"Expected free space in {folder.parent} for the images of {folder.name}, got: "
        f"{error.strerror or error}. Free some space, or set INKLAB_HOME to another "
        "folder."
    )
    return HomeError(message)


def check_free(name: str) -> str:
    """Return a name as it is written down, if no data set has it.

    Names that differ in case only are the same to many file systems.

    Raises:
        DatasetNameError: If the name is taken or impossible.
    """
    name = checked_name(name)
    taken = {spec.name.casefold() for spec in catalog.specs()}
    if name.casefold() not in taken and not catalog.folder_of(name).exists():
        return name
    message = (
        f"Expected the name of a new data set, got {name!r}, which there is already. "
        "Choose another name, or delete that data set first."
    )
    raise DatasetNameError(message)


def next_version(name: str) -> str:
    """Return the name of the next version of a data set."""
    numbers = [
        version_of(spec.name)
        for spec in catalog.specs()
        if base_name(spec.name) == base_name(name)
    ]
    return name_of_version(name, max(numbers, default=0) + 1)


@settings.changes
def delete(name: str) -> None:
    """Delete a data set from the home, with all that was computed from it.

    Raises:
        UnknownDatasetError: If no data set in the home has that name.
        DatasetNameError: If it comes with Inklab.
        HomeError: If its folder cannot be removed.
    """
    if catalog.is_bundled(name):
        message = (
            f"Expected a data set that was got or imported, got {name!r}, which comes "
            "with Inklab. It cannot be deleted."
        )
        raise DatasetNameError(message)
    folder = catalog.folder_of(name)
    if folder not in catalog.damaged():
        catalog.card(name)
    fingerprint = _fingerprint_in(folder)
    try:
        # Renamed before it is deleted: nobody shall see half a data set.
        grave = Path(tempfile.mkdtemp(dir=folder.parent, prefix=".deleted-"))
        with contextlib.suppress(FileNotFoundError):
            folder.rename(grave / folder.name)
        shutil.rmtree(grave, ignore_errors=True)
    except OSError as error:
        message = f"Expected to delete {folder}, got: {error.strerror}. Try again."
        raise HomeError(message) from error
    _discard_results(fingerprint)


def size_on_disk(name: str) -> int:
    """Return how many bytes the arrays of a data set take."""
    dataset = load(name)
    parts = (dataset.train, dataset.test)
    return sum(part.images.nbytes + part.labels.nbytes for part in parts)


def _fingerprint_in(folder: Path) -> str:
    """Return the fingerprint of the data set in a folder; empty if there is none."""
    with contextlib.suppress(DatasetError):
        return catalog.card(folder.name).fingerprint
    return ""


def _discard_results(fingerprint: str) -> None:
    """Remove what was computed from a data set that is gone, unless another is it."""
    if fingerprint and fingerprint not in {
        card.fingerprint for card in catalog.cards()
    }:
        results.discard(fingerprint)


def _card(draft: Draft, folder: Path) -> DatasetCard:
    """Describe what was written, after a look at the whole of it."""
    sizes = draft.content.sizes
    _check_sizes(draft, sizes)
    spec = replace(draft.spec, num_train=sizes["train"], num_test=sizes["test"])
    written = arrays.open_folder(folder, spec, fingerprint="")
    _check_classes(written)
    parent = draft.parent
    return DatasetCard(
        spec=spec,
        fingerprint=arrays.fingerprint(written),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        source=draft.source,
        remarks=draft.remarks,
        left_out=draft.left_out,
        parent=parent.spec.name if parent else "",
        parent_fingerprint=parent.fingerprint if parent else "",
        changes=draft.changes,
    )


def _check_sizes(draft: Draft, sizes: Mapping[SplitName, int]) -> None:
    if not all(sizes.values()):
        reasons = "; ".join(
            f"{each.count:,} x {each.reason}" for each in draft.left_out
        )
        message = (
            f"Expected training and test images in {draft.spec.name}, got "
            f"{sizes['train']:,} and {sizes['test']:,}"
            f"{f' (left out: {reasons})' if reasons else ''}. Give more images."
        )
        raise DatasetFileError(message)


def _check_classes(written: Dataset) -> None:
    classes = written.spec.classes
    for part in (written.train, written.test):
        if int(part.labels.max()) >= len(classes):
            message = (
                f"Expected labels of 0 to {len(classes) - 1} in {written.spec.name}, "
                f"got {int(part.labels.max())}. Correct the labels."
            )
            raise DatasetFileError(message)
    counts = np.bincount(written.train.labels, minlength=len(classes))
    empty = [name for name, count in zip(classes, counts, strict=True) if not count]
    if empty:
        message = (
            f"Expected training images of every class of {written.spec.name}, got none "
            f"of {', '.join(empty[:10])}. Give some, or leave the class out."
        )
        raise DatasetFileError(message)
