"""The whole of a training in one value, and its record as JSON."""

import dataclasses
from collections.abc import Mapping
from dataclasses import field
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import ValidationError
from pydantic.dataclasses import dataclass

from core.config import stored
from core.config.augmentation import Augmentation
from core.config.described import default_of, settings_of
from core.config.networks import MlpConfig, Network
from core.config.setting import CHECKED, Setting
from core.errors import ConfigError

OptimizerName = Literal["adam", "adamw", "sgd", "lion", "muon"]
Schedule = Literal["constant", "cosine", "one-cycle", "step"]
ClassWeights = Literal["off", "balanced"]
Monitor = Literal["val_loss", "val_accuracy"]

MAX_EPOCHS: Final = 500


def _is_some(value: float) -> bool:
    return value > 0


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class TrainingConfig:
    """Everything that decides what a training does; each field says what it is.

    Raises:
        ConfigError: If a value is out of its range, or two do not go together.
    """

    dataset: Annotated[
        str,
        Setting(
            title="Data set",
            help="Name of a data set in the catalogue.",
            is_compiled=False,
        ),
    ] = "mnist"
    preset: Annotated[
        str,
        Setting(
            title="Preset",
            help="The preset that the recipe started from; empty if none.",
            is_compiled=False,
        ),
    ] = ""
    network: Annotated[Network, Setting(title="Network")] = field(
        default_factory=MlpConfig
    )
    epochs: Annotated[
        int,
        Setting(
            title="Epochs",
            help="Passes over all training images.",
            group="Basic",
            low=1,
            high=MAX_EPOCHS,
            choices=range(1, 101),
            is_compiled=False,
        ),
    ] = 10
    batch_size: Annotated[
        int,
        Setting(
            title="Batch size",
            help="Images per step of the optimizer.",
            group="Basic",
            low=1,
            high=8192,
            choices=(8, 16, 32, 64, 128, 256, 512, 1024, 2048, 4096),
        ),
    ] = 32
    optimizer: Annotated[
        OptimizerName,
        Setting(
            title="Optimizer",
            help="How a step follows from the gradients. Weight decay needs another "
            "than adam, for example adamw; sgd has Nesterov momentum of 0.9.",
            group="Optimizer",
            choices=get_args(OptimizerName),
        ),
    ] = "adam"
    learning_rate: Annotated[
        float,
        Setting(
            title="Learning rate",
            help="How far one step of the optimizer goes; the highest of a schedule.",
            group="Basic",
            low=1e-6,
            high=1.0,
            choices=(
                *(1e-6, 1e-5, 1e-4, 2e-4, 3e-4, 5e-4, 1e-3, 2e-3, 3e-3, 4e-3, 5e-3),
                *(6e-3, 8e-3, 1e-2, 2e-2, 3e-2, 5e-2, 1e-1, 2e-1, 5e-1, 1.0),
            ),
            is_compiled=False,
        ),
    ] = 1e-3
    schedule: Annotated[
        Schedule,
        Setting(
            title="Learning rate schedule",
            help="How the learning rate moves. One-cycle: warm-up over the first "
            "fifth, then down to almost nothing; cosine: a shorter warm-up; step: to a "
            "tenth after half and after three quarters.",
            group="Optimizer",
            choices=get_args(Schedule),
            is_compiled=False,
        ),
    ] = "constant"
    weight_decay: Annotated[
        float,
        Setting(
            title="Weight decay",
            help="Share of each weight taken away in a step, times the learning rate, "
            "against overfitting; not with adam.",
            group="Optimizer",
            low=0.0,
            high=1.0,
            choices=(0.0, 1e-4, 1e-3, 5e-3, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5),
            is_off_at_zero=True,
            used_if=("optimizer", lambda name: name != "adam"),
        ),
    ] = 0.0
    label_smoothing: Annotated[
        float,
        Setting(
            title="Label smoothing",
            help="Certainty that is given to all classes alike, against "
            "overconfidence.",
            group="Optimizer",
            low=0.0,
            high=0.5,
            choices=(0.0, 0.02, 0.05, 0.1, 0.15, 0.2, 0.3),
            is_off_at_zero=True,
        ),
    ] = 0.0
    class_weights: Annotated[
        ClassWeights,
        Setting(
            title="Class weights",
            help="Balanced weighs an image in the training loss by n / (classes x n of "
            "its class), counted without the validation split, so that rare classes "
            "count as much as frequent ones. Reported losses are not weighted.",
            group="Optimizer",
            choices=get_args(ClassWeights),
        ),
    ] = "off"
    gradient_clip: Annotated[
        float,
        Setting(
            title="Gradient clipping (norm)",
            help="A longer gradient is shortened to this norm, so that no step goes "
            "astray.",
            group="Optimizer",
            low=0.0,
            high=1000.0,
            choices=(0.0, 0.1, 0.5, 1.0, 2.0, 5.0, 10.0),
            is_off_at_zero=True,
        ),
    ] = 0.0
    weight_average: Annotated[
        float,
        Setting(
            title="Weight averaging (EMA decay)",
            help="How much of the exponential moving average of the weights stays in "
            "each step; the average is the result.",
            group="Optimizer",
            low=0.0,
            high=0.9999,
            choices=(0.0, 0.9, 0.95, 0.98, 0.99, 0.995, 0.998, 0.999, 0.9995),
            is_off_at_zero=True,
        ),
    ] = 0.0
    augmentation: Annotated[
        Augmentation, Setting(title="Augmentation", is_compiled=False)
    ] = field(default_factory=Augmentation)
    validation_fraction: Annotated[
        float,
        Setting(
            title="Validation split",
            help="Share of the training images held out to watch the training with, "
            "stratified by class; nothing is learned from them.",
            group="Validation",
            low=0.0,
            high=0.5,
            choices=range(0, 51, 5),
            is_percent=True,
            is_compiled=False,
            key="validation_percent",
        ),
    ] = 0.1
    patience: Annotated[
        int,
        Setting(
            title="Early stopping patience",
            help="End after so many epochs without a better monitored metric, and take "
            "the weights of the best epoch; 0 trains to the end and takes the last.",
            group="Validation",
            unit="epochs",
            low=0,
            high=MAX_EPOCHS,
            choices=range(31),
            is_off_at_zero=True,
            is_compiled=False,
            used_if=("validation_fraction", _is_some),
        ),
    ] = 0
    monitor: Annotated[
        Monitor,
        Setting(
            title="Monitored metric",
            help="The metric of the validation split that decides which epoch is best, "
            "for early stopping and for a run that is stopped.",
            group="Validation",
            choices=get_args(Monitor),
            words={
                name: name.replace("val_", "validation ") for name in get_args(Monitor)
            },
            is_compiled=False,
            used_if=("validation_fraction", _is_some),
        ),
    ] = "val_loss"
    seed: Annotated[
        int,
        Setting(
            title="Seed",
            help="Decides initial weights, order of images, dropout, augmentation and "
            "validation split: the same seed and settings give the same network.",
            group="Validation",
            low=0,
            high=2**31 - 1,
            choices=range(2**31),
            is_compiled=False,
        ),
    ] = 0

    def __post_init__(self) -> None:
        if self.weight_decay and self.optimizer == "adam":
            message = (
                f"Expected no weight decay with adam, got {self.weight_decay:g}. "
                "Use adamw."
            )
            raise ConfigError(message)
        if self.patience and not self.validation_fraction:
            message = (
                "Expected images held out for validation, by which to end early, got "
                "none. Hold some out, or set the patience to 0."
            )
            raise ConfigError(message)

    def to_json(self) -> str:
        """Write as JSON text with a schema number."""
        network = stored.network_record(self.network)
        return stored.write(dataclasses.asdict(self) | {"network": network})

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Read what `to_json` wrote, also in an earlier version.

        Raises:
            SchemaError: If the text is not such JSON, or of a newer program.
            ConfigError: If a value is out of its range.
        """
        return cls.from_record(stored.read(text))

    @classmethod
    def from_record(cls, record: Mapping[str, Any]) -> Self:
        """Make it of what `to_json` wrote, without the schema number.

        Raises:
            SchemaError: If the fields are others.
            ConfigError: If a value is out of its range.
        """
        values = dict(record)
        try:
            network = stored.network_from(values.pop("network"))
            augmentation = Augmentation(**values.pop("augmentation", {}))
            return cls(network=network, augmentation=augmentation, **values)
        except (TypeError, KeyError, AttributeError, ValidationError) as error:
            raise stored.damaged(error) from error

    def flat(self) -> Mapping[str, str]:
        """List all values as text under dotted names, for tables and run stores."""
        record = dataclasses.asdict(self)
        del record["network"]
        augmentation = record.pop("augmentation")
        network = stored.network_record(self.network)
        return {
            **{name: str(value) for name, value in record.items()},
            **{f"network.{name}": stored.in_short(v) for name, v in network.items()},
            **{f"augmentation.{name}": str(v) for name, v in augmentation.items()},
        }


def compiled_part(config: TrainingConfig) -> TrainingConfig:
    """Return what the compiled loop depends on: the rest has its default.

    What is left out is what says so itself. A setting that says nothing stays in, so
    that forgetting it costs a compilation, never a training with another value.
    """
    unseen = {
        name: default_of(TrainingConfig, name)
        for name, setting in settings_of(TrainingConfig).items()
        if not setting.is_compiled
    }
    return dataclasses.replace(config, **unseen)
