"""Which trials of hyperparameter studies nobody wanted to keep."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence

from core.records import Run


def not_kept(runs: Sequence[Run]) -> tuple[Run, ...]:
    """Return the trials that may go.

    A trial stays if it was tested and exported, has a star or a note, or has the best
    validation accuracy or loss of its study. So do all of a study that is under way,
    and what another run is about to go on with.

    Args:
        runs: All runs.
    """
    needed = {run.parent for run in runs if not run.status.is_over}
    studies: defaultdict[str, list[Run]] = defaultdict(list)
    for run in runs:
        if run.study:
            studies[run.study].append(run)
    return tuple(
        trial
        for trials in studies.values()
        if all(trial.status.is_over for trial in trials)
        for trial in _others(trials)
        if trial.id not in needed
    )


def _others(trials: Sequence[Run]) -> Iterator[Run]:
    best = set(_best(trials))
    for trial in trials:
        is_marked = trial.has_model or trial.is_starred or trial.note
        if not is_marked and trial.id not in best:
            yield trial


def _best(trials: Iterable[Run]) -> Iterator[str]:
    """Give the ids of those with the highest accuracy and the lowest loss."""
    accuracies, losses = [], []
    for trial in trials:
        scores = trial.scores
        if scores.validation_accuracy is not None:
            accuracies.append((scores.validation_accuracy, trial.id))
        if scores.validation_loss is not None:
            losses.append((scores.validation_loss, trial.id))
    if accuracies:
        yield max(accuracies)[1]
    if losses:
        yield min(losses)[1]
