"""What a trial tells its study after each epoch, and when it is ended."""

import pytest

from core.errors import StudyStoreError, TrainingStopped
from core.jobs.kinds.trial import _Watch
from core.records import History, Progress
from tests import small_data


class Context:
    """Takes down what a task says, and reports nowhere."""

    def __init__(self) -> None:
        self.said: list[str] = []

    def say(self, *lines: str) -> None:
        """Take down some lines."""
        self.said += lines

    def report_training(self, progress: Progress) -> None:
        """Report nowhere."""


class HopelessStudy:
    """Takes down after how many epochs it was asked, and sees no promise."""

    def __init__(self) -> None:
        self.asked: list[int] = []

    def is_hopeless(self, number: int, history: History) -> bool:
        """Say that trial 7 should end."""
        assert number == 7
        self.asked.append(history.num_epochs)
        return True


class UnreachableStudy:
    """Does not answer."""

    def is_hopeless(self, *_: object) -> bool:
        """Fail."""
        message = "Expected the storage to answer."
        raise StudyStoreError(message)


def after(epochs: int) -> Progress:
    """Make the report at the end of an epoch, of two."""
    scores = (0.5,) * epochs
    history = History(
        loss=scores, accuracy=scores, val_loss=scores, val_accuracy=scores
    )
    return small_data.progress(epochs - 0.002, history=history)


def test_trial_without_promise_ends_after_an_epoch() -> None:
    study = HopelessStudy()
    watch = _Watch(Context(), study=study, number=7)

    watch(small_data.progress(0.5))
    with pytest.raises(TrainingStopped):
        watch(after(1))

    assert study.asked == [1]
    assert watch.is_pruned


def test_last_epoch_is_reported_but_ends_no_trial() -> None:
    """It has been trained to the end: nothing is saved, and its score counts."""
    study = HopelessStudy()
    watch = _Watch(Context(), study=study, number=7)

    watch(after(2))

    assert study.asked == [2]
    assert not watch.is_pruned


def test_trial_goes_on_without_a_study_that_cannot_be_reached() -> None:
    context = Context()
    watch = _Watch(context, study=UnreachableStudy(), number=7)

    watch(after(1))
    watch(after(2))

    assert sum("goes on without its study" in line for line in context.said) == 1
