"""A selection of images to take along: as a table, and as IDX files in a zip."""

import csv
import io
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from core.datasets import export
from core.datasets.arrays import Split
from core.evaluation.selection import Judged
from core.handover.tables import number_cell, text_cell
from core.types import Indices, SplitName

SPLITS: Final[Mapping[SplitName, str]] = {"train": "training", "test": "test"}
MAX_IMAGES: Final = 100_000
"""More do not go into memory and through a browser."""

TABLE: Final = "images.csv"
IMAGES: Final = "selection-images-idx3-ubyte.gz"
LABELS: Final = "selection-labels-idx1-ubyte.gz"


@dataclass(frozen=True, eq=False, kw_only=True)
class Selected:
    """Some images of a split, and what a run says of them.

    Attributes:
        indices: Their positions in the split, int64 of shape (n,), in this order.
        part: The split.
        judged: What the run says of all images of the split.
        classes: Names of the classes.
        unusualness: How unusual each image of the split is, float32; None if nobody
            has worked it out.
        held_out: Positions of those that the run was validated with.
    """

    indices: Indices
    part: SplitName
    judged: Judged
    classes: tuple[str, ...]
    unusualness: NDArray[np.float32] | None = None
    held_out: frozenset[int] = field(default=frozenset())


def table(selected: Selected) -> str:
    """Write one line for each image as CSV: where it is, and what was said of it.

    Positions count from 0. Confidence, margin and loss are those of
    `core.evaluation.selection`.
    """
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(_rows(selected))
    return text.getvalue()


def _rows(selected: Selected) -> Iterator[list[str | int]]:
    judged, unusualness = selected.judged, selected.unusualness
    yield [
        *("split", "index", "true", "predicted", "true_label", "predicted_label"),
        *("confidence", "margin", "loss"),
        *([] if unusualness is None else ["unusualness"]),
        *(["held_out"] if selected.part == "train" else []),
    ]
    for index in selected.indices.tolist():
        true, predicted = int(judged.labels[index]), int(judged.predicted[index])
        numbers = [judged.confidence, judged.margin, judged.loss]
        if unusualness is not None:
            numbers.append(unusualness)
        row: list[str | int] = [
            *(SPLITS[selected.part], index),
            *(text_cell(selected.classes[each]) for each in (true, predicted)),
            *(true, predicted),
            *(number_cell(float(each[index])) for each in numbers),
        ]
        if selected.part == "train":
            row.append("yes" if index in selected.held_out else "no")
        yield row


def idx_zip(selected: Selected, split: Split) -> bytes:
    """Write images and labels as IDX files, with the table, into a zip.

    Args:
        selected: Which images, at most `MAX_IMAGES`.
        split: The images of the split.

    Returns:
        The zip; the same selection gives the same bytes.
    """
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        export.write_idx_file(archive, IMAGES, split.images[selected.indices])
        export.write_idx_file(archive, LABELS, split.labels[selected.indices])
        export.write_text(archive, TABLE, table(selected))
    return file.getvalue()
