"""What to write next, so that a fair set comes together: few drawings of each class."""

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np

from core.datasets import classes as class_names
from core.handwriting import arrays
from core.handwriting.drawing import Drawing

NUM: Final = 20


def of_round(
    classes: Sequence[str], drawings: Sequence[Drawing], *, seed: int, num: int = NUM
) -> tuple[str, ...]:
    """Choose classes to write, those first of which there are the fewest drawings.

    Args:
        classes: Names of the classes of a model.
        drawings: The drawings that there are.
        seed: Of the order; another one each round.
        num: How many to choose.

    Returns:
        Names of classes, shuffled; the same one never twice in a row if that can be.
    """
    generator = np.random.default_rng(seed)
    _, labels = arrays.labelled(drawings, classes)
    counts = np.bincount(labels, minlength=len(classes))
    chosen = []
    for _ in range(num):
        fewest = np.flatnonzero(counts == counts.min())
        at = int(generator.choice(fewest))
        counts[at] += 1
        chosen.append(classes[at])
    return _apart(generator.permutation(np.array(chosen, object)).tolist())


def to_write(name: str) -> str:
    """Say what to write for a class: "7", or "c or C" for "C/c"."""
    return " or ".join(sorted(class_names.members(name), key=str.isupper))


def _apart(names: Iterable[str]) -> tuple[str, ...]:
    """Put something else between equal neighbours, as far as there is something."""
    found = list(names)
    for place in range(1, len(found)):
        if found[place] != found[place - 1]:
            continue
        for other in range(place + 1, len(found)):
            if found[other] != found[place]:
                found[place], found[other] = found[other], found[place]
                break
    return tuple(found)
