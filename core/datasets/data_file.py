"""How a file of a data set is recognised."""

from dataclasses import dataclass


@dataclass(frozen=True)
class DataFile:
    """A file that belongs to a data set, and how to recognise it.

    Attributes:
        name: File name inside the folder of the data set.
        size: Length in bytes.
        sha256: SHA-256 of its bytes, 64 lower-case hexadecimal digits.
    """

    name: str
    size: int
    sha256: str
