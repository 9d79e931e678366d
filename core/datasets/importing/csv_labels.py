"""The column of labels of a table, collected before any pixel is parsed."""

import math
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.importing.entries import Entry
from core.errors import DatasetFileError

_MAX_EXACT: Final = 2**53
_BYTE_ORDER_MARK: Final = b"\xef\xbb\xbf"


class LabelColumn:
    """Collects the labels of rows, each distinct one once."""

    def __init__(
        self, entry: Entry, separator: bytes, num_fields: int, *, last: bool
    ) -> None:
        self._entry = entry
        self._separator = separator
        self._num_fields = num_fields
        self._last = last
        self._numbers: dict[bytes, int] = {}
        self._rows: list[int] = []

    def add(self, line: bytes, row: int) -> None:
        """Take the label of a row, counted from 1; refuse one of another length."""
        line = line.rstrip(b"\r\n")
        if not line:
            return
        label, rest = self._divided(line)
        num_fields = rest.count(self._separator) + 2
        if num_fields != self._num_fields:
            message = (
                f"Expected {self._num_fields} fields in each row of {self._entry}, got "
                f"{num_fields} in row {row:,}. Correct that row, or remove it."
            )
            raise DatasetFileError(message)
        if label.strip().lower() in (b"", b"nan"):
            message = (
                f"Expected a label in each row of {self._entry}, got none in row "
                f"{row:,}. Correct that row, or remove it."
            )
            raise DatasetFileError(message)
        self._rows.append(self._numbers.setdefault(label, len(self._numbers)))

    def values(self) -> NDArray[np.generic]:
        """Return the label of each row: int64 if all are whole numbers, else text."""
        if not self._rows:
            message = (
                f"Expected images in {self._entry}, got no row. Give a whole file."
            )
            raise DatasetFileError(message)
        texts = [_unquoted(decoded(label)) for label in self._numbers]
        distinct = np.array(texts)
        # Files that went through a program for tables have 7.0 for 7.
        if all(_is_whole_number(text) for text in texts):
            distinct = np.array([int(float(text)) for text in texts], np.int64)
        return distinct[np.array(self._rows, np.int64)]

    def _divided(self, line: bytes) -> tuple[bytes, bytes]:
        if self._last:
            rest, _, label = line.rpartition(self._separator)
            return label, rest
        if line.startswith(b'"') and (end := line.find(b'"' + self._separator, 1)) > 0:
            return line[: end + 1], line[end + 2 :]
        label, _, rest = line.partition(self._separator)
        return label, rest


def is_number(text: str) -> bool:
    """Tell whether a field is that of a number, which may be missing."""
    try:
        return math.isfinite(float(text))
    except ValueError:
        return text.strip().casefold() in ("", "nan")


def _is_whole_number(text: str) -> bool:
    """Tell whether a label is a whole number that 64 bits hold, and floats exactly."""
    try:
        number = float(text)
    except ValueError:
        return False
    return number.is_integer() and abs(number) < _MAX_EXACT


def _unquoted(text: str) -> str:
    return text.strip().removeprefix('"').removesuffix('"').replace('""', '"')


def decoded(content: bytes) -> str:
    """Return text in UTF-8, or in the code page of Western Europe."""
    content = content.removeprefix(_BYTE_ORDER_MARK)
    try:
        return content.decode("utf-8")
    except UnicodeError:
        return content.decode("latin-1")
