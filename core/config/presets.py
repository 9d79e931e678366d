"""Recipes that carry their claim: what they reach, in which time, over how many seeds.

`benchmarks/accuracy.py` trains each over its seeds and prints these numbers.
"""

import dataclasses
from collections.abc import Mapping
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
from core.types import InkStyle


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What a preset was measured to reach on the test images of a data set.

    Attributes:
        dataset: Name of the data set.
        num_train: Images that it learned from and was validated with.
        num_test: Test images.
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
    dataset: str = "mnist"
    num_train: int = 60_000
    num_test: int = 10_000


@dataclass(frozen=True, kw_only=True)
class Preset:
    """A named recipe.

    Attributes:
        name: Its name in menus and on the command line.
        summary: What it is, in one sentence.
        config: The recipe, for MNIST.
        claims: What it was measured to reach, on one or more data sets; none if it is
            somebody's own.
    """

    name: str
    summary: str
    config: TrainingConfig
    claims: tuple[Claim, ...] = ()

    @property
    def is_own(self) -> bool:
        """Whether somebody made it here; such a one is taken as it is."""
        return not self.claims

    def config_for(self, dataset: str, ink_style: InkStyle) -> TrainingConfig:
        """Return the recipe for a data set.

        A preset that augments MNIST's images augments others as suits their ink: what
        fills 24 of 28 pixels is pushed out of the image by what suits 20. One of one's
        own stays as it was made.

        Args:
            dataset: Name of the data set.
            ink_style: How its images were made from ink.
        """
        augmentation = self.config.augmentation
        if not augmentation.is_none and not self.is_own:
            augmentation = AUGMENTATIONS.get(ink_style, augmentation)
        return dataclasses.replace(
            self.config, dataset=dataset, augmentation=augmentation
        )

    def claim_on(self, dataset: str) -> Claim | None:
        """Return what it was measured to reach on a data set, if it was."""
        return next((each for each in self.claims if each.dataset == dataset), None)


AUGMENTATIONS: Final[Mapping[InkStyle, Augmentation]] = {
    "emnist": Augmentation(rotation=5.0, shift=1.0, zoom=0.05, shear=5.0),
    "plain": Augmentation(shift=1.0, zoom=0.05),
}
"""What presets do to images of other ink styles than MNIST's. EMNIST's was chosen by
validation images of ByMerge and Letters (docs/accuracy.md)."""


_EMNIST_SIZES: Final[Mapping[str, tuple[int, int]]] = {
    "bymerge": (129_485, 116_323),
    "byclass": (93_829, 22_494),
    "letters": (102_504, 25_144),
    "balanced": (34_827, 8_272),
}
"""Training and test images that there were to measure with: a part of the official
ones, but for the test images of ByMerge."""


def _on_emnist(
    split: str,
    accuracy: float,
    *,
    seconds: float,
    spread: float = 0.0,
    num_seeds: int = 1,
) -> Claim:
    num_train, num_test = _EMNIST_SIZES[split]
    return Claim(
        dataset=f"emnist-{split}",
        num_train=num_train,
        num_test=num_test,
        accuracy=accuracy,
        spread=spread,
        seconds=seconds,
        num_seeds=num_seeds,
        machine="2 cores that had other work too",
    )


PRESETS: Final = (
    Preset(
        name="classic-mlp",
        summary="The classic exercise to the letter: Adam at 0.001, batch size 32.",
        config=TrainingConfig(preset="classic-mlp"),
        claims=(
            Claim(
                accuracy=0.9762,
                spread=0.0022,
                seconds=9.9,
                num_seeds=5,
                machine="2 cores, 71 GFLOP/s",
            ),
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
        claims=(
            Claim(
                accuracy=0.9829,
                spread=0.0003,
                seconds=4.0,
                num_seeds=5,
                machine="2 cores, 72 GFLOP/s",
            ),
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
        claims=(
            Claim(
                accuracy=0.9948,
                spread=0.0003,
                seconds=417.0,
                num_seeds=5,
                machine="2 cores, 71 GFLOP/s",
            ),
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
        claims=(
            Claim(
                accuracy=0.9957,
                spread=0.0002,
                seconds=57.3,
                num_seeds=5,
                machine="2 cores, 143 GFLOP/s",
            ),
            _on_emnist("bymerge", 0.8968, seconds=60.3, spread=0.0006, num_seeds=3),
            _on_emnist("letters", 0.948, seconds=119.0),
            _on_emnist("byclass", 0.8602, seconds=137.0),
            _on_emnist("balanced", 0.8737, seconds=44.0),
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
        claims=(
            Claim(
                accuracy=0.9966,
                spread=0.0004,
                seconds=477.3,
                num_seeds=5,
                machine="2 cores, 150 GFLOP/s",
            ),
            _on_emnist("bymerge", 0.8992, seconds=681.0),
            _on_emnist("letters", 0.9526, seconds=433.0),
            _on_emnist("byclass", 0.8633, seconds=397.0),
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
        claims=(
            Claim(
                accuracy=0.9968,
                spread=0.0001,
                seconds=756.0,
                num_seeds=2,
                machine="2 cores, 213 GFLOP/s",
            ),
            _on_emnist("bymerge", 0.9012, seconds=1875.0),
            _on_emnist("letters", 0.9549, seconds=1845.0),
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
