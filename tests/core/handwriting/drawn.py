"""Drawings that tests of My handwriting build on."""

import numpy as np

from core.handwriting import collection
from core.handwriting.collection import Drawing
from core.imaging.strokes import Strokes


def bar(*, pen: float = 20.0, left: int = 140) -> Strokes:
    """Draw a vertical line on a canvas of 280 x 280 pixels."""
    path = np.array([(left, 60), (left, 220)], np.float32)
    return Strokes((path,), (pen,), (280, 280))


def keep(*labels: str, answer: str = "1") -> tuple[Drawing, ...]:
    """Keep a drawing of each label, all of them answered alike."""
    return tuple(
        collection.add(bar(left=60 + 2 * at), label=label, answer=answer)
        for at, label in enumerate(labels)
    )
