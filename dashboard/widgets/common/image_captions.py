"""What a run says of images, in words for hovering and in a few letters for tiles."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from core.evaluation.selection import Judged
from core.types import Indices, SplitName
from dashboard import words
from dashboard.charts.tile_texts import TileText
from dashboard.widgets.common.gallery import Tiles

SHOWN: Final[dict[SplitName, str]] = {"train": "training", "test": "test"}
MAX_LETTERS: Final = 4
"""Of a class on a tile; longer names are cut."""

HELD_OUT: Final = "*"


def tiles(
    judged: Judged,
    classes: Sequence[str],
    indices: Indices,
    *,
    part: SplitName = "test",
    held_out: frozenset[int] = frozenset(),
) -> Tiles:
    """Return images with what is told of them: a caption, and "4" or marked "4→9".

    Args:
        judged: What a run says of all images of a split.
        classes: Names of the classes.
        indices: Which images.
        part: The split.
        held_out: Positions of those that the run was validated with.
    """
    captions, texts = [], []
    for index in indices.tolist():
        true, predicted = int(judged.labels[index]), int(judged.predicted[index])
        is_held_out = index in held_out
        captions.append(
            f"{classes[true]} predicted as {classes[predicted]}, "
            f"{words.confidence(float(judged.confidence[index]))}, "
            f"{SHOWN[part]} image {index:,}"
            f"{', held out for validation' if is_held_out else ''}"
        )
        text = read(classes[true], classes[predicted])
        texts.append(replace(text, below=text.below + HELD_OUT * is_held_out))
    return Tiles(indices, captions, texts)


def read(label: str, predicted: str) -> TileText:
    """Return what was read on a tile: its label "4", or marked "4→9"."""
    if label == predicted:
        return TileText(cut(label))
    return TileText(f"{cut(label)}→{cut(predicted)}", is_marked=True)


def cut(name: str, most: int = MAX_LETTERS) -> str:
    """Shorten the name of a class to what a tile has room for."""
    return name if len(name) <= most else name[: most - 1] + "\u2026"
