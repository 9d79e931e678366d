"""Get a data set that is published: download it, unpack it, import it."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from core import files, settings
from core.datasets import catalog, emnist, emnist_zip, store
from core.datasets.data_file import DataFile
from core.datasets.emnist import EmnistSplit
from core.datasets.importing.make import About, Report, import_dataset, no_report
from core.datasets.importing.source import ImportOptions
from core.datasets.part_file import writing
from core.datasets.spec import DatasetCard
from core.errors import UnknownDatasetError

_DOWNLOADED: Final = 0.6
_UNPACKED: Final = 0.7


def available() -> tuple[EmnistSplit, ...]:
    """Return what can be got by name, in the order to show it."""
    return tuple(emnist.SPLITS.values())


def address() -> str:
    """Return from where the zip is downloaded: NIST, or a mirror that was named."""
    return settings.emnist_mirror() or emnist.URL


def split_of(name: str) -> EmnistSplit:
    """Return which split of EMNIST a data set is by its name, such as emnist-letters.

    Raises:
        UnknownDatasetError: If it is none that can be got.
    """
    for split in available():
        if split.dataset_name == name:
            return split
    names = ", ".join(split.dataset_name for split in available())
    if catalog.is_bundled(name):
        what = "which comes with Inklab: there is nothing to get"
    else:
        what = "which is none of them. Import it from its files"
    message = f"Expected a data set that can be got ({names}), got {name!r}, {what}."
    raise UnknownDatasetError(message)


@settings.changes
def get(
    name: str,
    report: Report = no_report,
    *,
    url: str = "",
    known: Mapping[str, DataFile] = emnist.OFFICIAL,
) -> DatasetCard:
    """Make a data set of EMNIST's official zip, downloaded unless it is there.

    Args:
        name: Which, such as "emnist-bymerge".
        report: Hears how it goes; may raise to stop it. A download stays.
        url: Address of the zip; empty for the usual one.
        known: Size and SHA-256 of its files by name.

    Returns:
        The card of the data set.

    Raises:
        UnknownDatasetError: If it cannot be got.
        DatasetNameError: If it is here already.
        DownloadError: If it does not come; says what to do.
        DatasetFileError: If the zip that lies there is not the official one.
        HomeError: If there is no room, or the home cannot be written.
    """
    split = split_of(name)
    store.check_free(name)
    emnist_zip.get(_part(report, 0.0, _DOWNLOADED), url=url or address())
    with _folder() as folder:
        found = emnist_zip.unpack_split(
            split, folder, _part(report, _DOWNLOADED, _UNPACKED), known=known
        )
        return import_dataset(
            list(found.values()),
            name,
            ImportOptions(split=split.name),
            _part(report, _UNPACKED, 1.0),
            about=About(title=split.title, origin="download"),
        )


@contextmanager
def _folder() -> Iterator[Path]:
    """Give an empty folder, which vanishes when the block ends; see `leftovers`."""
    root = catalog.root()
    with writing(root):
        root.mkdir(parents=True, exist_ok=True)
        made = Path(tempfile.mkdtemp(dir=root, prefix=".unpacked-"))
    try:
        with files.holding(made):
            yield made
    finally:
        shutil.rmtree(made, ignore_errors=True)


def _part(report: Report, start: float, end: float) -> Report:
    def tell(share: float, text: str) -> None:
        report(start + (end - start) * share, text)

    return tell
