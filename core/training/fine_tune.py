"""Teach a trained network some drawings without letting it forget the rest.

A network that learns from new images alone forgets the old ones (McCloskey and Cohen
1989). So each pass has some of the original training images too (rehearsal: Robins
1995), and in the end the weights are moved only part of the way from the old ones to
the new ones if the validation images ask for it (Wortsman and others 2022, "Robust
fine-tuning of zero-shot models"). The test images choose nothing.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from core.config import TrainingConfig
from core.config.fine_tuning import NUM_REHEARSED, num_repeats
from core.datasets import batch_order
from core.datasets.splits import MAX_FRACTION, stratified_split
from core.datasets.store import Dataset, Split
from core.errors import ConfigError, TrainingStopped
from core.training.engine import Engine
from core.training.loop import AskPinned, Loop, Report, Weights
from core.training.train import (
    Trained,
    engine_for,
    fitted_by,
    fitting,
    split_of,
    tested,
)
from core.types import ByteImages, Indices, Labels

NUM_HELD_OUT: Final = 6000
WAYS: Final = (1.0, 0.75, 0.5, 0.25)
"""How much of the way from the old weights to the new ones is tried."""

TOLERANCE: Final = 0.0008
"""So much of the validation accuracy may be lost."""


@dataclass(frozen=True)
class Drawn:
    """Characters that somebody drew, with what they are.

    Attributes:
        images: As the network takes them, uint8 of shape (n, height, width), n >= 1.
        labels: Their classes, uint8 of shape (n,).
    """

    images: ByteImages
    labels: Labels


@dataclass(frozen=True, kw_only=True)
class FineTuned(Trained):
    """What a fine-tuning made, tested.

    Attributes:
        num_rehearsed: How many of the original training images each pass had.
        num_repeats: How often each drawing was in a pass, changed each time.
        way: How much of the way from the old weights to the new ones was gone, 0 to 1.
    """

    num_rehearsed: int
    num_repeats: int
    way: float


def fine_tune(
    dataset: Dataset,
    config: TrainingConfig,
    drawn: Drawn,
    report: Report = lambda _: None,
    *,
    start: Weights,
    ask_pinned: AskPinned = lambda: None,
) -> FineTuned:
    """Let a trained network learn some drawings, and test it.

    Args:
        dataset: What it was trained on.
        config: How to learn; see `core.config.fine_tuning`. Its seed and validation
            split are those of the training, so the images held out then are held out.
        drawn: What to learn.
        report: Called after each chunk; it may raise `TrainingStopped` to end it.
        start: The trained weights.
        ask_pinned: See `core.training.train.fit`.

    Raises:
        ConfigError: If there are no drawings, or they do not fit the network.
        DivergedError: If the loss stops being a finite number.
        TrainingStopped: If its report raised that.
    """
    _check(dataset, drawn)
    learned, held_out = split_of(dataset, config)
    rehearsed = _sample(learned, dataset.train, NUM_REHEARSED, seed=config.seed)
    held_out = _sample(held_out, dataset.train, NUM_HELD_OUT, seed=config.seed)
    repeats = num_repeats(len(drawn.labels), len(rehearsed))
    mixed, passed = _mixed(dataset.train, rehearsed, held_out, drawn, repeats)
    num_mixed = len(passed)
    engine = _engine(dataset, config, len(learned), num_mixed)
    engine.begin_with(start, seed=config.seed)
    engine.weigh_classes(mixed.labels[passed])
    loop = Loop(
        engine=engine,
        config=fitting(config, num_images=num_mixed),
        report=report,
        # It takes seconds: nobody need go on with half of it.
        offer_checkpoint=lambda _: None,
        ask_pinned=ask_pinned,
        fingerprint=dataset.fingerprint,
        split=mixed,
        learned=passed,
        held_out=np.arange(len(mixed.labels) - len(held_out), len(mixed.labels)),
    )
    loop.run()
    if loop.is_stopped:
        raise TrainingStopped
    fitted = fitted_by(loop, checkpoint=loop.checkpoint())
    way = _way(loop, start, fitted.weights)
    fitted = replace(
        fitted, weights=_between(start, fitted.weights, way), held_out=held_out
    )
    return FineTuned(
        **vars(tested(fitted, dataset)),
        num_rehearsed=len(rehearsed),
        num_repeats=repeats,
        way=way,
    )


def _check(dataset: Dataset, drawn: Drawn) -> None:
    expected = dataset.spec.image_shape
    if len(drawn.labels) and drawn.images.shape[1:] == expected:
        return
    message = (
        f"Expected drawings of shape {expected} to learn from, got an array of shape "
        f"{drawn.images.shape}. Draw some characters first."
    )
    raise ConfigError(message)


def _sample(positions: Indices, split: Split, num: int, *, seed: int) -> Indices:
    """Choose some images at most, with the same share of each class."""
    if len(positions) <= num:
        return positions
    fraction = num / len(positions)
    labels = split.labels[positions]
    if fraction > MAX_FRACTION:
        return np.sort(np.random.default_rng(seed).choice(positions, num, False))
    _, chosen = stratified_split(labels, fraction=fraction, seed=seed)
    return positions[chosen]


def _mixed(
    train: Split, rehearsed: Indices, held_out: Indices, drawn: Drawn, repeats: int
) -> tuple[Split, Indices]:
    """Put old images, drawings and those held out into one split, in this order.

    Returns:
        The split, and the positions that each pass has.
    """
    images = (train.images[rehearsed], drawn.images, train.images[held_out])
    labels = (train.labels[rehearsed], drawn.labels, train.labels[held_out])
    drawings = np.arange(len(drawn.labels)) + len(rehearsed)
    passed = np.concatenate([np.arange(len(rehearsed)), np.tile(drawings, repeats)])
    return Split(np.concatenate(images), np.concatenate(labels)), passed


def _engine(
    dataset: Dataset, config: TrainingConfig, num_learned: int, num_mixed: int
) -> Engine:
    """Return the engine that the training had, if its calls have room enough."""
    size = min(config.batch_size, num_learned, num_mixed)
    most = max(
        (num_learned, num_mixed),
        key=lambda num: batch_order.batches_per_chunk(num, batch_size=size),
    )
    return engine_for(dataset, replace(config, batch_size=size), num_images=most)


def _way(loop: Loop, start: Weights, end: Weights) -> float:
    """Choose by the validation images how far to go; all the way without any."""
    if not len(loop.held_out):
        return 1.0
    wanted = _accuracy(loop, start) - TOLERANCE
    for way in WAYS:
        if _accuracy(loop, _between(start, end, way)) >= wanted:
            return way
    return WAYS[-1]


def _accuracy(loop: Loop, weights: Weights) -> float:
    images, labels = (
        each[loop.held_out] for each in (loop.split.images, loop.split.labels)
    )
    loop.engine.model.set_weights(weights)
    metrics, _ = loop.engine.evaluate(images, labels)
    return metrics.accuracy


def _between(start: Weights, end: Weights, way: float) -> Weights:
    pairs = zip(start, end, strict=True)
    return tuple((1 - way) * first + way * last for first, last in pairs)
