"""New versions of a data set: the same without some images, or with other labels."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Final

import numpy as np

from core import settings
from core.datasets import store
from core.datasets.arrays import PARTS, Dataset
from core.datasets.spec import DatasetSpec, plain
from core.errors import DatasetError
from core.types import Indices, Labels, SplitName

_CHUNK: Final = 4096

_TITLES: Final[Mapping[SplitName, str]] = {"train": "training", "test": "test"}


@dataclass(frozen=True, kw_only=True)
class Change:
    """What to change in one part of a data set.

    Attributes:
        remove: Positions of images to leave out.
        relabel: New class of an image by its position.
    """

    remove: tuple[int, ...] = ()
    relabel: Mapping[int, int] = field(default_factory=dict)


@settings.changes
def create(
    parent: Dataset, changes: Mapping[SplitName, Change], *, reason: str
) -> DatasetSpec:
    """Make the next version of a data set.

    Args:
        parent: The data set to change; it stays as it is.
        changes: What to change, by part.
        reason: Why, as a short clause: "duplicates of other images".

    Returns:
        The description of the new version, whose name ends in "@" and its number.

    Raises:
        DatasetError: If nothing would change, or a position or class does not exist.
        DatasetFileError: If no training or test image, or none of a class, would be
            left.
        HomeError: If there is no room for it.
    """
    _check(parent, changes)
    name = store.next_version(parent.spec.name)
    spec = replace(
        plain(parent.spec), name=name, origin="version", title=_title(parent, name)
    )
    with store.create(spec) as draft:
        draft.parent = parent
        draft.source = f"{parent.spec.name} ({parent.fingerprint[:12]})"
        draft.changes = sentences(parent, changes, reason=reason)
        for part in PARTS:
            split = parent.part(part)
            change = changes.get(part, Change())
            labels = _labels(split.labels, change)
            kept = _kept(len(labels), change)
            for start in range(0, len(kept), _CHUNK):
                chosen = kept[start : start + _CHUNK]
                draft.content.append(part, split.images[chosen], labels[chosen])
    return spec


def sentences(
    parent: Dataset, changes: Mapping[SplitName, Change], *, reason: str
) -> tuple[str, ...]:
    """Say what a version changes, as its card does; see `create`."""
    found = []
    for part, change in changes.items():
        removed, relabelled = len(set(change.remove)), len(change.relabel)
        size = len(parent.part(part).labels)
        if removed:
            found.append(
                f"Without {removed:,} of {size:,} {_TITLES[part]} images: {reason}."
            )
        if relabelled:
            found.append(
                f"{relabelled:,} of {size:,} {_TITLES[part]} images with another "
                f"label: {reason}."
            )
    return tuple(found)


def _title(parent: Dataset, name: str) -> str:
    first = parent.spec.title.partition(", version ")[0]
    return f"{first}, version {name.partition('@')[2]}"


def _labels(labels: Labels, change: Change) -> Labels:
    changed = np.array(labels)
    for position, label in change.relabel.items():
        changed[position] = label
    return changed


def _kept(num_images: int, change: Change) -> Indices:
    is_kept = np.ones(num_images, np.bool_)
    is_kept[list(change.remove)] = False
    return np.flatnonzero(is_kept)


def _check(parent: Dataset, changes: Mapping[SplitName, Change]) -> None:
    if not any(change.remove or change.relabel for change in changes.values()):
        message = (
            "Expected images to remove or to relabel, got none. Choose some images."
        )
        raise DatasetError(message)
    num_classes = len(parent.spec.classes)
    for part, change in changes.items():
        size = len(parent.part(part).labels)
        positions = [*change.remove, *change.relabel]
        strays = [each for each in positions if not 0 <= each < size]
        wrong = [
            each for each in change.relabel.values() if not 0 <= each < num_classes
        ]
        if strays or wrong:
            message = (
                f"Expected positions below {size:,} and classes below {num_classes} in "
                f"the {_TITLES[part]} images of {parent.spec.name}, got "
                f"{(strays or wrong)[0]}. Choose others."
            )
            raise DatasetError(message)
