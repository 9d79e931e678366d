"""Recipes that carry their claim: what they reach, in which time, over how many seeds.

`benchmarks/accuracy.py` trains each over its seeds and prints these numbers.
"""

import dataclasses
from dataclasses import dataclass
from typing import Final

from core.config import (
    Augmentation,
    CnnConfig,
    ConvBlock,
    MlpConfig,
    ResNetConfig,
    TrainingConfig,
)
from core.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a preset was measured to reach on the MNIST test images.

    Attributes:
        accuracy: Mean test accuracy over the seeds, 0 to 1.
        spread: Standard deviation of the accuracy over the seeds.
        seconds: Mean seconds of the training loop, with compilation.
        num_seeds: How many seeds were trained.
        machine: What it ran on, with its speed in a large float32 product.
    """

    accuracy: float
    spread: float
    seconds: float
    num_seeds: int
    machine: str


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A named recipe.

    Attributes:
        name: Its name in menus and on the command line.
        summary: What it is, in one sentence.
        config: The recipe.
        claim: What it was measured to reach.
    """

    name: str
    summary: str
    config: TrainingConfig
    claim: Claim


PRESETS: Final = (
    Preset(
        name="classic-mlp",
        summary="The classic exercise to the letter: Adam at 0.001, batch size 32.",
        config=TrainingConfig(preset="classic-mlp"),
        claim=Claim(
            accuracy=0.9762,
            spread=0.0022,
            seconds=9.9,
            num_seeds=5,
            machine="2 cores, 71 GFLOP/s",
        ),
    ),
    Preset(
        name="fast-mlp",
        summary="The same network, better in half the epochs: one-cycle schedule, "
        "weight decay, label smoothing.",
        config=TrainingConfig(
            preset="fast-mlp",
            epochs=5,
            batch_size=128,
            optimizer="adamw",
            weight_decay=0.05,
            learning_rate=8e-3,
            schedule="one-cycle",
            label_smoothing=0.05,
        ),
        claim=Claim(
            accuracy=0.9829,
            spread=0.0003,
            seconds=4.0,
            num_seeds=5,
            machine="2 cores, 72 GFLOP/s",
        ),
    ),
    Preset(
        name="deep-mlp",
        summary="A larger dense network with batch norm and augmentation: rotation, "
        "shift, zoom and shear.",
        config=TrainingConfig(
            preset="deep-mlp",
            network=MlpConfig(hidden=(1024, 512), batch_norm=True),
            epochs=48,
            batch_size=128,
            optimizer="adamw",
            weight_decay=0.05,
            learning_rate=2e-3,
            schedule="one-cycle",
            label_smoothing=0.05,
            weight_average=0.998,
            augmentation=Augmentation(rotation=15.0, shift=2.0, zoom=0.15, shear=12.0),
        ),
        claim=Claim(
            accuracy=0.9948,
            spread=0.0003,
            seconds=417.0,
            num_seeds=5,
            machine="2 cores, 71 GFLOP/s",
        ),
    ),
    Preset(
        name="lenet",
        summary="A small convolutional network after LeCun and others 1998, with "
        "augmentation: rotation, shift, zoom and shear.",
        config=TrainingConfig(
            preset="lenet",
            network=CnnConfig(padding="valid"),
            epochs=8,
            batch_size=128,
            optimizer="adamw",
            weight_decay=0.05,
            learning_rate=5e-3,
            schedule="one-cycle",
            label_smoothing=0.05,
            weight_average=0.99,
            augmentation=Augmentation(rotation=8.0, shift=1.5, zoom=0.08, shear=8.0),
        ),
        claim=Claim(
            accuracy=0.9957,
            spread=0.0002,
            seconds=57.3,
            num_seeds=5,
            machine="2 cores, 143 GFLOP/s",
        ),
    ),
    Preset(
        name="best-cnn",
        summary="A deeper convolutional network for the highest accuracy, with "
        "augmentation: rotation, shift, zoom and shear.",
        config=TrainingConfig(
            preset="best-cnn",
            network=CnnConfig(
                blocks=(
                    ConvBlock(filters=24, kernel=5),
                    ConvBlock(filters=64, convolutions=2),
                ),
                padding="valid",
                dropout=0.25,
                batch_norm=True,
            ),
            epochs=16,
            batch_size=128,
            optimizer="adamw",
            weight_decay=0.05,
            learning_rate=3e-3,
            schedule="one-cycle",
            label_smoothing=0.05,
            weight_average=0.998,
            augmentation=Augmentation(rotation=12.0, shift=2.0, zoom=0.12, shear=10.0),
            validation_fraction=0.05,
        ),
        claim=Claim(
            accuracy=0.9966,
            spread=0.0004,
            seconds=477.3,
            num_seeds=5,
            machine="2 cores, 150 GFLOP/s",
        ),
    ),
    Preset(
        name="resnet-small",
        summary="A small residual network with squeeze-and-excitation, with "
        "augmentation: rotation, shift, zoom and shear.",
        config=TrainingConfig(
            preset="resnet-small",
            network=ResNetConfig(),
            epochs=14,
            batch_size=128,
            optimizer="adamw",
            weight_decay=0.05,
            learning_rate=3e-3,
            schedule="one-cycle",
            label_smoothing=0.05,
            weight_average=0.998,
            augmentation=Augmentation(rotation=12.0, shift=2.0, zoom=0.12, shear=10.0),
            validation_fraction=0.05,
        ),
        claim=Claim(
            accuracy=0.9968,
            spread=0.0001,
            seconds=756.0,
            num_seeds=2,
            machine="2 cores, 213 GFLOP/s",
        ),
    ),
)
DEFAULT: Final = "classic-mlp"
FASTEST: Final = "fast-mlp"


def preset(name: str) -> Preset:
    """Find a preset by name.

    Raises:
        ConfigError: If there is none of that name.
    """
    for candidate in PRESETS:
        if candidate.name == name:
            return candidate
    known = ", ".join(candidate.name for candidate in PRESETS)
    message = f"Expected a preset of {known}, got {name!r}."
    raise ConfigError(message)


def name_of(config: TrainingConfig, *, network: str) -> str:
    """Name a run after its preset, or after its network if the recipe differs.

    Args:
        config: What will be trained.
        network: How its network is called, like 784-128-64-10.
    """
    original = preset(config.preset).config
    same = dataclasses.replace(original, seed=config.seed) == config
    return config.preset if same else network
