"""Read a table of images: a label and the pixels of one image in each row.

A first pass looks at labels and counts fields only, which is quick also for the
1.2 GB of EMNIST ByClass; a second one parses pixels, a few thousand rows at a time.
"""

import contextlib
import csv
import gzip
import math
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.datasets import idx
from core.datasets.importing.csv_labels import LabelColumn, decoded, is_number
from core.datasets.importing.entries import Entry
from core.datasets.importing.source import Report
from core.datasets.spec import MAX_SIDE, MIN_SIDE
from core.errors import DatasetFileError
from core.types import ByteImages

_LABEL_NAMES: Final = frozenset(
    (
        "label",
        "labels",
        "class",
        "classes",
        "target",
        "y",
        "character",
        "letter",
        "digit",
    )
)
_SEPARATORS: Final = ",;\t"
_ROWS: Final = 4096
_MAX_LINE: Final = 1_000_000
_REPORT_ROWS: Final = 20_000


class NoLabelsError(DatasetFileError):
    """A table has pixels, but no labels."""


class NoImagesError(DatasetFileError):
    """A table has something else than images."""


@dataclass(frozen=True, eq=False)
class Table:
    """What is known of a table before its pixels are parsed.

    Attributes:
        entry: The file.
        separator: What is between two fields.
        has_header: Whether the first row has names.
        is_label_last: Whether the label is the last field of a row, not the first.
        num_pixels: Pixels of each image.
        values: Label of each row as it is written: int64 or text, of shape (n,).
    """

    entry: Entry
    separator: str
    has_header: bool
    is_label_last: bool
    num_pixels: int
    values: NDArray[np.generic]

    def blocks(self, image_shape: tuple[int, int]) -> Iterator[ByteImages]:
        """Parse the images, a few thousand at a time.

        Yields:
            uint8 of shape (n, height, width).

        Raises:
            DatasetFileError: If a pixel is no whole number of 0 to 255, by its row.
        """
        first_pixel = 0 if self.is_label_last else 1
        columns = range(first_pixel, first_pixel + self.num_pixels)
        row = 1 + self.has_header
        with _reading(self.entry) as stream:
            chunks = pd.read_csv(
                stream,
                sep=self.separator,
                header=None,
                skiprows=int(self.has_header),
                usecols=list(columns),
                chunksize=_ROWS,
                low_memory=False,
                # Any bytes are text in it; pixels are ASCII in all encodings.
                encoding="latin-1",
            )
            for chunk in chunks:
                images = _bytes(self.entry, chunk, row)
                yield images.reshape(-1, *image_shape)
                row += len(images)


def is_wide(entry: Entry) -> bool:
    """Tell whether the first row has as many fields as the smallest image."""
    with _reading(entry) as stream:
        first = _line(stream, entry, 1)
    return max(first.count(each.encode()) for each in _SEPARATORS) >= MIN_SIDE**2 - 1


def scan(entry: Entry, report: Report) -> Table:
    """Read the labels of a table, and count the fields of each row.

    Args:
        entry: A CSV file, gzipped or not.
        report: Hears the share that is read; may raise to stop.

    Raises:
        NoLabelsError: If it has pixels only.
        NoImagesError: If its rows are no images.
        DatasetFileError: If rows differ in length, or it is no table at all.
    """
    with _reading(entry) as stream:
        first = _line(stream, entry, 1)
        separator = max(_SEPARATORS, key=first.decode("latin-1").count)
        fields = next(csv.reader([decoded(first)], delimiter=separator), [])
        has_header = not all(is_number(field) for field in fields[1:-1])
        is_label_last = _check_columns(entry, fields, has_header=has_header)
        labels = LabelColumn(entry, separator.encode(), len(fields), last=is_label_last)
        if not has_header:
            labels.add(first, 1)
        row = 1
        while line := _line(stream, entry, row + 1):
            row += 1
            labels.add(line, row)
            if row % _REPORT_ROWS == 0:
                report(min(1.0, row * len(line) / max(entry.size, 1)))
    return Table(
        entry=entry,
        separator=separator,
        has_header=has_header,
        is_label_last=is_label_last,
        num_pixels=len(fields) - 1,
        values=labels.values(),
    )


@contextlib.contextmanager
def _reading(entry: Entry) -> Iterator[BinaryIO]:
    try:
        with idx.unpacked(entry) as stream:
            yield stream
    except (gzip.BadGzipFile, zipfile.BadZipFile, EOFError, zlib.error) as error:
        message = f"Expected a whole file {entry}, got: {error}. Download it again."
        raise DatasetFileError(message) from error
    except OSError as error:
        message = f"Expected to read {entry}, got: {error}. Check the disk."
        raise DatasetFileError(message) from error


def _line(stream: BinaryIO, entry: Entry, row: int) -> bytes:
    line = stream.readline(_MAX_LINE)
    if len(line) == _MAX_LINE:
        message = (
            f"Expected rows of less than {_MAX_LINE:,} bytes in {entry}, got a longer "
            f"one in row {row:,}. Give a table with one image in each row."
        )
        raise NoImagesError(message)
    return line


def _check_columns(entry: Entry, fields: list[str], *, has_header: bool) -> bool:
    """Return whether the label is last; refuse what is no table of images."""
    names = [field.strip().casefold() for field in fields] if has_header else []
    is_last = bool(names) and names[-1] in _LABEL_NAMES
    is_first = bool(names) and names[0] in _LABEL_NAMES
    if is_last or is_first or not _is_square(len(fields)):
        if _is_square(len(fields) - 1):
            return is_last and not is_first
        message = (
            f"Expected a label and the pixels of a square image in each row of "
            f"{entry}, 785 fields for 28 x 28, got {len(fields):,} fields in row 1. "
            "Give a table with one image in each row."
        )
        raise NoImagesError(message)
    message = (
        f"Expected a label in each row of {entry}, got {len(fields)} pixels and no "
        "label (or a label, and too few pixels). Give the file that has labels (of "
        "Kaggle's MNIST, train.csv), or add what is missing in each row."
    )
    raise NoLabelsError(message)


def _is_square(count: int) -> bool:
    side = math.isqrt(max(count, 0))
    return side * side == count and MIN_SIDE <= side <= MAX_SIDE


def _bytes(entry: Entry, chunk: pd.DataFrame, row: int) -> ByteImages:
    """Check pixels and make bytes of them; `row` is that of the first."""
    values = chunk.to_numpy()
    if values.dtype.kind not in "iuf":
        values = chunk.apply(pd.to_numeric, errors="coerce").to_numpy(np.float64)
    is_byte = (values >= 0) & (values <= 255)  # noqa: PLR2004 - the range of a byte
    if values.dtype.kind == "f":
        is_byte &= values == np.floor(values)
    if not is_byte.all():
        line, column = (int(each[0]) for each in np.nonzero(~is_byte))
        received: object = chunk.iloc[line, column]
        message = (
            f"Expected pixels as whole numbers of 0 to 255 in {entry}, got "
            f"{received} in row {row + line:,}. Correct that row, or "
            "scale the pixels to 0 to 255."
        )
        raise DatasetFileError(message)
    return values.astype(np.uint8)
