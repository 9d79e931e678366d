"""Recognise tables of images: Kaggle's EMNIST and MNIST, and others of their form.

EMNIST's images lie transposed in Kaggle's tables, like in NIST's files.
"""

import math
from collections.abc import Mapping, Sequence
from functools import partial

from core.datasets import emnist
from core.datasets.importing import choosing, csv_table, naming
from core.datasets.importing.array_labels import ArrayPart
from core.datasets.importing.arrays import ArraySet, ArraySource
from core.datasets.importing.choosing import Named
from core.datasets.importing.csv_table import NoImagesError, NoLabelsError, Table
from core.datasets.importing.entries import Entry
from core.datasets.importing.source import ImportOptions, Report, no_report
from core.errors import DatasetFileError
from core.types import SplitName

_NOT_NIST = "These are tables made from EMNIST, not NIST's own files."


def find(entries: Sequence[Entry]) -> list[Entry]:
    """Return the files that are tables by their names."""
    return [
        entry
        for entry in entries
        if entry.name.lower().removesuffix(".gz").endswith(".csv")
    ]


def source(
    found: Sequence[Entry],
    entries: Sequence[Entry],
    options: ImportOptions,
    report: Report = no_report,
) -> ArraySource:
    """Make a source of tables.

    Args:
        found: The tables.
        entries: All files, among which may be a list of classes.
        options: Which set is meant, and how it lies.
        report: Hears the share of the labels that is read; may raise to stop.

    Raises:
        DatasetFileError: If it is not clear which files belong together, or one is
            damaged or no table of images with labels.
    """
    wide = [entry for entry in found if csv_table.is_wide(entry)]
    group, files = choosing.chosen(choosing.by_group(wide or found), options)
    tables, remarks = _scanned(files, report)
    parts = {part: _part(table, options) for part, table in tables.items()}
    split = files[0][1].split
    if split is not None:
        return ArraySource(_emnist(split, parts, (*remarks, _NOT_NIST)), options)
    found_set = ArraySet(
        form="CSV",
        title=group.split("/")[-1] or "Table of images",
        parts=parts,
        naming=naming.beside(entries, files[0][0].path.parent),
        remarks=remarks,
    )
    return ArraySource(found_set, options)


def _emnist(
    split: str, parts: Mapping[SplitName, ArrayPart], remarks: tuple[str, ...]
) -> ArraySet:
    return ArraySet(
        form="EMNIST (CSV)",
        title=emnist.SPLITS[split].title,
        parts=parts,
        naming=naming.of_emnist(split),
        is_transposed=True,
        ink_style="emnist",
        licence=emnist.LICENCE,
        citation=emnist.CITATION,
        remarks=remarks,
    )


def _scanned(
    files: Sequence[Named], report: Report
) -> tuple[dict[SplitName, Table], tuple[str, ...]]:
    """Scan the tables, and tell of those that have no images with labels."""
    tables: dict[SplitName, Table] = {}
    skipped: list[DatasetFileError] = []
    for number, (entry, name) in enumerate(files):
        try:
            table = csv_table.scan(entry, _share(report, number, len(files)))
        except (NoLabelsError, NoImagesError) as error:
            skipped.append(error)
            continue
        part = name.part or "train"
        if part in tables:
            message = (
                f"Expected one table of each part, got {tables[part].entry} and "
                f"{entry}. Give one of them, or name one train and one test."
            )
            raise DatasetFileError(message)
        tables[part] = table
    if not tables:
        raise skipped[0]
    return tables, tuple(f"A table was not used. {error}" for error in skipped)


def _share(report: Report, number: int, count: int) -> Report:
    def share(done: float) -> None:
        report((number + done) / count)

    return share


def _part(table: Table, options: ImportOptions) -> ArrayPart:
    side = math.isqrt(table.num_pixels)
    shape = options.image_shape or (side, side)
    if math.prod(shape) != table.num_pixels:
        shape = (side, side)
    return ArrayPart(
        name=table.entry.name,
        values=table.values,
        num_images=len(table.values),
        image_shape=shape,
        blocks=partial(table.blocks, shape),
    )
