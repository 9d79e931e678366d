"""Suspect images that lie transposed, by what their classes look like elsewhere.

The mean image of a class, as it lies and turned, is compared with that of a data set
which has a class of the same name. A class that looks the same both ways, such as a 0
or an x, says little; so each weighs as much as its two comparisons differ.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets.classes import members
from core.datasets.importing.source import Source
from core.imaging.normalise import resample
from core.types import ByteImages, GrayImage, Labels

LOOK_TRANSPOSED: Final = "The images look transposed"
"""How the remark begins that a data set has if they do."""

_UPRIGHT: Final = "The images seem to lie upright"
_SIDE: Final = 28
_LEAST_EVIDENCE: Final = 0.1  # sum of differences of correlations
_MAX_IMAGES: Final = 20_000


@dataclass(frozen=True)
class Suspicion:
    """What a comparison suggests.

    Attributes:
        looks_transposed: Whether the classes look more like the known ones turned.
        confidence: Share of the evidence that says so, 0.5 to 1.0.
        num_classes: How many classes were compared.
    """

    looks_transposed: bool
    confidence: float
    num_classes: int

    def __str__(self) -> str:
        """Say it in a sentence."""
        what = LOOK_TRANSPOSED if self.looks_transposed else _UPRIGHT
        return (
            f"{what}: so says {self.confidence:.0%} of the evidence from "
            f"{self.num_classes} classes that are known from other data sets."
        )


def suspect(
    means: Mapping[str, GrayImage], known: Mapping[str, GrayImage]
) -> Suspicion | None:
    """Compare mean images of classes with known ones, as they lie and turned.

    Args:
        means: Mean image of each class by its name, float32 of shape (height, width),
            0.0 for paper.
        known: The same of upright images, of any size.

    Returns:
        None if no class is known, or those that are look the same both ways.
    """
    by_character = {
        character: mean for name, mean in known.items() for character in members(name)
    }
    evidence: list[float] = []
    for name, mean in means.items():
        fitting = [by_character[each] for each in members(name) if each in by_character]
        if fitting and mean.max() > 0:
            evidence.append(_evidence(_scaled(mean), _scaled(fitting[0])))
    weight = sum(map(abs, evidence))
    if weight < _LEAST_EVIDENCE:
        return None
    share = sum(max(each, 0.0) for each in evidence) / weight
    return Suspicion(share > 0.5, max(share, 1 - share), len(evidence))  # noqa: PLR2004 - half


def suspect_source(source: Source, known: Mapping[str, GrayImage]) -> Suspicion | None:
    """Compare up to 20,000 training images of a source; see `suspect`.

    Raises:
        DatasetFileError: If the source is damaged.
    """
    means = class_means(source.chunks("train"), len(source.facts.classes))
    by_name = dict(zip(source.facts.classes, means, strict=True))
    return suspect(by_name, known)


def class_means(
    chunks: Iterable[tuple[ByteImages, Labels]], num_classes: int
) -> NDArray[np.float32]:
    """Average the first 20,000 images by class.

    Args:
        chunks: Images, uint8 of shape (n, height, width), and their classes.
        num_classes: How many there are.

    Returns:
        float32 of shape (num_classes, height, width), 0.0 for paper and 1.0 for full
        ink; all 0 for a class without images.
    """
    sums: NDArray[np.float64] | None = None
    counts = np.zeros(num_classes)
    for images, labels in chunks:
        if sums is None:
            sums = np.zeros((num_classes, *images.shape[1:]))
        for label in np.unique(labels):
            sums[label] += images[labels == label].sum(axis=0, dtype=np.float64)
        counts += np.bincount(labels, minlength=num_classes)
        if counts.sum() >= _MAX_IMAGES:
            break
    if sums is None:
        return np.zeros((num_classes, _SIDE, _SIDE), np.float32)
    full_ink = 255 * np.maximum(counts, 1)
    means: NDArray[np.float32] = (sums.T / full_ink).T.astype(np.float32)
    return means


def _scaled(mean: GrayImage) -> NDArray[np.float64]:
    return resample(mean, _SIDE, _SIDE)


def _evidence(mean: NDArray[np.float64], known: NDArray[np.float64]) -> float:
    """Return by how much the turned image is more like the known one."""
    upright, turned = (
        float(np.corrcoef(each.ravel(), known.ravel())[0, 1]) for each in (mean, mean.T)
    )
    return turned - upright
