"""Where epochs end, by steps and by time, worked out by hand."""

import math
from dataclasses import replace

import pytest

from core.config import TrainingConfig
from core.datasets import catalog
from core.insight.curve_axes import seconds_at_epochs, steps_at_epochs

MNIST = catalog.spec("mnist")


def test_images_left_over_open_the_next_epoch() -> None:
    """90 of 100 images are learned, in batches of 40: 2.25 batches an epoch."""
    spec = replace(MNIST, num_train=100)
    config = TrainingConfig(batch_size=40, validation_fraction=0.1)

    assert steps_at_epochs(config, 4, spec=spec) == (2, 4, 6, 9)


def test_batch_is_at_most_all_images() -> None:
    spec = replace(MNIST, num_train=10)
    config = TrainingConfig(batch_size=4096, validation_fraction=0.0)

    assert steps_at_epochs(config, 2, spec=spec) == (1, 2)


def test_times_end_with_that_of_the_training() -> None:
    """The first epoch compiles: it takes what is left of the whole time."""
    seconds = seconds_at_epochs((1000.0, 1001.0, 1003.0), train_seconds=5.0)

    assert seconds == (2.0, 3.0, 5.0)


def test_epochs_that_were_written_down_together_share_their_time() -> None:
    """As those of the run that one resumes, whose curves are copied at its start."""
    seconds = seconds_at_epochs((50.0, 50.0, 50.0, 50.0, 52.0), train_seconds=10.0)

    assert seconds == (2.0, 4.0, 6.0, 8.0, 10.0)


def test_first_epoch_of_a_running_training_counts_as_long_as_the_others() -> None:
    seconds = seconds_at_epochs((7.0, 9.0, 12.0), train_seconds=None)

    assert seconds == (2.5, 4.5, 7.5)


def test_epochs_before_a_resumed_training_count_as_long_as_those_since() -> None:
    """Three were copied at its start; it has made two, of 10 seconds each."""
    moments = (100.0, 100.0, 100.0, 110.0, 120.0)

    seconds = seconds_at_epochs(moments, train_seconds=None)

    assert seconds == (10.0, 20.0, 30.0, 40.0, 50.0)


def test_single_epoch_of_a_running_training_has_no_time() -> None:
    (only,) = seconds_at_epochs((7.0,), train_seconds=None)

    assert math.isnan(only)
    assert seconds_at_epochs((), train_seconds=3.0) == ()


@pytest.mark.parametrize("train_seconds", [5.0, None])
def test_time_never_runs_backwards(train_seconds: float | None) -> None:
    """The clock of a computer may be set back."""
    seconds = seconds_at_epochs((9.0, 10.0, 4.0, 11.0), train_seconds=train_seconds)

    assert list(seconds) == sorted(seconds)
