"""The state of a training is kept now and then, and never at the training's cost."""

from collections.abc import Callable
from pathlib import Path

import pytest

from core.jobs import autosave
from core.jobs.autosave import Autosave
from core.runs import checkpoint_files
from core.runs.checkpoint import Checkpoint, finished_epochs_in
from core.training.train import train
from tests.small_data import SMALL, no_room, stripes

RUN = "0" * 32


class Clock:
    """A clock that goes only when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        """Return the time in seconds."""
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """Put a clock of this test in the place of that of the machine."""
    clock = Clock()
    monkeypatch.setattr(autosave.time, "monotonic", clock)
    return clock


@pytest.fixture(scope="module")
def checkpoint() -> Checkpoint:
    """Return where a training of two epochs ended."""
    return train(stripes(400), SMALL).checkpoint


def slow(
    checkpoint: Checkpoint, clock: Clock, seconds: float
) -> Callable[[], Checkpoint]:
    """Make what takes some time to make a checkpoint."""

    def make() -> Checkpoint:
        clock.now += seconds
        return checkpoint

    return make


def test_what_was_kept_can_be_read(
    home: Path, clock: Clock, checkpoint: Checkpoint
) -> None:
    keep = Autosave(RUN, say=pytest.fail)
    clock.now += 10

    keep(lambda: checkpoint)

    assert home in checkpoint_files.file_of(RUN).parents
    assert finished_epochs_in(checkpoint_files.file_of(RUN)) == 2
    assert (
        Checkpoint.load(checkpoint_files.file_of(RUN)).num_steps == checkpoint.num_steps
    )


def test_a_short_training_is_not_held_up(clock: Clock) -> None:
    """Nothing is even copied."""
    keep = Autosave(RUN, say=pytest.fail)
    clock.now += 9.9

    keep(lambda: pytest.fail("a checkpoint was made"))

    assert not checkpoint_files.file_of(RUN).exists()


@pytest.mark.parametrize(("took", "wait"), [(0.0, 10), (0.1, 10), (3.0, 150)])
def test_keeping_a_state_takes_no_more_than_a_fiftieth_of_the_time(
    clock: Clock, checkpoint: Checkpoint, took: float, wait: float
) -> None:
    """That of a large network takes seconds to be written."""
    keep = Autosave(RUN, say=pytest.fail)
    clock.now += 10
    keep(slow(checkpoint, clock, took))
    checkpoint_files.file_of(RUN).unlink()

    clock.now += wait - 0.1
    keep(lambda: pytest.fail("too soon"))
    clock.now += 0.1
    keep(lambda: checkpoint)

    assert checkpoint_files.file_of(RUN).exists()


def test_a_full_disk_is_said_once_and_leaves_what_was_there(
    clock: Clock, checkpoint: Checkpoint
) -> None:
    """A training does not fail for it, and half of a state is none."""
    said: list[str] = []
    keep = Autosave(RUN, say=said.append)
    clock.now += 10
    keep(lambda: checkpoint)
    before = checkpoint_files.file_of(RUN).read_bytes()

    with no_room(beyond=1000):
        for _ in range(2):
            clock.now += 10
            keep(lambda: checkpoint)

    (only,) = said
    assert "could not be saved" in only
    assert checkpoint_files.file_of(RUN).read_bytes() == before
    assert [path.name for path in checkpoint_files.file_of(RUN).parent.iterdir()] == [
        f"{RUN}.npz"
    ]
