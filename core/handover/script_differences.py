"""What a run's script does otherwise than the run, and when."""

from collections.abc import Callable, Iterator
from typing import Final

from core.records import FINE_TUNE, Run, RunStatus


def differences(run: Run) -> Iterator[str]:
    """List what the script does otherwise than the run, a sentence each."""
    return (said for is_so, said in _DIFFERENCES if is_so(run))


def _moves_more_than_once(run: Run) -> bool:
    changes = run.training.augmentation
    moves = (changes.shift, changes.zoom, changes.rotation, changes.shear)
    return sum(map(bool, moves)) > 1


_DIFFERENCES: Final[tuple[tuple[Callable[[Run], object], str], ...]] = (
    (
        lambda run: run.status is RunStatus.STOPPED and run.scores.best_epoch,
        (
            "The run was stopped before its last epoch and kept the weights of its "
            "best epoch; this script trains to the end."
        ),
    ),
    (
        lambda run: run.status is RunStatus.STOPPED and not run.scores.best_epoch,
        (
            "The run was stopped before its last epoch and kept its latest weights; "
            "this script trains to the end."
        ),
    ),
    (
        lambda run: run.kind == FINE_TUNE,
        (
            "The run was fine-tuned on drawings of somebody's own hand, beginning with "
            "the weights of another run. This script does not repeat that: it trains "
            "a network from the start, with the small steps of a fine-tuning."
        ),
    ),
    (
        lambda run: run.parent and run.kind != FINE_TUNE,
        (
            "The run continued another one, so its learning rate may have jumped; here "
            "the epochs of both follow one schedule."
        ),
    ),
    (
        lambda _: True,
        (
            "The initial weights, the order of the images and everything else that is "
            "random are drawn in another way."
        ),
    ),
    (
        lambda run: run.training.validation_fraction,
        (
            "The validation split of each class is rounded, so it may differ by an "
            "image per class."
        ),
    ),
    (
        lambda _: True,
        (
            "The last batch of an epoch may be smaller; in the run, images left over "
            "started the next epoch."
        ),
    ),
    (
        lambda run: run.training.label_smoothing,
        "The losses include label smoothing; those of the run do not.",
    ),
    (
        lambda run: run.training.emphasis,
        (
            "The run showed some training images several times in each epoch "
            "(emphasised images); this script shows each once."
        ),
    ),
    (
        lambda run: run.training.class_weights == "balanced",
        "Training losses are told with class weights; the run told them without.",
    ),
    (
        lambda run: run.training.weight_average,
        (
            "Keras averages the weights (use_ema) with the full decay from the first "
            "step on, and without the statistics of batch normalisation."
        ),
    ),
    (
        _moves_more_than_once,
        (
            "Each augmentation resamples the pixels, which blurs a little; the run "
            "resampled them once."
        ),
    ),
    (
        lambda run: run.training.augmentation.erasing,
        "Random erasing erases a rectangle; in the run, a square.",
    ),
)
"""What is not the same in the script, and when."""
