"""Expect how long a training will take, from how long others took here.

How long an image takes is first told for a reference machine, from what the
network multiplies and how often the optimizer steps. Machines differ, and so do
days: that time is then scaled by what the most similar earlier runs took.
"""

import math
import statistics
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from core.config import (
    Compiler,
    Dimensions,
    Network,
    OptimizerName,
    TrainingConfig,
)
from core.config.networks.operations import BatchNorm, Dropout
from core.datasets import catalog
from core.datasets.spec import DatasetSpec
from core.errors import DatasetError
from core.records import Run, RunStatus

STARTUP_SECONDS: Final = 2.0
"""Compiling and the first chunk's share of it, where no run tells more."""

# Microseconds on two cores of 2026. What XLA compiles is fitted to trainings of 22
# configurations, its multiply-add to that of the largest dense preset. What oneDNN
# does is fitted to the presets with convolutions, which batch norm slows most.
IMAGE: Final[Mapping[Compiler, float]] = {"XLA": 4.0, "oneDNN": 50.0}
MAC: Final[Mapping[Compiler, float]] = {"XLA": 7.5e-5, "oneDNN": 4e-5}
DROPPED_OUTPUT: Final[Mapping[Compiler, float]] = {"XLA": 0.8, "oneDNN": 0.0}
NORMED_OUTPUT: Final[Mapping[Compiler, float]] = {"XLA": 0.0, "oneDNN": 8e-3}
UPDATED_PARAMETER: Final[Mapping[OptimizerName, float]] = {
    "adam": 3.5e-3,
    "adamw": 3.5e-3,
    "lion": 3.5e-3,
    "sgd": 2e-3,
    # It multiplies matrices in each step.
    "muon": 8e-2,
}
CHANGED_IMAGE: Final = 20.0

NUM_NEIGHBOURS: Final = 5
OTHER_FAMILY: Final = 3.0
"""A run of another family of networks is as far as one of twenty times the work."""

OTHER_OPTIMIZER: Final = 0.5
OTHER_CHANGES: Final = 0.5

ALONE_FACTOR: Final = 3.0
"""Without any run, machines may be so many times as fast or as slow."""

MIN_FACTOR: Final = 1.25
"""What else the machine does makes at least this much of a difference."""


@dataclass(frozen=True, kw_only=True)
class Expectation:
    """How long a training loop is expected to take.

    Attributes:
        seconds: With compilation.
        low: It will hardly be less.
        high: It will hardly be more.
        num_runs: Earlier runs that this is based on; 0 is a guess.
    """

    seconds: float
    low: float
    high: float
    num_runs: int


@dataclass(frozen=True, kw_only=True)
class _Experience:
    """What one run took, of what the reference machine would have taken."""

    distance: float
    scale: float
    startup: float


def expected_seconds(
    config: TrainingConfig, runs: Iterable[Run], *, spec: DatasetSpec
) -> Expectation:
    """Expect the seconds of a training loop, as `train_seconds` will tell them.

    Args:
        config: What is to be trained.
        runs: Earlier runs; only those that finished count.
        spec: The data set it will learn from.
    """
    known = sorted(
        (found for run in runs if (found := _experience(run, config, spec))),
        key=lambda each: each.distance,
    )
    nearest = known[:NUM_NEIGHBOURS]
    scale = statistics.median([each.scale for each in nearest] or [1.0])
    startup = statistics.median([each.startup for each in nearest] or [STARTUP_SECONDS])
    learning = _num_images(config, spec) * config.epochs * _image_seconds(config, spec)
    seconds = startup + scale * learning
    factor = _uncertainty(nearest, scale)
    return Expectation(
        seconds=seconds,
        low=seconds / factor,
        high=seconds * factor,
        num_runs=len(nearest),
    )


def _experience(
    run: Run, config: TrainingConfig, spec: DatasetSpec
) -> _Experience | None:
    """Return what a run tells, if it finished and its data set is known."""
    scores = run.scores
    # One that went on with another counts the epochs of both, and only its own time.
    is_whole = run.status is RunStatus.FINISHED and not run.parent
    if not is_whole or not scores.train_seconds:
        return None
    own = run.training
    try:
        own_spec = catalog.spec(own.dataset)
    except DatasetError:
        return None
    epochs = scores.epochs_done or own.epochs
    images = _num_images(own, own_spec) * epochs
    # Without its speed, which excludes the start, take off the usual start.
    learning = max(scores.train_seconds - STARTUP_SECONDS, scores.train_seconds / 2)
    if scores.images_per_second:
        learning = min(images / scores.images_per_second, scores.train_seconds)
    return _Experience(
        distance=_distance(own, config, spec=spec),
        scale=learning / (images * _image_seconds(own, own_spec)),
        startup=scores.train_seconds - learning,
    )


def _num_images(config: TrainingConfig, spec: DatasetSpec) -> float:
    return spec.num_train * (1 - config.validation_fraction)


def _image_seconds(config: TrainingConfig, spec: DatasetSpec) -> float:
    """Return how long the reference machine learns from one image."""
    parameters = config.network.num_parameters(spec.dimensions)
    microseconds = (
        _layers_cost(config.network, spec.dimensions)
        + UPDATED_PARAMETER[config.optimizer] * parameters / config.batch_size
        + (0.0 if config.augmentation.is_none else CHANGED_IMAGE)
    )
    return microseconds / 1e6


def _layers_cost(network: Network, dimensions: Dimensions) -> float:
    """Return the microseconds for what the layers compute of one image."""
    compiler, graph = network.compiler, network.graph(dimensions)
    return (
        IMAGE[compiler]
        + MAC[compiler] * network.num_macs(dimensions)
        + DROPPED_OUTPUT[compiler] * graph.num_outputs_of(Dropout)
        + NORMED_OUTPUT[compiler] * graph.num_outputs_of(BatchNorm)
    )


def _distance(
    first: TrainingConfig, second: TrainingConfig, *, spec: DatasetSpec
) -> float:
    """Say how different two trainings are: 1 is 2.7 times the work for an image."""
    work = _image_seconds(first, spec) / _image_seconds(second, spec)
    batches = first.batch_size / second.batch_size
    others = (
        OTHER_FAMILY * (first.network.family != second.network.family)
        + OTHER_OPTIMIZER * (first.optimizer != second.optimizer)
        + OTHER_CHANGES * (first.augmentation.is_none != second.augmentation.is_none)
    )
    return abs(math.log(work)) + abs(math.log(batches)) / 4 + others


def _uncertainty(nearest: Sequence[_Experience], scale: float) -> float:
    """Return by which factor it may be more or less."""
    if not nearest:
        return ALONE_FACTOR
    apart = [max(each.scale / scale, scale / each.scale) for each in nearest]
    # One run shows no spread of its own, and a distant one says less.
    unlike = 1 + min(each.distance for each in nearest) / 2
    few = 1 + 1 / (2 * len(nearest))
    return min(max(MIN_FACTOR, statistics.median(apart)) * unlike * few, ALONE_FACTOR)
