"""What runs answered to their test images, and which runs had the same ones.

Only answers to the same images can be compared. Runs of one data set had the same
test images, unless another data set has got its name in between.
"""

from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import numpy as np

from core.errors import ArtifactError, ComparisonError
from core.evaluation import checks
from core.predictions import Predictions
from core.records import Run
from core.runs import unpacked
from core.types import Labels

MIN_RUNS: Final = 2
MAX_RUNS: Final = 20


@dataclass(frozen=True, eq=False, kw_only=True)
class Answers:
    """What a run answered to its test images.

    Attributes:
        labels: Right class of each image, uint8 of shape (n,).
        predicted: Most probable class of each image, uint8 of shape (n,).
        num_classes: Number of classes that it knows.
    """

    labels: Labels
    predicted: Labels
    num_classes: int


def predictions(path: Path, run: Run) -> Predictions:
    """Return what a run says about its test images, without features; mapped.

    Args:
        path: The run's file of predictions.
        run: The run.

    Raises:
        ArtifactError: If they are missing or damaged.
    """
    found = unpacked.load(path)
    try:
        checks.check_predictions(found.labels, found.probabilities)
    except ValueError as error:
        message = (
            f"Expected the predictions of {run.name} ({run.id}), but they are damaged: "
            f"{error} Train it again."
        )
        raise ArtifactError(message) from error
    return found


def read(path: Path, run: Run) -> Answers:
    """Return what a run answered; see `predictions`."""
    found = predictions(path, run)
    return Answers(
        labels=np.array(found.labels),
        predicted=found.probabilities.argmax(axis=1).astype(np.uint8),
        num_classes=found.probabilities.shape[1],
    )


def stacked(runs: Sequence[Run], answers: Sequence[Answers]) -> Labels:
    """Return the predicted classes of several runs, uint8 of shape (runs, n).

    Raises:
        ComparisonError: If they were tested on different images.
    """
    first = answers[0]
    for run, each in zip(runs, answers, strict=True):
        same_classes = each.num_classes == first.num_classes
        if not same_classes or not np.array_equal(each.labels, first.labels):
            message = (
                "Expected runs that were tested on the same images, but those of "
                f"{run.name} ({run.id}) are not those of {runs[0].name} "
                f"({runs[0].id}). Train one of the two again."
            )
            raise ComparisonError(message)
    return np.stack([each.predicted for each in answers])


def titles(runs: Sequence[Run]) -> list[str]:
    """Name runs so that two of one name are told apart: "(1) fast-mlp"."""
    return [f"({number}) {run.name}" for number, run in enumerate(runs, start=1)]


def by_test_images(runs: Sequence[Run]) -> tuple[tuple[Run, ...], ...]:
    """Sort runs into groups that had the same test images, in the order given."""
    groups: list[tuple[list[Run], set[str]]] = []
    for run in runs:
        fitting = (each for each in groups if _has_images_of(*each, run))
        members, known = next(fitting, ([], set()))
        if not members:
            groups.append((members, known))
        members.append(run)
        known.update({run.fingerprint} - {""})
    return tuple(tuple(members) for members, _ in groups)


def check_comparable(runs: Sequence[Run]) -> None:
    """Check that runs with a model can be compared with each other.

    Raises:
        ComparisonError: If they are too few or too many, one is given twice, or they
            were tested on different images.
    """
    ids = [run.id for run in runs]
    twice = next((each for each in runs if ids.count(each.id) > 1), None)
    if twice is not None:
        message = (
            f"Expected different runs, got {twice.name} ({twice.id}) "
            f"{ids.count(twice.id)} times. Name each run once."
        )
        raise ComparisonError(message)
    if not MIN_RUNS <= len(runs) <= MAX_RUNS:
        message = (
            f"Expected {MIN_RUNS} to {MAX_RUNS} runs to compare, got {len(runs)}. Name "
            "others; `python -m core runs list` shows all."
        )
        raise ComparisonError(message)
    groups = by_test_images(runs)
    if len(groups) > 1:
        message = (
            "Expected runs that were tested on the same images, got "
            f"{' and '.join(map(_described, groups))}. Compare runs of one data set "
            "at a time."
        )
        raise ComparisonError(message)


def _has_images_of(group: Sequence[Run], known: AbstractSet[str], run: Run) -> bool:
    """Tell whether a run fits all others; old runs have noted no fingerprint."""
    is_named_alike = run.config.dataset == group[0].config.dataset
    return is_named_alike and (
        not known or not run.fingerprint or run.fingerprint in known
    )


def _described(group: Sequence[Run]) -> str:
    names = ", ".join(run.name for run in group)
    version = group[0].fingerprint[:8]
    of = (
        f"{group[0].config.dataset} ({version})" if version else group[0].config.dataset
    )
    return f"{names} of {of}"
