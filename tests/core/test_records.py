"""What is known of a run."""

from math import nan

import pytest

from core.records import History, RunStatus
from tests.small_data import progress


@pytest.mark.parametrize(
    ("status", "is_over"),
    [
        (RunStatus.QUEUED, False),
        (RunStatus.RUNNING, False),
        (RunStatus.FINISHED, True),
        (RunStatus.STOPPED, True),
        (RunStatus.FAILED, True),
    ],
)
def test_a_run_is_over_when_nothing_will_change(
    status: RunStatus, *, is_over: bool
) -> None:
    """Pages stop asking then."""
    assert status.is_over is is_over


@pytest.mark.parametrize(
    ("val_loss", "best"),
    [
        pytest.param((0.5, 0.2, 0.3), 2, id="lowest"),
        pytest.param((0.2, 0.5, 0.2), 1, id="first of equals"),
        pytest.param((nan, 0.4, 0.3), 3, id="not the one that is no number"),
        pytest.param((nan, nan), None, id="no number at all"),
        pytest.param((), None, id="nothing held out"),
    ],
)
def test_the_best_epoch_has_the_lowest_validation_loss(
    val_loss: tuple[float, ...], best: int | None
) -> None:
    """Counted from 1, as people do."""
    assert History(loss=val_loss, val_loss=val_loss).best_epoch == best


def test_the_share_is_of_the_whole_training() -> None:
    """Half an epoch of two is a quarter."""
    assert progress(0.5).share == 0.25
