"""Where the end of each epoch of a run lies: by steps of the optimizer, or by time."""

import math
from collections.abc import Sequence
from itertools import groupby

from core.config import TrainingConfig
from core.datasets.spec import DatasetSpec
from core.datasets.splits import num_validation


def steps_at_epochs(
    config: TrainingConfig, num_epochs: int, *, spec: DatasetSpec
) -> tuple[float, ...]:
    """Return how many steps the optimizer had made at the end of each epoch.

    Of emphasised images, those held out for validation are not repeated; as many are
    taken to be held out as of all.

    All batches are full: images left over at the end of an epoch open the next one.
    """
    num_train = spec.num_train
    learned = num_train - num_validation(num_train, config.validation_fraction)
    repeated = len(config.emphasis) * (config.emphasis_factor - 1)
    learned += round(repeated * (1 - config.validation_fraction))
    batch = max(1, min(config.batch_size, learned))
    return tuple(float(epoch * learned // batch) for epoch in range(1, num_epochs + 1))


def seconds_at_epochs(
    moments: Sequence[float], *, train_seconds: float | None
) -> tuple[float, ...]:
    """Return how long a training had run at the end of each epoch.

    Epochs that were written down at one moment (those of the run that it resumed, or
    what came while the store was slow) share the time since the moment before.

    Args:
        moments: When each epoch was written down, in seconds since any fixed moment.
        train_seconds: Time of the whole training; None if it is not over. Then each
            epoch of the first moment counts as long as the others took on average.

    Returns:
        Seconds since the start, for each epoch; NaN if nobody can tell.
    """
    if not moments:
        return ()
    before = _seconds_before(moments, train_seconds)
    seconds: list[float] = []
    for moment, same in groupby(moments):
        size = len(list(same))
        start = seconds[-1] if seconds else 0.0
        end = max(moment - moments[0] + before, start)
        seconds += [start + (end - start) * part / size for part in range(1, size + 1)]
    return tuple(seconds)


def _seconds_before(moments: Sequence[float], train_seconds: float | None) -> float:
    """Return how long it had run at the first of the moments."""
    since = moments[-1] - moments[0]
    if train_seconds is not None:
        return max(train_seconds - since, 0.0)
    num_first = sum(moment <= moments[0] for moment in moments)
    num_later = len(moments) - num_first
    return num_first * since / num_later if num_later else math.nan
