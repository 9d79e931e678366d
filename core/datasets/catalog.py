"""Which data sets there are: those that come with Inklab, and those in the home.

Each of the latter is a folder with four arrays and a card. Cards are read when they
are asked for, and read again when they have changed.
"""

import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from core import settings
from core.datasets import bundled
from core.datasets.spec import BundledSpec, DatasetCard, DatasetSpec
from core.errors import DatasetFileError, UnknownDatasetError

CARD: Final = "card.json"

_elsewhere: Final[dict[str, Path]] = {}

_SPECS: Final[tuple[BundledSpec, ...]] = (bundled.MNIST,)


def specs() -> tuple[DatasetSpec, ...]:
    """Return the descriptions of all data sets, in the order to show them."""
    return (*_SPECS, *(card.spec for card in cards()))


def spec(name: str) -> DatasetSpec:
    """Return the description of one data set.

    Args:
        name: Its name, such as "mnist" or "letters@2".

    Raises:
        UnknownDatasetError: If no data set has that name.
        DatasetFileError: If its card is damaged.
    """
    for candidate in _SPECS:
        if candidate.name == name:
            return candidate
    return card(name).spec


def cards() -> tuple[DatasetCard, ...]:
    """Return the cards of all data sets in the home, by name; damaged ones are not."""
    found = []
    for path in sorted(root().glob(f"[!.]*/{CARD}")):
        try:
            read = _read(path)
        except DatasetFileError:
            continue
        # A folder that was copied under another name is not the data set it says.
        if read.spec.name == path.parent.name:
            found.append(read)
    return tuple(found)


def card(name: str) -> DatasetCard:
    """Return the card of a data set in the home.

    Raises:
        UnknownDatasetError: If no data set has that name, or it comes with Inklab.
        DatasetFileError: If its card is damaged.
    """
    path = folder_of(name) / CARD
    if path.is_file() and name == path.parent.name:
        return _read(path)
    names = ", ".join(each.name for each in specs())
    message = (
        f"Expected the name of a data set, got {name!r}. There are: {names}. Get or "
        "import others on the page Data sets, or with python -m core datasets."
    )
    raise UnknownDatasetError(message)


def damaged() -> tuple[Path, ...]:
    """Return the folders in the home whose card cannot be read."""
    found = []
    for path in sorted(root().glob(f"[!.]*/{CARD}")):
        try:
            _read(path)
        except DatasetFileError:
            found.append(path.parent)
    return tuple(found)


def fingerprint_of(name: str) -> str | None:
    """Return the fingerprint of a data set in the home; None of one of Inklab's own."""
    return None if name in {each.name for each in _SPECS} else card(name).fingerprint


def is_bundled(name: str) -> bool:
    """Tell whether a data set comes with Inklab."""
    return any(each.name == name for each in _SPECS)


def root() -> Path:
    """Return the folder of the home for data sets."""
    return settings.home() / "datasets"


def folder_of(name: str) -> Path:
    """Return where a data set of that name lies in the home, if there is one."""
    if name in _elsewhere:
        return _elsewhere[name]
    # A name from outside may be a path.
    return root() / (Path(name).name or "?")


@contextlib.contextmanager
def lying_in(folders: Mapping[str, Path]) -> Iterator[None]:
    """Find data sets in other folders of their names while the block runs.

    It holds for the whole process, which does one task at a time.

    Args:
        folders: Where each lies, by name; it goes before one of that name in the home.
    """
    before = dict(_elsewhere)
    _elsewhere.update(folders)
    try:
        yield
    finally:
        _elsewhere.clear()
        _elsewhere.update(before)


def _read(path: Path) -> DatasetCard:
    try:
        stat = path.stat()
    except OSError as error:
        raise _unreadable(path, error) from error
    return _read_version(path, stat.st_mtime_ns, stat.st_size, stat.st_ino)


@functools.lru_cache(maxsize=256)
def _read_version(path: Path, *_version: int) -> DatasetCard:
    try:
        text = path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(path, error) from error
    return DatasetCard.from_document(text, path=path)


def _unreadable(path: Path, error: Exception) -> DatasetFileError:
    reason = error.strerror if isinstance(error, OSError) else "it is not UTF-8"
    message = f"Expected the card of a data set in {path}, got: {reason}. Import again."
    return DatasetFileError(message)
