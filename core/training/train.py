"""The one function that trains.

It knows neither screen nor queue: it takes a data set and a configuration and
reports after each chunk. The test images are looked at once, at the end; a trial of
a hyperparameter search never looks at them (`fit`).
"""

import functools
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

import keras
import numpy as np

from core.config import Compiler, Dimensions, Network, TrainingConfig
from core.config.training import compiled_part
from core.datasets import batch_order
from core.datasets.splits import check_emphasis, emphasised, stratified_split
from core.datasets.store import Dataset, Split
from core.errors import ArtifactError, ConfigError
from core.models import architectures
from core.predictions import Predictions, Validation
from core.records import History
from core.runs.checkpoint import Checkpoint
from core.training.augment import Augmenter
from core.training.dropout import CompiledDropout
from core.training.engine import (
    Engine,
    compiler_for,
    evaluation_batch,
    scaled,
)
from core.training.loop import AskPinned, Loop, OfferCheckpoint, Report, Weights
from core.training.optimizers import optimizer_of
from core.types import Indices

NUM_ENGINES: Final = 6


@dataclass(frozen=True, kw_only=True)
class Fitted:
    """What a training made, before its network is built and tested.

    Attributes:
        network: The network.
        weights: Its trained weights.
        history: Scores by epoch.
        kept_epoch: The epoch (from 1) whose weights these are; 0 if none was
            finished.
        seconds: Time of the training loop, with compilation, and with those that it
            went on with.
        compiler: What compiled the training loop.
        checkpoint: Where the training stood at its end, from which it can go on.
        is_stopped: Whether its report ended it before its last chunk. The weights
            are then those of the best epoch, if one was finished and validated.
        held_out: Positions of the training images that it was validated with, int64.
    """

    network: Network
    weights: Weights
    history: History
    kept_epoch: int
    seconds: float
    compiler: Compiler
    checkpoint: Checkpoint
    is_stopped: bool
    held_out: Indices


@dataclass(frozen=True, kw_only=True)
class Trained(Fitted):
    """What a training made, tested.

    Attributes:
        model: The trained network.
        predictions: What it says about the test images.
        validation: What it says about the validation images; None without any.
    """

    model: keras.Model
    predictions: Predictions
    validation: Validation | None


def train(
    dataset: Dataset,
    config: TrainingConfig,
    report: Report = lambda _: None,
    *,
    start: Checkpoint | None = None,
    offer_checkpoint: OfferCheckpoint = lambda _: None,
    ask_pinned: AskPinned = lambda: None,
) -> Trained:
    """Train a network and test it; see `fit` for the arguments and what is raised."""
    fitted = fit(
        dataset,
        config,
        report,
        start=start,
        offer_checkpoint=offer_checkpoint,
        ask_pinned=ask_pinned,
    )
    return tested(fitted, dataset)


def fit(  # noqa: PLR0913 - what a training is told, and what it tells
    dataset: Dataset,
    config: TrainingConfig,
    report: Report = lambda _: None,
    *,
    start: Checkpoint | None = None,
    offer_checkpoint: OfferCheckpoint = lambda _: None,
    ask_pinned: AskPinned = lambda: None,
    among: Indices | None = None,
) -> Fitted:
    """Train a network, from fresh weights or from where a training stood.

    The same configuration, data and machine give the same weights. A training
    that goes on to its original number of epochs, or with a constant learning
    rate to any, gives the weights of one that was never interrupted. With more
    epochs the other schedules are spread anew over all of them, those before and
    those to come; and patience begins to count anew.

    Args:
        dataset: What to learn from.
        config: How; its epochs count from the very first one. A batch that is larger
            than all images to learn from holds these.
        report: Called after each chunk, at least four times an epoch; it may
            raise `TrainingStopped` to end the training there.
        start: Where a training with this configuration stood, except for its
            number of epochs.
        offer_checkpoint: Called after each chunk but the last with what makes a
            checkpoint, to resume from there if this process is killed.
        ask_pinned: Asked after each epoch for a drawing, uint8 of shape (height,
            width); what the network says of it is reported.
        among: Positions of the training images to use, int64, ascending; the others
            are neither learned from nor validated with. None for all.

    Raises:
        ConfigError: If no epoch is left to train, or if no image is held out for
            patience.
        ArtifactError: If `start` is of another network or another data set.
        DivergedError: If the loss stops being a finite number.
    """
    loop = _loop_for(dataset, config, report, offer_checkpoint, among=among)
    loop.ask_pinned = ask_pinned
    if start is not None:
        _check_rest(loop, start)
        _resume(loop, start, dataset)
    loop.run()
    return fitted_by(loop, checkpoint=loop.checkpoint())


def restored(
    dataset: Dataset, config: TrainingConfig, end: Checkpoint, *, is_stopped: bool
) -> Fitted:
    """Return what a training made that has ended, from where it stood.

    Args:
        dataset: What it learned from.
        config: How it learned.
        end: Where it stood at its end.
        is_stopped: Whether it was ended before its last chunk.

    Raises:
        ArtifactError: If `end` is of another network or another data set.
    """
    loop = _loop_for(dataset, config, lambda _: None, lambda _: None)
    _resume(loop, end, dataset)
    loop.is_stopped, loop.seconds = is_stopped, end.seconds
    return fitted_by(loop, checkpoint=end)


def tested(fitted: Fitted, dataset: Dataset) -> Trained:
    """Ask a trained network about the test images, and those held out."""
    model = architectures.build(fitted.network, dataset.spec.dimensions)
    model.set_weights(fitted.weights)
    predictions = predict(model, dataset.test)
    return Trained(
        model=model,
        predictions=predictions,
        validation=_validation(model, fitted, dataset.train),
        **vars(fitted),
    )


def _loop_for(
    dataset: Dataset,
    config: TrainingConfig,
    report: Report,
    offer_checkpoint: OfferCheckpoint,
    *,
    among: Indices | None = None,
) -> Loop:
    learned, held_out = split_of(dataset, config, among=among)
    config = fitting(config, num_images=len(learned))
    engine = engine_for(dataset, config, num_images=len(learned))
    engine.reset(seed=config.seed)
    engine.weigh_classes(dataset.train.labels[learned])
    return Loop(
        engine=engine,
        config=config,
        report=report,
        offer_checkpoint=offer_checkpoint,
        fingerprint=dataset.fingerprint,
        split=dataset.train,
        learned=learned,
        held_out=held_out,
    )


def fitted_by(loop: Loop, *, checkpoint: Checkpoint) -> Fitted:
    """Return what a training made whose loop has run."""
    network = loop.config.network
    return Fitted(
        network=network,
        weights=loop.result(),
        history=loop.history,
        kept_epoch=loop.kept_epoch,
        seconds=loop.seconds,
        compiler=compiler_for(network),
        checkpoint=checkpoint,
        is_stopped=loop.is_stopped,
        held_out=loop.held_out,
    )


def prepare(dataset: Dataset, config: TrainingConfig) -> None:
    """Compile what a training with this configuration will need, and keep it.

    Args:
        dataset: What will be learned from.
        config: How.

    Raises:
        ConfigError: If no image is held out for patience.
    """
    learned, _ = split_of(dataset, config)
    config = fitting(config, num_images=len(learned))
    engine_for(dataset, config, num_images=len(learned)).compile()
    augmenter = Augmenter(config.augmentation, seed=config.seed)
    augmenter(dataset.train.images[:1], position=0)


def predict(
    model: keras.Model, split: Split, report: Callable[[float], None] = lambda _: None
) -> Predictions:
    """Ask a model about every image of a split.

    Args:
        model: A model made by `architectures.build`.
        split: The images and their true classes.
        report: Told after each batch which share is done; it may raise to end the
            work.
    """
    both = architectures.with_features(model)
    num_images, size = len(split.labels), evaluation_batch(model)
    probabilities, features = (
        np.empty((num_images, numbers), np.float32) for _, numbers in both.output_shape
    )
    for start in range(0, num_images, size):
        part = slice(start, start + size)
        probabilities[part], features[part] = both(
            scaled(split.images[part]), training=False
        )
        report(min(start + size, num_images) / num_images)
    return Predictions(
        labels=np.array(split.labels), probabilities=probabilities, features=features
    )


def _validation(model: keras.Model, fitted: Fitted, split: Split) -> Validation | None:
    indices = fitted.held_out
    if not len(indices):
        return None
    said = predict(model, Split(split.images[indices], split.labels[indices]))
    epochs = fitted.checkpoint.val_predicted
    return Validation(
        indices=indices,
        labels=said.labels,
        probabilities=said.probabilities,
        by_epoch=np.array(epochs, np.uint8).reshape(len(epochs), len(indices)),
    )


def split_of(
    dataset: Dataset, config: TrainingConfig, *, among: Indices | None = None
) -> tuple[Indices, Indices]:
    """Return which training images a training learns from, and which are held out.

    Raises:
        ConfigError: If no image is held out for patience.
    """
    labels = dataset.train.labels
    check_emphasis(config.emphasis, num_train=len(labels))
    learned, held_out = stratified_split(
        labels if among is None else labels[among],
        fraction=config.validation_fraction,
        seed=config.seed,
    )
    if config.patience and not len(held_out):
        message = (
            "Expected at least one validation image for early stopping, got a split of "
            f"{config.validation_fraction:g} of {len(learned):,} images. Use a larger "
            "validation split, or set patience to 0."
        )
        raise ConfigError(message)
    if among is not None:
        learned, held_out = among[learned], among[held_out]
    factor = config.emphasis_factor
    return emphasised(learned, config.emphasis, factor=factor), held_out


def fitting(config: TrainingConfig, *, num_images: int) -> TrainingConfig:
    """Make batches of all images where these are fewer than the recipe asks for."""
    # Presets are made for large sets; somebody's own pictures are often fewer.
    return replace(config, batch_size=min(config.batch_size, num_images))


def _check_rest(loop: Loop, start: Checkpoint) -> None:
    if start.history.num_epochs >= loop.config.epochs:
        message = (
            f"Expected more than the {start.history.num_epochs} epochs that are "
            f"finished, got {loop.config.epochs}. Ask for more."
        )
        raise ConfigError(message)


def _resume(loop: Loop, start: Checkpoint, dataset: Dataset) -> None:
    if start.fingerprint != dataset.fingerprint:
        message = (
            f"Expected the images of {dataset.spec.title} as the training started with "
            "them, but they have changed since. Start a new training."
        )
        raise ArtifactError(message)
    try:
        loop.resume(start)
    except ValueError as error:
        message = (
            "Expected the state of a training of this network and optimizer, got "
            "one of another. Start a new training."
        )
        raise ArtifactError(message) from error


def engine_for(dataset: Dataset, config: TrainingConfig, *, num_images: int) -> Engine:
    """Return what learns, compiled before if this process had such a training.

    Args:
        dataset: What is learned from.
        config: How.
        num_images: How many images a pass has.
    """
    num_batches = batch_order.batches_per_chunk(
        num_images, batch_size=config.batch_size
    )
    return _engine(compiled_part(config), dataset.spec.dimensions, num_batches)


@functools.lru_cache(maxsize=NUM_ENGINES)
def _engine(
    config: TrainingConfig, dimensions: Dimensions, chunk_batches: int
) -> Engine:
    """Keep what was compiled, so a second run of the same shape starts at once."""
    compiler = compiler_for(config.network)
    dropout = CompiledDropout if compiler == "XLA" else keras.layers.Dropout
    return Engine(
        architectures.build(config.network, dimensions, dropout=dropout),
        optimizer_of(config),
        config,
        chunk_batches=chunk_batches,
        compiler=compiler,
    )
