"""Drawings as a task carries them.

They may be changed or deleted before its turn comes, and a worker on another machine
has none.
"""

from collections.abc import Sequence
from typing import Self

import numpy as np
from pydantic import BaseModel, ConfigDict

from core.datasets.arrays import Split
from core.datasets.spec import DatasetSpec
from core.errors import SchemaError
from core.handwriting import arrays
from core.handwriting.drawing import Drawing
from core.imaging import packed


class Examples(BaseModel):
    """Drawings with their classes, as a task carries them.

    Attributes:
        ids: Of the drawings.
        labels: Their classes, as the network numbers them.
        pixels: Their images; `core.imaging.packed` reads them. Empty if there are none.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    ids: tuple[str, ...] = ()
    labels: tuple[int, ...] = ()
    pixels: str = ""

    @classmethod
    def of(cls, drawings: Sequence[Drawing], spec: DatasetSpec) -> Self:
        """Take those drawings that show a class of a data set and are not blank."""
        chosen, labels = arrays.labelled(drawings, spec.classes)
        images = arrays.glyphs(chosen, spec.ink_style, spec.image_shape)
        inked = [at for at, image in enumerate(images) if image.any()]
        if not inked:
            return cls()
        return cls(
            ids=tuple(chosen[at].id for at in inked),
            labels=tuple(labels[inked].tolist()),
            pixels=packed.pack(images[inked]),
        )

    def split(self, spec: DatasetSpec) -> Split:
        """Return images and labels.

        Raises:
            SchemaError: If they do not fit the data set.
        """
        shape = len(self.ids), *spec.image_shape
        images = np.zeros(shape, np.uint8)
        if self.pixels:
            images = packed.unpack(self.pixels)
        labels = np.array(self.labels, np.uint8)
        is_known = not labels.size or int(labels.max()) < len(spec.classes)
        if images.shape == shape and labels.shape == shape[:1] and is_known:
            return Split(images, labels)
        message = (
            f"Expected drawings of shape {shape} of {len(spec.classes)} classes, got "
            f"images of shape {images.shape} with {labels.size} labels. The data set "
            "is another one now: start the fine-tuning again."
        )
        raise SchemaError(message)
