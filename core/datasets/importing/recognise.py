"""Tell what lies in the files and folders that somebody gives."""

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from core.datasets.importing import (
    csv_files,
    idx_files,
    layout,
    matlab,
    npz,
)
from core.datasets.importing.listing import Listing, list_entries
from core.datasets.importing.picture_source import PictureSource
from core.datasets.importing.problem_log import ProblemLog
from core.datasets.importing.source import ImportOptions, Report, Source, no_report
from core.errors import DatasetFileError

_UNDERSTOOD: Final = (
    "Understood are: pictures in one folder for each class, IDX files, CSV tables with "
    "a label and the pixels of an image in each row, NumPy archives (.npz), MATLAB "
    "files like EMNIST's; and zips of these."
)
_PICKLED: Final = frozenset((".pt", ".pth", ".pkl", ".pickle", ".joblib"))
_NUM_SHOWN: Final = 5


def recognise(
    paths: Sequence[Path],
    options: ImportOptions | None = None,
    report: Report = no_report,
) -> Source:
    """Tell what lies there.

    Args:
        paths: Files, folders or zips of one data set. Of two folders of pictures, the
            first is for training and the second for the test, unless names tell.
        options: What the user decided; None for nothing.
        report: Hears the share that is done, as far as this takes long; may raise.

    Returns:
        A source whose classes are known and whose images are not decoded yet.

    Raises:
        DatasetFileError: If nothing is understood, or what is there is damaged, or if
            it is not clear which of several sets is meant.
    """
    options = options or ImportOptions()
    listing = list_entries(paths)
    entries = [entry for entry in listing.entries if not layout.is_hidden(entry.path)]
    if found := idx_files.find(entries):
        return idx_files.source(found, entries, options)
    if found := matlab.find(entries):
        return matlab.source(found, options)
    if found := npz.find(entries):
        return npz.source(found, entries, options)
    tables = csv_files.find(entries)
    folders = _folders_of_pictures(listing)
    if tables and folders <= 1:
        return csv_files.source(tables, entries, options, report)
    if folders > 0:
        return PictureSource(layout.arrange(listing), options, _title(paths), report)
    raise DatasetFileError(_unknown(paths, listing))


def _title(paths: Sequence[Path]) -> str:
    first = paths[0].resolve()
    parents = {path.resolve().parent for path in paths}
    if len(paths) > 1 and len(parents) == 1 and first.parent.name:
        return first.parent.name
    return first.name if first.is_dir() else first.stem


def _folders_of_pictures(listing: Listing) -> int:
    pictures = layout.picture_entries(listing, ProblemLog())
    return len({entry.path.parent for entry in pictures})


def _unknown(paths: Sequence[Path], listing: Listing) -> str:
    suffixes = Counter(
        entry.path.suffix.lower() or "no ending" for entry in listing.entries
    )
    shown = ", ".join(
        f"{count:,} x {suffix}" for suffix, count in suffixes.most_common(_NUM_SHOWN)
    )
    where = ", ".join(str(path) for path in paths)
    remedy = ""
    if _PICKLED & suffixes.keys():
        remedy = (
            " Files that end in .pt or .pkl are pickles, which can run a program, and "
            "are not read: of torchvision's data sets, give the folder `raw`."
        )
    elif ".zip" in suffixes:
        remedy = (
            " A zip inside is not opened: unpack the outer one, and give the inner."
        )
    received = shown or "no files"
    return f"Expected a data set in {where}, got: {received}. {_UNDERSTOOD}{remedy}"
