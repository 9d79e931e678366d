"""What classes look like in the data sets that are here already."""

import contextlib
from collections.abc import Iterable, Sequence
from typing import Final

from core.datasets import catalog, store
from core.datasets.classes import members
from core.datasets.importing.orientation import LOOK_TRANSPOSED, class_means
from core.datasets.spec import DatasetSpec, Origin
from core.errors import DatasetError, HomeError
from core.types import GrayImage

_MOST_IMAGES: Final = 20_000
_TRUSTED: Final[tuple[Origin, ...]] = ("bundled", "download", "imported")
"""Whose images are upright for certain comes first."""


def step_of(num_images: int) -> int:
    """Return which of so many images to take for a mean: each, every second..."""
    return max(1, num_images // _MOST_IMAGES)


def means(classes: Sequence[str]) -> dict[str, GrayImage]:
    """Average classes in the data sets that are here.

    Args:
        classes: Names of the classes to look for.

    Returns:
        Mean training image by the name of a class that has a character of these,
        float32 of shape (height, width), 0.0 for paper; sizes may differ.
    """
    wanted = _characters(classes)
    found: dict[str, GrayImage] = {}
    for spec in sorted(candidates(), key=lambda each: _TRUSTED.index(each.origin)):
        useful = wanted & _characters(spec.classes)
        if not useful:
            continue
        with contextlib.suppress(DatasetError, HomeError):
            found |= {
                name: mean
                for name, mean in _means_of(spec)
                if useful & _characters([name])
            }
            wanted -= useful
    return found


def candidates() -> list[DatasetSpec]:
    """Return the data sets whose images are believed to be upright."""
    suspected = {
        card.spec.name
        for card in catalog.cards()
        if any(each.startswith(LOOK_TRANSPOSED) for each in card.remarks)
    }
    return [
        spec
        for spec in catalog.specs()
        if spec.origin in _TRUSTED and spec.name not in suspected
    ]


def _means_of(spec: DatasetSpec) -> Iterable[tuple[str, GrayImage]]:
    train = store.load_spec(spec).train
    step = step_of(len(train.labels))
    sampled = [(train.images[::step], train.labels[::step])]
    return zip(spec.classes, class_means(sampled, len(spec.classes)), strict=True)


def _characters(classes: Sequence[str]) -> set[str]:
    return {character for name in classes for character in members(name)}
