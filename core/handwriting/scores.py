"""How well runs read one's own hand: drawings that they have not learned from."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.errors import DatasetError
from core.evaluation import metrics, shared_classes
from core.handwriting import arrays, learned, storage
from core.handwriting.drawing import Drawing
from core.inference import Predictor
from core.proportion import Proportion
from core.records import Run
from core.runs import run_dataset

if TYPE_CHECKING:
    from core.runs.store import RunStore

_FULL_INK = 255

Predicted = Mapping[str, int]
"""The class that a run says, by the id of the drawing."""


def of_run(store: "RunStore", run: Run) -> Proportion | None:
    """Score a run on all drawings whose class it knows and that are new to it.

    Args:
        store: Where the run is kept.
        run: A run with a model.

    Returns:
        Share of them that it reads right; None if there are none.

    Raises:
        ArtifactError: If its model is missing or damaged.
        UnknownDatasetError: If nobody knows its classes any more.
    """
    drawings = storage.drawings()
    classes = run_dataset.spec_of(store, run).classes
    fresh = new_to(store, run, known_to(classes, drawings))
    return score(predict(store, run, fresh), fresh, classes)


def known_to(
    classes: Sequence[str], drawings: Iterable[Drawing]
) -> tuple[Drawing, ...]:
    """Return the drawings for which some class of a model is right."""
    found = tuple(drawings)
    right = _right({each.label for each in found}, classes)
    return tuple(each for each in found if each.label in right)


def new_to(
    store: "RunStore", run: Run, drawings: Iterable[Drawing]
) -> tuple[Drawing, ...]:
    """Return the drawings that a run has not learned from."""
    seen = learned.ids_of(store, run)
    return tuple(each for each in drawings if each.id not in seen)


def predict(store: "RunStore", run: Run, drawings: Sequence[Drawing]) -> Predicted:
    """Let a run read drawings, in the style and size of its own data set.

    Raises:
        ArtifactError: If its model is missing or damaged.
        UnknownDatasetError: If nobody knows its classes any more.
    """
    if not drawings:
        return {}
    spec = run_dataset.spec_of(store, run)
    predictor = Predictor(store.artifact(run.id, "model.tflite"))
    images = arrays.glyphs(drawings, spec.ink_style, spec.image_shape)
    said = predictor.predict(np.divide(images, _FULL_INK, dtype=np.float32))
    answers = metrics.predicted_classes(said).tolist()
    return {each.id: at for each, at in zip(drawings, answers, strict=True)}


def score(
    predicted: Predicted, drawings: Sequence[Drawing], classes: Sequence[str]
) -> Proportion | None:
    """Count how many drawings are read right.

    Args:
        predicted: What a run says of each of them.
        drawings: Drawings whose class it knows; see `known_to`.
        classes: Names of its classes. Of "C/c", either C or c is right, and the other
            way round.

    Returns:
        None of no drawings.
    """
    if not drawings:
        return None
    right = _right({each.label for each in drawings}, classes)
    hits = sum(predicted[each.id] in right[each.label] for each in drawings)
    return Proportion(hits, len(drawings))


def _right(labels: Iterable[str], classes: Sequence[str]) -> dict[str, tuple[int, ...]]:
    """Return the classes that are right for each label; a label without any is not."""
    found = {}
    for label in labels:
        try:
            (found[label],) = shared_classes.covering(classes, (label,))
        except DatasetError:
            continue
    return found
