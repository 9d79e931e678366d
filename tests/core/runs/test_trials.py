"""Which trials of a study may go."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from core.config import TrainingConfig
from core.records import Run, RunScores, RunStatus
from core.runs import trials


def trial(number: int, *, accuracy: float, loss: float, study: str = "study") -> Run:
    """Return a trial that is over."""
    return Run(
        id=f"{study} {number}",
        name=f"trial {number}",
        status=RunStatus.FINISHED,
        reason="",
        created=datetime(2026, 1, 1, tzinfo=UTC),
        config=TrainingConfig(),
        scores=RunScores(validation_accuracy=accuracy, validation_loss=loss),
        study=study,
        trial=number,
    )


POOR = trial(0, accuracy=0.7, loss=0.9)
BEST = trial(1, accuracy=0.9, loss=0.5)
LOWEST_LOSS = trial(2, accuracy=0.8, loss=0.4)


def test_the_best_of_a_study_stay() -> None:
    """Which of the two scores a study was about does not matter."""
    assert trials.not_kept([POOR, BEST, LOWEST_LOSS]) == (POOR,)


def test_each_study_has_its_own_best() -> None:
    """A hard data set is no reason to lose all trials on it."""
    other = trial(0, accuracy=0.1, loss=2.0, study="other")

    assert trials.not_kept([POOR, BEST, other]) == (POOR,)


@pytest.mark.parametrize(
    "wanted",
    [
        replace(POOR, is_starred=True),
        replace(POOR, note="interesting"),
        replace(POOR, scores=RunScores(test_accuracy=0.7, validation_accuracy=0.7)),
        replace(POOR, study=""),
    ],
    ids=["starred", "noted", "tested", "no trial"],
)
def test_what_somebody_wants_stays(wanted: Run) -> None:
    """Nobody shall lose what was marked, or a run of another kind."""
    assert trials.not_kept([wanted, BEST]) == ()


def test_a_study_under_way_keeps_all() -> None:
    """It may still turn out which one is the best."""
    running = replace(trial(3, accuracy=0.1, loss=1.0), status=RunStatus.RUNNING)

    assert trials.not_kept([POOR, BEST, running]) == ()


def test_what_another_run_is_about_to_go_on_with_stays() -> None:
    """It reads the state of the trial when its turn has come."""
    child = replace(POOR, id="child", study="", parent=POOR.id, status=RunStatus.QUEUED)

    assert trials.not_kept([POOR, BEST, child]) == ()
