"""Sort data files into sets, and choose the one that is meant."""

from collections.abc import Iterable, Mapping
from typing import Final

from core.datasets import emnist
from core.datasets.importing import file_names
from core.datasets.importing.entries import Entry
from core.datasets.importing.file_names import FileName
from core.datasets.importing.source import ImportOptions
from core.errors import SeveralSetsError

NOT_OFFICIAL: Final = (
    "The files are named like EMNIST's, but they are not the official files: sizes or "
    "SHA-256 differ. They were read like EMNIST's."
)

Named = tuple[Entry, FileName]


def by_group(entries: Iterable[Entry]) -> dict[str, list[Named]]:
    """Sort files by the set that their names tell, in order of these names."""
    groups: dict[str, list[Named]] = {}
    for entry in entries:
        name = file_names.parse(entry.path)
        groups.setdefault(name.group, []).append((entry, name))
    return dict(sorted(groups.items()))


def chosen(
    groups: Mapping[str, list[Named]], options: ImportOptions
) -> tuple[str, list[Named]]:
    """Choose the set that the options name, or the only one.

    Raises:
        SeveralSetsError: If there are several and none is chosen, or not one of them.
    """
    names = {group: _short(group, files) for group, files in groups.items()}
    if options.split is None:
        fitting = list(groups)
    else:
        wanted = options.split.lower().removeprefix("emnist-")
        fitting = [
            group
            for group, name in names.items()
            if wanted in (name.lower(), group.lower(), group.lower().split("/")[-1])
        ]
    if len(fitting) == 1:
        return fitting[0], groups[fitting[0]]
    wish = f"the split {options.split!r}" if options.split else "one data set"
    message = (
        f"Expected {wish}, got {len(groups)} that lie there: "
        f"{', '.join(names.values())}. Choose one of them as the split."
    )
    raise SeveralSetsError(message, tuple(names.values()))


def _short(group: str, files: list[Named]) -> str:
    split = files[0][1].split
    return group.removeprefix("emnist-") if split else group


UNPACKED: Final = (
    "The files are named and sized like EMNIST's, but are not packed as NIST publishes "
    "them, so their SHA-256 could not be compared."
)


def is_official_split(group: str, split: str | None) -> bool:
    """Tell whether a set is named exactly like one of EMNIST's splits."""
    return split is not None and group == emnist.SPLITS[split].dataset_name
